package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
)

// fromFile makes an evaluator of a file alone.
func (o *evalOptions) fromFile(stdio Stdio) (evaluator, error) {
	name, text, err := readInput(stdio, o.file)
	if err != nil {
		return nil, err
	}
	file, err := document.Parse(name, text)
	if err != nil {
		return nil, err
	}
	p, _, made, err := alone(stdio, file)
	if err != nil {
		return nil, err
	}
	environment, err := chosen(stdio, o.environment, func() ([]string, error) { return p.Environments, nil })
	if err != nil {
		return nil, err
	}
	if !p.HasEnvironment(environment) {
		return nil, noEnvironment(p, environment)
	}
	if _, known := p.Flags[o.flag]; !known {
		return nil, fault.New(fault.NotFound, "flag_not_found", "there is no flag %q in %s%s; it has %s", o.flag, name, document.AlikeHint(o.flag, maps.Keys(p.Flags)), flagWords(p))
	}
	snapshot, err := compiled(p, environment)
	if err != nil {
		return nil, err
	}
	warnOfSeeds(stdio, p, made, deciding(p, environment, o.flag))
	return func(_ context.Context, raw json.RawMessage) (json.RawMessage, error) { return o.local(snapshot, raw) }, nil
}

// flagWords names the flags of a small file, or how many there are.
func flagWords(p *document.Project) string {
	if len(p.Flags) > 8 {
		return count(len(p.Flags), "flag")
	}
	var keys []string
	for key := range p.Flags {
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return "none"
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

// local evaluates one context in this process.
func (o *evalOptions) local(snapshot *eval.Snapshot, raw json.RawMessage) (json.RawMessage, error) {
	var attributes map[string]any
	if err := json.Unmarshal(raw, &attributes); err != nil {
		return nil, fmt.Errorf("read the context: %w", err)
	}
	now := o.nowMS
	if now == 0 {
		now = time.Now().UnixMilli()
	}
	evalContext := eval.NewContext(attributes)
	var detail any = snapshot.Detail(o.flag, evalContext, now)
	if o.explain {
		detail = snapshot.Explain(o.flag, evalContext, now)
	}
	var b bytes.Buffer
	if err := printJSON(&b, detail); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// deciding says whether a flag's answer may depend on the seed of a flag or
// experiment.
func deciding(p *document.Project, environment, flag string) func(key string) bool {
	keys := p.Reads(environment, flag)
	for _, read := range slices.Clone(keys) {
		for key, x := range p.Experiments {
			if x.Environment == environment && slices.Contains(x.Controls(), read) {
				keys = append(keys, key)
			}
		}
	}
	return func(key string) bool { return slices.Contains(keys, key) }
}

// warnOfSeeds says where the buckets of a file alone are not those of a server,
// of the flags and experiments that matter.
func warnOfSeeds(stdio Stdio, p *document.Project, made []string, matters func(key string) bool) {
	var split []string
	for _, key := range made {
		if matters(key) && splits(p, key) {
			split = append(split, key)
		}
	}
	if len(split) == 0 {
		return
	}
	slices.Sort(split)
	split = slices.Compact(split)
	say(stdio.Err, "warning: no seed in the file for %s: it is made from the key here, so a server may deal people otherwise; export the file from the server, or write seed: \"…\"\n",
		strings.Join(split, ", "))
}

// splits says whether anybody is dealt by the seed of the flag or experiment.
func splits(p *document.Project, key string) bool {
	if x, ok := p.Experiments[key]; ok && len(x.Table) > 1 {
		return true
	}
	byFlag := func(s document.Serve) bool { return len(s.Table) > 1 && s.Seed == nil }
	for _, configurations := range p.Configurations {
		c := configurations[key]
		if c == nil {
			continue
		}
		if byFlag(c.Default) || slices.ContainsFunc(c.Rules, func(r document.Rule) bool { return byFlag(r.Serve) }) {
			return true
		}
	}
	return false
}
