package conformance

import (
	"context"
	"encoding/json"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	stock "github.com/open-feature/go-sdk-contrib/providers/ofrep"
	of "github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/memprovider"
	"github.com/open-feature/go-sdk/openfeature/multi"

	"burgee.dev/burgee/e2e/openfeature/bed"
	burgee "burgee.dev/burgee/sdk"
	burgeeof "burgee.dev/burgee/sdk/openfeature"
)

// own is a provider of this repository that nobody has set yet.
func own(t *testing.T, change func(*burgeeof.Options)) *burgeeof.Provider {
	t.Helper()
	options := burgeeof.Options{Client: burgee.Options{Key: bed.ServerKey, URL: shared.URL, Application: "conformance", Logger: slog.New(slog.DiscardHandler)}}
	if change != nil {
		change(&options)
	}
	p, err := burgeeof.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Shutdown)
	return p
}

// use sets a provider for the test's own domain, waits, and returns a client.
func use(t *testing.T, p of.FeatureProvider) *of.Client {
	t.Helper()
	if err := of.SetNamedProviderAndWait(t.Name(), p); err != nil {
		t.Fatal(err)
	}
	return of.NewClient(t.Name())
}

// heard collects the events of a client.
type heard struct {
	mu     sync.Mutex // guards events
	events []of.EventType
	last   of.EventDetails
}

func listenTo(t *testing.T, client *of.Client) *heard {
	t.Helper()
	h := &heard{}
	for _, event := range []of.EventType{of.ProviderReady, of.ProviderError, of.ProviderStale, of.ProviderConfigChange} {
		callback := func(details of.EventDetails) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events, h.last = append(h.events, event), details
		}
		client.AddHandler(event, &callback)
		t.Cleanup(func() { client.RemoveHandler(event, &callback) })
	}
	return h
}

func (h *heard) all() []of.EventType {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

// await waits until exactly these events were heard.
func (h *heard) await(t *testing.T, events ...of.EventType) of.EventDetails {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for !slices.Equal(h.all(), events) {
		if time.Now().After(end) {
			t.Fatalf("heard %v, want %v", h.all(), events)
		}
		time.Sleep(2 * time.Millisecond)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func reset(t *testing.T) {
	t.Helper()
	if err := shared.Reset(); err != nil {
		t.Fatal(err)
	}
}

func TestTheGoProviderConforms(t *testing.T) {
	executed := map[string]int{}
	t.Run("rows", func(t *testing.T) { runRows(t, use(t, own(t, nil)), "go", executed) })
	for _, part := range []struct {
		capability string
		test       func(*testing.T)
	}{
		{"lifecycle", goLifecycle}, {"reinitialization", goReinitialization}, {"unavailable", goUnavailable}, {"events", goFatal},
		{"configuration-change", goConfigurationChange}, {"stale", goStale}, {"lifecycle", goBeginsWithWhatIsStored},
		{"", goMetadata}, {"", goExperimentMetadata}, {"", goOverride}, {"", goHooks}, {"", goTracking}, {"", goContextMerging}, {"", goFallsThrough}, {"events", goLateHandler},
	} {
		name := functionName(part.test)
		t.Run(name, func(t *testing.T) {
			reset(t)
			part.test(t)
			executed[part.capability]++
		})
	}
	shows(t, executed)
}

func TestTheStockGoProviderReadsEveryAnswerRight(t *testing.T) {
	reset(t)
	runRows(t, use(t, stock.NewProvider(shared.URL, stock.WithBearerToken(bed.ServerKey))), "go-ofrep", map[string]int{})
}

func runRows(t *testing.T, client *of.Client, who string, executed map[string]int) {
	all, err := rows()
	if err != nil || len(all) < 30 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	for _, r := range all {
		if r.Except[who] != "" {
			continue
		}
		t.Run(strings.ReplaceAll(r.Name, " ", "_"), func(t *testing.T) { runRow(t, client, who, r) })
		executed[r.Capability]++
	}
}

// outcome is what is compared of an evaluation.
type outcome struct {
	Value   any
	Variant string
	Reason  string
	Code    string
}

func runRow(t *testing.T, client *of.Client, who string, r row) {
	evalCtx := of.NewTargetlessEvaluationContext(r.Context)
	if key, ok := r.Context["targetingKey"].(string); ok {
		evalCtx = of.NewEvaluationContext(key, r.Context)
	}
	var got outcome
	switch r.Type {
	case "boolean":
		d, err := client.BooleanValueDetails(t.Context(), r.Flag, r.Default.(bool), evalCtx)
		got = outcomeOf(t, d, err)
	case "string":
		d, err := client.StringValueDetails(t.Context(), r.Flag, r.Default.(string), evalCtx)
		got = outcomeOf(t, d, err)
	case "integer":
		d, err := client.IntValueDetails(t.Context(), r.Flag, int64(r.Default.(float64)), evalCtx)
		got = outcomeOf(t, d, err)
	case "float":
		d, err := client.FloatValueDetails(t.Context(), r.Flag, r.Default.(float64), evalCtx)
		got = outcomeOf(t, d, err)
	case "object":
		d, err := client.ObjectValueDetails(t.Context(), r.Flag, r.Default, evalCtx)
		got = outcomeOf(t, d, err)
	default:
		t.Fatalf("no type %q", r.Type)
	}
	want := outcome{r.Value, got.Variant, got.Reason, r.ErrorCode}
	if r.Variant != nil {
		want.Variant = *r.Variant
	}
	if r.Reason != "" {
		want.Reason = r.Reason
	}
	if who == "go-ofrep" && r.OverOFREP.Reason != "" {
		want.Reason = r.OverOFREP.Reason
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// outcomeOf brings values to the types that JSON has, and checks what holds for
// each evaluation: an error code with an error and with nothing else.
func outcomeOf[T any](t *testing.T, d of.GenericEvaluationDetails[T], err error) outcome {
	t.Helper()
	raw, jsonErr := json.Marshal(d.Value)
	out := outcome{Variant: d.Variant, Reason: string(d.Reason), Code: string(d.ErrorCode)}
	if jsonErr != nil || json.Unmarshal(raw, &out.Value) != nil {
		t.Fatalf("no JSON: %v", d.Value)
	}
	if (err != nil) != (d.ErrorCode != "") || (d.ErrorCode != "") != (d.ErrorMessage != "") {
		t.Errorf("error %v, code %q, message %q", err, d.ErrorCode, d.ErrorMessage)
	}
	return out
}

// Ready once, after which evaluations serve; not ready before and afterwards.
func goLifecycle(t *testing.T) {
	p := own(t, nil)
	client := of.NewClient(t.Name())
	h := listenTo(t, client)
	if p.Status() != of.NotReadyState {
		t.Errorf("at first it is %s", p.Status())
	}
	use(t, p)
	h.await(t, of.ProviderReady)
	if client.State() != of.ReadyState || p.Status() != of.ReadyState || client.Metadata().Domain() != t.Name() {
		t.Errorf("it is %s, the client says %s", p.Status(), client.State())
	}
	if !client.Boolean(t.Context(), "boolean-flag", false, of.EvaluationContext{}) {
		t.Error("nothing is served")
	}
	p.Shutdown()
	p.Shutdown() // twice is no harm
	if p.Status() != of.NotReadyState || p.Client() != nil {
		t.Errorf("after the end it is %s", p.Status())
	}
	if d := p.BooleanEvaluation(t.Context(), "boolean-flag", false, nil); d.Value || d.Reason != of.ErrorReason || !strings.Contains(d.Error().Error(), "PROVIDER_NOT_READY") {
		t.Errorf("after the end it serves %+v", d)
	}
	if got := h.all(); len(got) != 1 {
		t.Errorf("heard %v", got)
	}
}

func goReinitialization(t *testing.T) {
	p := own(t, nil)
	for range 2 {
		if err := p.Init(of.EvaluationContext{}); err != nil {
			t.Fatal(err)
		}
		if d := p.StringEvaluation(t.Context(), "string-flag", "x", nil); d.Value != "hi" {
			t.Errorf("it serves %+v", d)
		}
		p.Shutdown()
	}
}

// Without a server: an error, the code's defaults, and ready once it is there.
func goUnavailable(t *testing.T) {
	if err := shared.Cut(); err != nil {
		t.Fatal(err)
	}
	p := own(t, func(o *burgeeof.Options) { o.InitTimeout = 200 * time.Millisecond })
	client := of.NewClient(t.Name())
	h := listenTo(t, client)
	if err := of.SetNamedProviderAndWait(t.Name(), p); err == nil {
		t.Error("it was ready without a server")
	}
	h.await(t, of.ProviderError)
	if client.State() != of.ErrorState || p.Status() != of.ErrorState {
		t.Errorf("it is %s, the client says %s", p.Status(), client.State())
	}
	d, err := client.StringValueDetails(t.Context(), "string-flag", "code", of.EvaluationContext{})
	if err == nil || d.Value != "code" || d.ErrorCode != of.ProviderNotReadyCode {
		t.Errorf("it serves %+v, %v", d, err)
	}
	if err := shared.Join(); err != nil {
		t.Fatal(err)
	}
	h.await(t, of.ProviderError, of.ProviderReady)
	if got := client.String(t.Context(), "string-flag", "code", of.EvaluationContext{}); got != "hi" {
		t.Errorf("it serves %q", got)
	}
}

// A key that can never work is fatal.
func goFatal(t *testing.T) {
	p := own(t, func(o *burgeeof.Options) { o.Client.Key = bed.ClientKey })
	client := of.NewClient(t.Name())
	h := listenTo(t, client)
	if err := of.SetNamedProviderAndWait(t.Name(), p); err == nil || !strings.Contains(err.Error(), "client key") {
		t.Errorf("got %v", err)
	}
	if details := h.await(t, of.ProviderError); !strings.Contains(details.Message, "client key") || client.State() != of.FatalState {
		t.Errorf("heard %+v, state %s", details, client.State())
	}
	d, _ := client.BooleanValueDetails(t.Context(), "boolean-flag", false, of.EvaluationContext{})
	if d.ErrorCode != of.ProviderFatalCode {
		t.Errorf("it serves %+v", d)
	}
}

func goConfigurationChange(t *testing.T) {
	client := use(t, own(t, nil))
	h := listenTo(t, client)
	next, err := shared.Change()
	if err != nil {
		t.Fatal(err)
	}
	details := h.await(t, of.ProviderReady, of.ProviderConfigChange) // ready at once, since it is
	if !slices.Equal(details.FlagChanges, []string{"changing-flag"}) || details.ProviderName != "burgee" {
		t.Errorf("it says %+v", details)
	}
	if got := client.String(t.Context(), "changing-flag", "x", of.EvaluationContext{}); got != next || client.State() != of.ReadyState {
		t.Errorf("it serves %q, want %q; state %s", got, next, client.State())
	}
}

// Over an outage: stale, the last values, ready again, and what was missed.
func goStale(t *testing.T) {
	p := own(t, nil)
	client := use(t, p)
	h := listenTo(t, client)
	h.await(t, of.ProviderReady)
	if err := shared.Cut(); err != nil {
		t.Fatal(err)
	}
	h.await(t, of.ProviderReady, of.ProviderStale)
	if client.State() != of.StaleState || p.Status() != of.StaleState {
		t.Errorf("it is %s, the client says %s", p.Status(), client.State())
	}
	if got := client.String(t.Context(), "string-flag", "code", of.EvaluationContext{}); got != "hi" {
		t.Errorf("it serves %q", got)
	}
	next, err := shared.Change()
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.Join(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what was missed", 20*time.Second, func() bool {
		return client.String(t.Context(), "changing-flag", "x", of.EvaluationContext{}) == next
	})
	eventually(t, "both events", 20*time.Second, func() bool { return len(h.all()) == 4 })
	got := h.all()[2:]
	slices.Sort(got)
	if !slices.Equal(got, []of.EventType{of.ProviderConfigChange, of.ProviderReady}) || client.State() != of.ReadyState {
		t.Errorf("heard %v, state %s", h.all(), client.State())
	}
}

// A configuration of an earlier run serves at once; that the server is away is
// said after it.
func goBeginsWithWhatIsStored(t *testing.T) {
	folder := t.TempDir()
	stored := func(o *burgeeof.Options) { o.Client.CacheDir = folder }
	use(t, own(t, stored))
	first := own(t, stored)
	if err := first.Init(of.EvaluationContext{}); err != nil {
		t.Fatal(err)
	}
	first.Shutdown()
	if err := shared.Cut(); err != nil {
		t.Fatal(err)
	}
	client := of.NewClient(t.Name() + "later")
	h := listenTo(t, client)
	if err := of.SetNamedProviderAndWait(t.Name()+"later", own(t, stored)); err != nil {
		t.Fatal(err)
	}
	h.await(t, of.ProviderReady, of.ProviderStale)
	if got := client.String(t.Context(), "string-flag", "code", of.EvaluationContext{}); got != "hi" {
		t.Errorf("it serves %q", got)
	}
}

func goMetadata(t *testing.T) {
	p := own(t, nil)
	client := use(t, p)
	if p.Metadata().Name != "burgee" {
		t.Errorf("its name is %q", p.Metadata().Name)
	}
	d, err := client.StringValueDetails(t.Context(), "context-flag", "x", of.NewEvaluationContext("ann", map[string]any{
		"customer": "false", "age": 29, "born": time.Date(1997, 5, 1, 0, 0, 0, 0, time.UTC),
	}))
	if err != nil || d.Value != "INTERNAL" {
		t.Fatalf("%+v, %v", d, err)
	}
	reason, _ := d.FlagMetadata.GetString("reason")
	rule, _ := d.FlagMetadata.GetString("rule")
	revision, err := d.FlagMetadata.GetInt("revision")
	if reason != "RULE" || rule != "inside" || revision < 2 || err != nil {
		t.Errorf("metadata %v, %v", d.FlagMetadata, err)
	}
}

// goExperimentMetadata has what an evaluation of an experiment tells beside its value.
func goExperimentMetadata(t *testing.T) {
	client := use(t, own(t, nil))
	d, err := client.StringValueDetails(t.Context(), "trial-split-flag", "x", of.NewEvaluationContext("ann", nil))
	if err != nil || d.Reason != of.SplitReason {
		t.Fatalf("%+v, %v", d, err)
	}
	experiment, _ := d.FlagMetadata.GetString("experiment")
	arm, _ := d.FlagMetadata.GetString("arm")
	phase, err := d.FlagMetadata.GetInt("phase")
	if want := map[string]string{"a": "one", "b": "two"}[d.Variant]; experiment != "trial-split" || arm != want || phase != 1 || err != nil {
		t.Errorf("metadata %v of %s, %v", d.FlagMetadata, d.Variant, err)
	}
}

// goOverride is an override in an emergency: a value as every other, which says
// where it is from.
func goOverride(t *testing.T) {
	t.Setenv("BURGEE_OVERRIDES", `{"string-flag": "mine", "unheard-of": 7}`)
	client := use(t, own(t, nil))
	d, err := client.StringValueDetails(t.Context(), "string-flag", "x", of.EvaluationContext{})
	reason, _ := d.FlagMetadata.GetString("reason")
	if err != nil || d.Value != "mine" || d.Reason != of.StaticReason || reason != "OVERRIDE" || d.Variant != "" {
		t.Errorf("%+v, %v", d, err)
	}
	if n, err := client.IntValue(t.Context(), "unheard-of", 1, of.EvaluationContext{}); n != 7 || err != nil {
		t.Errorf("of a flag that the server does not know: %d, %v", n, err)
	}
	if d, err := client.BooleanValueDetails(t.Context(), "string-flag", true, of.EvaluationContext{}); !d.Value || d.ErrorCode != of.TypeMismatchCode {
		t.Errorf("of another type: %+v, %v", d, err)
	}
}

// noting is a hook that notes in which stages it runs.
type noting struct {
	of.UnimplementedHook
	stages *[]string
	add    map[string]any
}

func (n noting) Before(context.Context, of.HookContext, of.HookHints) (*of.EvaluationContext, error) {
	*n.stages = append(*n.stages, "before")
	if n.add == nil {
		return nil, nil
	}
	more := of.NewTargetlessEvaluationContext(n.add)
	return &more, nil
}

func (n noting) After(context.Context, of.HookContext, of.InterfaceEvaluationDetails, of.HookHints) error {
	*n.stages = append(*n.stages, "after")
	return nil
}

func (n noting) Error(context.Context, of.HookContext, error, of.HookHints) {
	*n.stages = append(*n.stages, "error")
}

func (n noting) Finally(context.Context, of.HookContext, of.InterfaceEvaluationDetails, of.HookHints) {
	*n.stages = append(*n.stages, "finally")
}

// The provider's hooks run, and what they add to the context is evaluated with.
func goHooks(t *testing.T) {
	var stages []string
	client := use(t, own(t, func(o *burgeeof.Options) {
		o.Hooks = []of.Hook{noting{stages: &stages, add: map[string]any{"customer": "false", "age": 20, "born": "2000-01-01T00:00:00Z"}}}
	}))
	if got := client.String(t.Context(), "context-flag", "x", of.NewEvaluationContext("ann", nil)); got != "INTERNAL" {
		t.Errorf("it serves %q", got)
	}
	client.String(t.Context(), "missing-flag", "x", of.EvaluationContext{})
	if want := []string{"before", "after", "finally", "before", "error", "finally"}; !slices.Equal(stages, want) {
		t.Errorf("ran %v, want %v", stages, want)
	}
}

func goTracking(t *testing.T) {
	var got []any
	client := use(t, own(t, func(o *burgeeof.Options) {
		o.Track = func(_ context.Context, name string, evalCtx of.EvaluationContext, details of.TrackingEventDetails) {
			got = append(got, name, evalCtx.TargetingKey(), details.Value(), details.Attribute("currency"))
		}
	}))
	client.Track(t.Context(), "bought", of.NewEvaluationContext("ann", nil), of.NewTrackingEventDetails(99.5).Add("currency", "EUR"))
	if want := []any{"bought", "ann", 99.5, "EUR"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	use(t, own(t, nil)).Track(t.Context(), "bought", of.EvaluationContext{}, of.TrackingEventDetails{}) // nobody listens
}

// What is said nearer to the evaluation wins, and the program's own context is
// below all of it.
func goContextMerging(t *testing.T) {
	client := use(t, own(t, func(o *burgeeof.Options) {
		o.Client.Context = map[string]any{"customer": "true", "age": 20, "born": "2000-01-01T00:00:00Z"}
	}))
	serves := func(evalCtx of.EvaluationContext, want string) {
		t.Helper()
		if got := client.String(t.Context(), "context-flag", "x", evalCtx); got != want {
			t.Errorf("with %v it serves %q, want %q", evalCtx.Attributes(), got, want)
		}
	}
	serves(of.EvaluationContext{}, "EXTERNAL")
	client.SetEvaluationContext(of.NewEvaluationContext("ann", map[string]any{"customer": "false"}))
	serves(of.EvaluationContext{}, "INTERNAL")
	serves(of.NewEvaluationContext("bob", map[string]any{"age": 3}), "EXTERNAL")
}

// Before another provider: what we do not know is asked there, and other errors
// are not covered up.
func goFallsThrough(t *testing.T) {
	memory := memprovider.NewInMemoryProvider(map[string]memprovider.InMemoryFlag{
		"missing-flag": {State: memprovider.Enabled, DefaultVariant: "a", Variants: map[string]any{"a": "theirs"}},
		"wrong-flag":   {State: memprovider.Enabled, DefaultVariant: "a", Variants: map[string]any{"a": true}},
	})
	for name, ours := range map[string]of.FeatureProvider{"own": own(t, nil), "stock": stock.NewProvider(shared.URL, stock.WithBearerToken(bed.ServerKey))} {
		both, err := multi.NewProvider(multi.StrategyFirstMatch, multi.WithProvider("burgee", ours), multi.WithProvider("memory", memory))
		if err != nil {
			t.Fatal(err)
		}
		client := use(t, both)
		if got := client.String(t.Context(), "missing-flag", "x", of.EvaluationContext{}); got != "theirs" {
			t.Errorf("%s: a flag that only the other has: %q", name, got)
		}
		if got := client.Boolean(t.Context(), "wrong-flag", false, of.EvaluationContext{}); got {
			t.Errorf("%s: a mismatch was covered up", name)
		}
	}
}

// Who listens late is told at once, and a handler that panics stops nobody.
func goLateHandler(t *testing.T) {
	client := use(t, own(t, nil))
	panics := func(of.EventDetails) { panic("a handler may be wrong") }
	client.AddHandler(of.ProviderConfigChange, &panics)
	h := listenTo(t, client)
	h.await(t, of.ProviderReady)
	if _, err := shared.Change(); err != nil {
		t.Fatal(err)
	}
	h.await(t, of.ProviderReady, of.ProviderConfigChange)
}
