package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// recorded is one evaluation as it happened.
type recorded struct {
	flag    string
	context map[string]any
	now     int64
	detail  string
}

// instant is what was evaluated after one change, and the time span in which
// nothing else was changed.
type instant struct {
	revision    int64
	from, until int64
	evaluations []recorded
}

// What a program got at any time is what the past says that it got: each of
// many evaluations, recorded while a project was changed at random, is asked for
// again by its revision or by its time.
func TestThePastAnswersAsItDid(t *testing.T) {
	changes, each := testkit.Rounds(500, 5000), 20
	h := open(t)
	w := &world{home: h, random: rand.New(rand.NewPCG(6, 1812))}
	w.begin(t)
	var history []instant
	for len(history) < changes {
		if !w.change(t) {
			continue
		}
		history = append(history, w.evaluate(t, each))
		h.wait(time.Duration(w.random.IntN(3)) * 20 * time.Minute) // now and then two changes in one instant
		history[len(history)-1].until = h.now.UnixMilli()
	}
	w.random.Shuffle(len(history), func(i, j int) { history[i], history[j] = history[j], history[i] })
	fresh := catalog.New(h.store, catalog.Options{})
	reasons, replays := map[string]int{}, 0
	for _, then := range history {
		moment := catalog.Moment{Revision: then.revision}
		if then.until > then.from && w.random.IntN(2) == 0 {
			moment = catalog.Moment{At: then.from + w.random.Int64N(then.until-then.from)}
		}
		past := must[*catalog.Past](t)(fresh.AsOf(t.Context(), ann, "default", "production", moment))
		snapshot := must[*eval.Snapshot](t)(past.Snapshot())
		for _, r := range then.evaluations {
			got := detailOf(snapshot, r.flag, r.context, r.now)
			if got != r.detail {
				t.Fatalf("%+v of %v at %d: got %s, recorded %s", moment, r.context, r.now, got, r.detail)
			}
			replays++
			reasons[snapshot.Detail(r.flag, eval.NewContext(r.context), r.now).Reason]++
		}
	}
	w.reached(t, reasons)
	t.Logf("%d replays over %d changes %v: %v", replays, changes, w.made, reasons)
	h.verify(t)
}

// world is a project that is changed at random.
type world struct {
	*home
	random *rand.Rand
	made   map[string]int // changes by name
}

// randomChanges are the ways in which a project changes. Whatever comes to
// change it, such as a schedule, is one more line here.
var randomChanges = []struct {
	name   string
	change func(w *world, ctx context.Context) (catalog.Outcome, error)
}{
	{"configuration", (*world).configure},
	{"configuration", (*world).configure},
	{"configuration", (*world).configure},
	{"target group", (*world).putGroup},
	{"target group", (*world).putGroup},
	{"experiment", (*world).putExperiment},
	{"experiment", (*world).putExperiment},
	{"start or stop", (*world).startOrStop},
	{"on or off", (*world).onOrOff},
	{"archive or restore", (*world).archiveOrRestore},
	{"own fields", (*world).describe},
	{"unconfigured", (*world).unconfigure},
	{"undo", (*world).undo},
	{"rollback", (*world).goBack},
	{"scheduled change", (*world).schedule},
	{"rollout", (*world).rollOut},
	{"step of a rollout", (*world).step},
}

// reached fails where the changes or the evaluations saw too little.
func (w *world) reached(t *testing.T, reasons map[string]int) {
	t.Helper()
	for _, c := range randomChanges {
		if w.made[c.name] == 0 {
			t.Errorf("no change by %s", c.name)
		}
	}
	for _, reason := range []string{"OFF", "PREREQUISITE_FAILED", "TARGET", "RULE", "EXPERIMENT", "DEFAULT", "FLAG_NOT_FOUND"} {
		if reasons[reason] == 0 {
			t.Errorf("no evaluation ended in %s", reason)
		}
	}
}

const worldFlags = 8

func (w *world) begin(t *testing.T) {
	t.Helper()
	w.made = map[string]int{}
	text := "apiVersion: burgee/v1\nproject: default\ntargetGroups:\n  g0: {include: [u1]}\n  g1: {include: [u2]}\n  g2: {}\nflags:\n"
	for i := range worldFlags {
		text += fmt.Sprintf("  f%d: {type: string, variations: [{id: a, value: a}, {id: b, value: b}, {id: c, value: c}]}\n", i)
	}
	w.apply(t, ann, text)
}

// change makes one random change. It returns false where nothing came of it:
// what is refused changes nothing.
func (w *world) change(t *testing.T) bool {
	t.Helper()
	c := randomChanges[w.random.IntN(len(randomChanges))]
	out, err := c.change(w, t.Context())
	if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.Invalid && kind != fault.NotFound {
		t.Fatalf("%s: %v", c.name, err)
	}
	if err != nil || !out.Changed {
		return false
	}
	w.made[c.name]++
	return true
}

// evaluate records what programs get of what the store gives to the data plane.
func (w *world) evaluate(t *testing.T, n int) instant {
	t.Helper()
	snapshot := w.compiled(t)
	out := instant{revision: snapshot.Revision(), from: w.now.UnixMilli()}
	for range n {
		r := recorded{flag: w.flag(), context: w.user(), now: out.from + w.random.Int64N(1000)}
		r.detail = detailOf(snapshot, r.flag, r.context, r.now)
		out.evaluations = append(out.evaluations, r)
	}
	return out
}

// compiled is what programs in production get.
func (h *home) compiled(t *testing.T) *eval.Snapshot {
	t.Helper()
	served := must[[]byte](t)(h.wire(t.Context(), "production"))
	project := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	header := ruleset.Header{
		Burgee: ruleset.WireVersion, Project: "default", Environment: "production",
		Revision: project.Environments[0].Revision, Hash: ruleset.HashP32,
	}
	var lines [][]byte
	for line := range strings.SplitSeq(strings.TrimSpace(string(served)), "\n") {
		lines = append(lines, []byte(line))
	}
	return eval.Compile(must[*ruleset.Set](t)(ruleset.Parse(ruleset.Encode(header, lines))))
}

func detailOf(s *eval.Snapshot, flag string, attributes map[string]any, now int64) string {
	raw, err := json.Marshal(s.Detail(flag, eval.NewContext(attributes), now))
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func (w *world) one(options ...string) string { return options[w.random.IntN(len(options))] }

func (w *world) flag() string { return fmt.Sprintf("f%d", w.random.IntN(worldFlags)) }

func (w *world) environment() string { return w.one("production", "production", "development") }

func (w *world) user() map[string]any {
	c := map[string]any{"targetingKey": fmt.Sprintf("u%d", w.random.IntN(40))}
	if w.random.IntN(3) > 0 {
		c["country"] = w.one("DE", "AT", "US")
	}
	if w.random.IntN(3) > 0 {
		c["app"] = map[string]any{"version": w.one("1.9", "2.0", "2.1.0-rc.1")}
	}
	return c
}

// when is a random condition.
func (w *world) when() string {
	soon := w.now.Add(time.Duration(w.random.IntN(5)-2) * 10 * time.Minute).UTC().Format(time.RFC3339)
	return w.one(
		"{country: DE}", "{country: [AT, US]}", `{app.version: {ver_ge: "2.0"}}`, "{not: {country: DE}}",
		fmt.Sprintf("{group: g%d}", w.random.IntN(3)), fmt.Sprintf("{flag: {f%d: a}}", w.random.IntN(3)),
		fmt.Sprintf("{now: {after: %q}}", soon), "{any: [{group: g0}, {country: US}]}")
}

// serve is a random variation or split.
func (w *world) serve(more string) string {
	share := w.random.IntN(101)
	return w.one("a", "b", "c", fmt.Sprintf("{a: %d, b: %d}", share, 100-share), fmt.Sprintf("{c: %d, %s: %d}", share, more, 100-share))
}

// tryText applies a file of one part.
func (w *world) tryText(ctx context.Context, text string) (catalog.Outcome, error) {
	out, err := w.tryApply(ctx, ann, "apiVersion: burgee/v1\nproject: default\n"+text, catalog.ApplyRequest{})
	return out.Outcome, err
}

func (w *world) configure(ctx context.Context) (catalog.Outcome, error) {
	return w.tryText(ctx, w.configuration())
}

// configuration is a random one of a random flag, as a part of a file.
func (w *world) configuration() string {
	n := w.random.IntN(worldFlags)
	var b strings.Builder
	fmt.Fprintf(&b, "flags:\n  f%d:\n    environments:\n      %s:\n        off: b\n        enabled: %v\n", n, w.environment(), w.random.IntN(6) > 0)
	if n > 2 && w.random.IntN(3) == 0 { // of the first ones, so that no circle closes
		fmt.Fprintf(&b, "        prerequisites: [{flag: f%d, variations: [a, b]}]\n", w.random.IntN(3))
	}
	if w.random.IntN(2) == 0 {
		fmt.Fprintf(&b, "        targets: {targetingKey: {u%d: c, u%d: a}}\n", w.random.IntN(20), 20+w.random.IntN(20))
	}
	b.WriteString("        rules:\n")
	for range 1 + w.random.IntN(3) {
		when := w.when()
		if n <= 2 && strings.Contains(when, "flag") {
			when = "{country: AT}"
		}
		fmt.Fprintf(&b, "          - {when: %s, serve: %s}\n", when, w.serve("next"))
	}
	fmt.Fprintf(&b, "        default: %s\n", w.one("a", "b", "c", "code", fmt.Sprintf("{serve: %s}", "{a: 30, b: 70}")))
	return b.String()
}

func (w *world) putGroup(ctx context.Context) (catalog.Outcome, error) {
	group := document.TargetGroup{}
	for range w.random.IntN(6) {
		group.Include = append(group.Include, fmt.Sprintf("u%d", w.random.IntN(40)))
	}
	slices.Sort(group.Include)
	group.Include = slices.Compact(group.Include)
	if w.random.IntN(2) == 0 {
		return w.tryText(ctx, fmt.Sprintf("targetGroups:\n  g%d: {include: [u%d], when: {country: %s}}\n", w.random.IntN(3), w.random.IntN(40), w.one("DE", "US")))
	}
	return w.PutGroup(ctx, ann, "default", fmt.Sprintf("g%d", w.random.IntN(3)), group, none)
}

func (w *world) experimentKey() string { return w.one("e0", "e1") }

func (w *world) putExperiment(ctx context.Context) (catalog.Outcome, error) {
	key, share := w.experimentKey(), 1+w.random.IntN(49)
	flag := w.flag()
	body := fmt.Sprintf("    arms:\n      - {name: new, share: %d, flags: {%s: a}}\n      - {name: old, share: %d, flags: {%[2]s: b}}\n      - {next: %d}\n",
		share, flag, share, 100-2*share)
	if w.random.IntN(3) == 0 {
		body = fmt.Sprintf("    serve: {%s: c}\n", flag)
	}
	return w.tryText(ctx, fmt.Sprintf("experiments:\n  %s:\n    environment: production\n    state: running\n    when: %s\n%s", key, w.one("{country: DE}", "{group: g1}", "{any: [{country: AT}, {group: g2}]}"), body))
}

func (w *world) startOrStop(ctx context.Context) (catalog.Outcome, error) {
	key := w.experimentKey()
	if w.random.IntN(2) == 0 {
		return w.StopExperiment(ctx, ann, "default", key, none)
	}
	return w.StartExperiment(ctx, ann, "default", key, none)
}

func (w *world) onOrOff(ctx context.Context) (catalog.Outcome, error) {
	flag, environment := w.flag(), w.environment()
	if w.random.IntN(2) == 0 {
		return w.SwitchOff(ctx, ann, "default", flag, environment, none)
	}
	return w.SwitchOn(ctx, ann, "default", flag, environment, none)
}

func (w *world) archiveOrRestore(ctx context.Context) (catalog.Outcome, error) {
	flag := w.flag()
	if w.random.IntN(3) == 0 {
		return w.ArchiveFlag(ctx, ann, "default", flag, none)
	}
	return w.RestoreFlag(ctx, ann, "default", flag, none)
}

func (w *world) describe(ctx context.Context) (catalog.Outcome, error) {
	words := fmt.Sprintf("words %d", w.random.IntN(100))
	return w.PatchFlag(ctx, ann, "default", w.flag(), document.Flag{Description: &words}, none)
}

func (w *world) unconfigure(ctx context.Context) (catalog.Outcome, error) {
	return w.ClearConfiguration(ctx, ann, "default", w.flag(), w.environment(), none)
}

func (w *world) undo(ctx context.Context) (catalog.Outcome, error) {
	project, err := w.Project(ctx, ann, "default")
	if err != nil {
		return catalog.Outcome{}, err
	}
	return w.Undo(ctx, ann, "default", "production", project.Environments[0].Revision, none)
}

func (w *world) goBack(ctx context.Context) (catalog.Outcome, error) {
	project, err := w.Project(ctx, ann, "default")
	if err != nil {
		return catalog.Outcome{}, err
	}
	request := catalog.RollbackRequest{
		Environment: "production", Shared: w.random.IntN(2) == 0,
		To: catalog.Moment{Revision: 1 + w.random.Int64N(project.Environments[0].Revision)},
	}
	if w.random.IntN(3) > 0 {
		request.Kind, request.Object, request.Shared = document.ConfigurationKind, w.flag(), false
	}
	out, err := w.Rollback(ctx, ann, "default", request)
	return out.Outcome, err
}

// fire does what is due at a later time. What is due together is one change here.
func (w *world) fire(ctx context.Context, later time.Duration) (catalog.Outcome, error) {
	w.wait(later)
	number, held, err := w.store.TakeLease(ctx, "schedule", "replay", time.Minute)
	if err != nil || !held {
		return catalog.Outcome{}, fmt.Errorf("lease: %v %w", held, err)
	}
	fired, err := w.PublishDue(ctx, lease.Fence{Name: "schedule", Number: number})
	return catalog.Outcome{Changed: fired.Done > 0}, err
}

func (w *world) schedule(ctx context.Context) (catalog.Outcome, error) {
	file, err := document.Parse("", []byte("apiVersion: burgee/v1\nproject: default\n"+w.configuration()))
	if err != nil {
		return catalog.Outcome{}, err
	}
	request, _, err := w.Propose(ctx, ann, "default", catalog.Proposal{Title: "later", File: file})
	if err != nil {
		return catalog.Outcome{}, err
	}
	if _, err := w.Schedule(ctx, ann, "default", request.Number, w.now.Add(time.Minute).UnixMilli(), none); err != nil {
		return catalog.Outcome{}, err
	}
	return w.fire(ctx, time.Minute)
}

// rollOut begins a rollout. Those that an edit has paused make room for it.
func (w *world) rollOut(ctx context.Context) (catalog.Outcome, error) {
	live, _, err := w.Rollouts(ctx, ann, "default", catalog.RolloutFilter{Live: true})
	for _, r := range live {
		if err == nil && r.State == catalog.RolloutPaused {
			_, err = w.StopRollout(ctx, ann, "default", r.Number, none)
		}
	}
	if err != nil {
		return catalog.Outcome{}, err
	}
	share := 1 + w.random.IntN(200_000)
	_, err = w.StartRollout(ctx, ann, "default", catalog.RolloutPlan{
		Environment: "production", Flag: w.flag(), Variation: w.one("a", "b", "c"),
		Steps: []catalog.RolloutStep{{PPM: share, Wait: time.Minute.Milliseconds()}, {PPM: 3 * share, Wait: time.Minute.Milliseconds()}, {PPM: 1_000_000}},
	}, none)
	return catalog.Outcome{Changed: err == nil}, err
}

func (w *world) step(ctx context.Context) (catalog.Outcome, error) { return w.fire(ctx, time.Minute) }
