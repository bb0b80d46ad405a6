package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/bench/subject"
)

const (
	token     = "bgp_ofrep000000000000000000000000000000000000"
	key       = "bgs_ofrep000000000000000000000000000000000000"
	flagsPath = "/ofrep/v1/evaluate/flags"
	bulkFlags = 100
)

// scenario is what is asked for again and again.
type scenario struct{ name, says, path string }

// The flags are numbered as flagOf makes them: 0 has no rules, 4 has five.
var scenarios = []scenario{
	{"plain", "a flag without rules", flagsPath + "/bulk-1000"},
	{"rules", "five rules of two clauses", flagsPath + "/bulk-1004"},
	{"bulk", "all 100 flags", flagsPath},
}

// figures are those of one server in one scenario and one round.
type figures struct {
	perSecond float64
	cpu       time.Duration // of the server, for one request
	p50, p99  time.Duration // on one connection
}

func compare(o options) error {
	ref, err := subject.StartReference(o.serverOn, 20*time.Second)
	if err != nil {
		return err
	}
	defer ref.Kill()
	burgee, err := startBurgee(o)
	if err != nil {
		return err
	}
	defer burgee.end()
	if err := check(burgee.Process); err != nil {
		return err
	}
	for _, s := range scenarios {
		if o.only != "" && o.only != s.name {
			continue
		}
		var bare, ours []figures
		for range o.rounds {
			for _, side := range []struct {
				process *subject.Process
				all     *[]figures
			}{{ref, &bare}, {burgee.Process, &ours}} {
				f, err := measure(side.process, s, o)
				if err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				*side.all = append(*side.all, f)
			}
		}
		report(s, bare, ours)
	}
	fmt.Printf("load %s; medians of %d rounds of %v, %d connections\n", loadAverage(), o.rounds, o.lasts, o.conns)
	return nil
}

// measure asks over many connections, then over one.
func measure(p *subject.Process, s scenario, o options) (f figures, err error) {
	before := p.Usage().CPU
	many, err := load(p.Addr, s.path, o.conns, o.lasts)
	if err != nil {
		return f, err
	}
	f.cpu = (p.Usage().CPU - before) / time.Duration(len(many.took))
	one, err := load(p.Addr, s.path, 1, o.lasts)
	if err != nil {
		return f, err
	}
	f.perSecond, f.p50, f.p99 = many.perSecond(), one.quantile(0.5), one.quantile(0.99)
	return f, nil
}

func report(s scenario, bare, ours []figures) {
	fmt.Printf("%s (%s)%*s%10s%10s%8s\n", s.name, s.says, 36-len(s.name)-len(s.says), "", "reference", "burgee", "ratio")
	row := func(name string, get func(figures) float64, show string) {
		ratios := make([]float64, len(bare))
		for i := range bare {
			ratios[i] = get(ours[i]) / get(bare[i])
		}
		fmt.Printf("  %-37s"+show+show+"%8.2f\n", name, median(values(bare, get)), median(values(ours, get)), median(ratios))
	}
	micros := func(get func(figures) time.Duration) func(figures) float64 {
		return func(f figures) float64 { return float64(get(f)) / float64(time.Microsecond) }
	}
	row("requests a second", func(f figures) float64 { return f.perSecond }, "%10.0f")
	row("processor time a request, µs", micros(func(f figures) time.Duration { return f.cpu }), "%10.1f")
	row("one connection, p50, µs", micros(func(f figures) time.Duration { return f.p50 }), "%10.0f")
	row("one connection, p99, µs", micros(func(f figures) time.Duration { return f.p99 }), "%10.0f")
}

func values(of []figures, get func(figures) float64) []float64 {
	list := make([]float64, len(of))
	for i, f := range of {
		list[i] = get(f)
	}
	return list
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

// check sees that what is measured is an evaluation with the right outcome.
func check(p *subject.Process) error {
	asked := *p
	asked.Token = key
	text, err := asked.Want(http.MethodPost, scenarios[1].path, json.RawMessage(context))
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), `"reason":"TARGETING_MATCH","value":true,"variant":"true","metadata":{"reason":"RULE"`) {
		return fmt.Errorf("the rule does not match: %s", text)
	}
	if text, err = asked.Want(http.MethodPost, flagsPath, json.RawMessage(context)); err != nil {
		return err
	}
	var all struct {
		Flags []struct{ Reason string }
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	count := map[string]int{}
	for _, f := range all.Flags {
		count[f.Reason]++
	}
	if want := map[string]int{"STATIC": 40, "TARGETING_MATCH": 30, "SPLIT": 20, "DEFAULT": 10}; !same(count, want) {
		return fmt.Errorf("the flags have the reasons %v, want %v", count, want)
	}
	return nil
}

func same(a, b map[string]int) bool {
	if len(a) != len(b) {
		return false
	}
	for k, n := range a {
		if b[k] != n {
			return false
		}
	}
	return true
}

// server is Burgee on a folder of its own.
type server struct {
	*subject.Process
	folder string
}

func (s *server) end() {
	s.Kill()
	_ = os.RemoveAll(s.folder)
}

func startBurgee(o options) (s *server, err error) {
	s = &server{}
	if s.folder, err = os.MkdirTemp("", "burgee-ofrep-"); err != nil {
		return nil, err
	}
	addr, err := subject.FreeAddress()
	if err != nil {
		return nil, err
	}
	s.Process, err = subject.Start(subject.Program{
		Binary: o.burgee, Args: []string{"serve", "--addr", addr, "--data", filepath.Join(s.folder, "data"), "--ops-addr", "", "--log-level", "warn"},
		Env: []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_SERVER_KEY=" + key}, CPU: o.serverOn, Addr: addr, Token: token,
	})
	if err != nil {
		return nil, err
	}
	if err := s.Await("/readyz", 20*time.Second); err != nil {
		return nil, err
	}
	if err := s.fill(); err != nil {
		return nil, errors.Join(err, func() error { s.end(); return nil }())
	}
	return s, nil
}

// fill makes the flags: of ten, four have no rules, three have five of two
// clauses, two are split, and one asks about a group.
func (s *server) fill() error {
	var text strings.Builder
	text.WriteString("apiVersion: burgee/v1\nproject: default\ntargetGroups:\n  customers: {include: [")
	for i := range 1000 {
		fmt.Fprintf(&text, "user-%04d,", i)
	}
	text.WriteString("]}\nflags:\n")
	for i := range bulkFlags {
		fmt.Fprintf(&text, "  bulk-%d: %s\n", 1000+i, flagOf(i))
	}
	_, err := s.Want(http.MethodPost, "/api/v1/projects/default/apply", map[string]any{"text": text.String(), "file": "ofrep.yaml"})
	return err
}

const rules = `[{when: {country: [DE, FR, BE, LU, NL], version: {ver_gt: "2.99.9"}}, serve: true},` +
	`{when: {plan: [team, pro, enterprise], email: {starts_with: "ops@"}}, serve: true},` +
	`{when: {version: {ver_gt: "1.99.9"}, country: [US, CA, MX, BR, AR]}, serve: true},` +
	`{when: {email: {starts_with: "jan@"}, age: {ge: 65}}, serve: true},` +
	`{when: {country: [NL, BE], version: {ver_gt: "2.9.9"}}, serve: true}]`

func flagOf(i int) string {
	switch m := i % 10; {
	case m < 4:
		return "{type: boolean, environments: {production: {default: true}}}"
	case m < 7:
		return "{type: boolean, environments: {production: {rules: " + rules + ", default: false}}}"
	case m < 9:
		return "{type: string, variations: [{id: a, value: a}, {id: b, value: b}, {id: c, value: c}], environments: {production: {default: {a: 33, b: 33, c: 34}}}}"
	}
	return "{type: boolean, environments: {production: {rules: [{when: {group: customers}, serve: true}], default: false}}}"
}
