package sdkapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
)

const (
	maxFlags       = 1000
	maxOptions     = 100
	maxDescription = 1000
	maxValue       = 64 << 10
	maxWhole       = 1<<53 - 1
)

// Registration is what one program declares, ready for the control plane.
type Registration struct {
	EnvironmentID int64
	Project       string
	Environment   string
	KeyID         int64
	Caller        presence.Caller
	Flags         []Declaration
}

// Declaration is one flag as a program declares it. Values are as the program
// wrote them.
type Declaration struct {
	Key         string            `json:"key"`
	Type        string            `json:"type"` // boolean, string, integer, double or json
	Default     json.RawMessage   `json:"default"`
	Options     []json.RawMessage `json:"options"`
	Description string            `json:"description"`
}

type registerBody struct {
	Application application   `json:"application"`
	Flags       []Declaration `json:"flags"`
}

// registered says how many declarations were taken, and what was wrong with the
// others: one bad flag must not keep the rest of a program out.
type registered struct {
	Accepted int           `json:"accepted"`
	Errors   []fault.Field `json:"errors,omitempty"`
}

// register takes declarations in.
func (a *API) register(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enter(w, r)
	if !ok {
		return
	}
	var body registerBody
	// Any text: each declaration is checked by itself.
	httpkit.Pace(w, r)
	if err := httpkit.Decode(r, &body, httpkit.Limits{Inflated: httpkit.MaxBody, AllowUnknown: true, AnyText: true}); err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	sound, problems := body.check()
	if len(sound) == 0 && len(problems.Fields) > 0 {
		httpkit.WriteProblem(w, r, problems)
		return
	}
	allowed, limited := a.newFlags.take(pass.Key.ID, a.opts.Now(), sound, pass.State.Snapshot.Has)
	reg := Registration{
		EnvironmentID: pass.State.EnvironmentID, Project: pass.State.Project, Environment: pass.State.Environment,
		KeyID: pass.Key.ID, Caller: body.Application.caller(pass.Caller), Flags: allowed,
	}
	if len(allowed) > 0 {
		if err := a.registrar.Register(r.Context(), reg); err != nil {
			httpkit.WriteProblem(w, r, err)
			return
		}
	}
	if limited != nil {
		httpkit.WriteProblem(w, r, limited)
		return
	}
	httpkit.WriteJSON(w, http.StatusAccepted, registered{len(sound), problems.Fields})
}

// caller prefers what the body says over the headers, cleaned as they are.
func (app application) caller(c presence.Caller) presence.Caller {
	for _, part := range []struct {
		into *string
		from string
	}{{&c.Application, app.Name}, {&c.Version, app.Version}, {&c.Platform, app.Platform}, {&c.SDK, app.SDK}, {&c.Instance, app.Instance}} {
		if part.from != "" {
			*part.into = gate.Clean(part.from)
		}
	}
	return c
}

// check parts the sound declarations from the others.
func (b *registerBody) check() ([]Declaration, *fault.Error) {
	problems := fault.New(fault.Invalid, "flags_invalid", "No flag was registered: their declarations are wrong")
	if len(b.Flags) > maxFlags {
		problems.WithField("flags", "holds %d flags; send at most %d in one call", len(b.Flags), maxFlags)
		return nil, problems
	}
	var sound []Declaration
	seen := map[string]bool{}
	for i := range b.Flags {
		before := len(problems.Fields)
		path := fmt.Sprintf("flags[%d]", i)
		b.Flags[i].check(path, problems)
		if seen[b.Flags[i].Key] {
			problems.WithField(path+".key", "%q is declared twice in this call", b.Flags[i].Key)
		}
		if len(problems.Fields) == before {
			seen[b.Flags[i].Key] = true
			sound = append(sound, b.Flags[i])
		}
	}
	return sound, problems
}

func (d *Declaration) check(path string, problems *fault.Error) {
	if !ingest.IsKey(d.Key) {
		problems.WithField(path+".key", "must start with a letter or digit and go on with letters, digits, '.', '_' or '-', at most 128")
	}
	switch {
	case len(d.Description) > maxDescription:
		problems.WithField(path+".description", "is over %d bytes", maxDescription)
	case strings.IndexByte(d.Description, 0) >= 0:
		problems.WithField(path+".description", "holds the character U+0000; take it out")
	}
	if len(d.Options) > maxOptions {
		problems.WithField(path+".options", "holds %d values; at most %d", len(d.Options), maxOptions)
		return
	}
	words, known := typeWords[d.Type]
	if !known {
		problems.WithField(path+".type", "must be boolean, string, integer, double or json, not %q", d.Type)
		return
	}
	d.checkValue(path+".default", d.Default, words, problems)
	for i, option := range d.Options {
		d.checkValue(fmt.Sprintf("%s.options[%d]", path, i), option, words, problems)
	}
}

func (d *Declaration) checkValue(path string, value json.RawMessage, words string, problems *fault.Error) {
	if !fits(d.Type, value) {
		problems.WithField(path, "must be %s, as the type is %s", words, d.Type)
		return
	}
	if _, why := httpkit.BadText(value); why != "" {
		problems.WithField(path, "%s", why)
	}
}

var typeWords = map[string]string{
	"boolean": "true or false",
	"string":  "a string",
	"integer": "a whole number within ±(2^53-1)",
	"double":  "a finite number",
	"json":    "an object or a list, at most 64 kB",
}

// fits says whether a value, well-formed JSON already, is of a flag's type.
func fits(flagType string, value json.RawMessage) bool {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || len(value) > maxValue {
		return false
	}
	first := value[0]
	switch flagType {
	case "boolean":
		return first == 't' || first == 'f'
	case "string":
		return first == '"'
	case "json":
		return first == '{' || first == '['
	}
	if first != '-' && (first < '0' || first > '9') {
		return false
	}
	n, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.IsInf(n, 0) {
		return false
	}
	return flagType == "double" || n == math.Trunc(n) && math.Abs(n) <= maxWhole
}
