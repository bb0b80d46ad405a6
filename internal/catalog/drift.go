package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// drift says, one sentence each, where programs declare a flag otherwise than
// it is. Of each program and environment only the newest declaration counts:
// an old version that is gone is no news.
func drift(f document.Flag, meta flagMeta, declared []Declaration) []string {
	var out []string
	type program struct{ application, environment, sdk string }
	seen := map[program]bool{}
	for _, d := range declared { // the newest first
		p := program{d.Application, d.Environment, d.SDK}
		if seen[p] {
			continue
		}
		seen[p] = true
		who := strings.TrimSpace(d.Application+" "+d.Version) + " in " + d.Environment
		if meta.archivedAt != 0 {
			out = append(out, who+" still asks for this archived flag")
			continue
		}
		out = append(out, departures(who, f, d, declared[0])...)
	}
	return out
}

// departures compares one declaration with the flag and with the newest
// declaration of it.
func departures(who string, f document.Flag, d, newest Declaration) []string {
	if d.Type != string(f.Type) {
		return []string{fmt.Sprintf("%s declares it as %s; here it is %s, so that the program is served its own default", who, d.Type, f.Type)}
	}
	var out []string
	if !bytes.Equal(d.Default, newest.Default) {
		out = append(out, fmt.Sprintf("%s has the default %s; %s %s has %s", who, d.Default, newest.Application, newest.Version, newest.Default))
	}
	for _, v := range missing(f, d.Type, d.Default, d.Options) {
		out = append(out, fmt.Sprintf("%s also offers %s, which is no variation here", who, v.Value))
	}
	return out
}

// missing are the declared values that the flag has no variation for.
func missing(f document.Flag, declared string, def json.RawMessage, options []json.RawMessage) []document.Variation {
	variations, err := document.DeclaredVariations(ruleset.Type(declared), def, options)
	if err != nil {
		return nil // refused when it was declared
	}
	var out []document.Variation
	for _, v := range variations {
		if !hasValue(f, v.Value) {
			out = append(out, v)
		}
	}
	return out
}

func hasValue(f document.Flag, value json.RawMessage) bool {
	for _, v := range f.All() {
		if bytes.Equal(v.Value, value) {
			return true
		}
	}
	return false
}
