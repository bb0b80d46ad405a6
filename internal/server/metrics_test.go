package server_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	metricsReference = "../../docs/reference/metrics.md"
	dashboardFile    = "../../docs/operations/grafana-dashboard.json"
	alertsFile       = "../../docs/operations/alerts.yml"
	nightGuide       = "../../docs/guides/at-3am.md"
)

// withMetrics has every part that has metrics.
func withMetrics(t *testing.T) *testkit.Server {
	t.Helper()
	return testkit.Start(t, testkit.Options{SQLite: true, Flags: map[string]string{"ops-addr": "127.0.0.1:0", "backup-every": "24h"}})
}

// numbers are the series of a scrape, by name with labels.
type numbers map[string]float64

func scrape(t *testing.T, s *testkit.Server) numbers {
	t.Helper()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + s.OpsAddr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	series := numbers{}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		name, text, ok := cutLast(lines.Text(), " ")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		series[name] = value
	}
	if err := lines.Err(); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return series
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// await scrapes until fits, for what is counted a moment after it was seen.
func await(t *testing.T, s *testkit.Server, what string, fits func(numbers) bool) numbers {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		series := scrape(t, s)
		if fits(series) {
			return series
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not shown within 10 s", what)
		}
	}
}

func TestTheMetricsTellWhatHappened(t *testing.T) {
	s := withMetrics(t)
	before := scrape(t, s)
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "the configuration", func(testkit.Event) bool { return true })
	s.Want(201, "POST", project+"/flags", obj{"key": "a.b", "type": "boolean", "environments": obj{"production": obj{"default": true}}})
	program.Next(t, "the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, `"a.b"`) })
	batch := obj{"id": "batch-1", "application": obj{"name": "shop"}, "counts": []obj{
		{"flag": "a.b", "variation": "true", "reason": "DEFAULT", "minute": time.Now().Truncate(time.Minute).UnixMilli(), "count": 7}}}
	for range 2 {
		if a := s.Do(testkit.Request{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: batch}); a.Status != 202 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
	snapshotStatus(s, "bgs_"+strings.Repeat("z", 40))
	snapshotStatus(s, testkit.ClientKey)

	const production = `{environment="production",project="default"}`
	after := await(t, s, "the publication", func(n numbers) bool {
		return n["burgee_environment_revision"+production] > before["burgee_environment_revision"+production] &&
			n["burgee_publish_duration_seconds_count"] > 0 && n["burgee_fanout_duration_seconds_count"] > 0
	})
	for name, want := range map[string]float64{
		"burgee_ready":   1,
		"burgee_streams": 1,
		"burgee_environment_behind_seconds" + production:  0,
		"burgee_environment_failed" + production:          0,
		"burgee_environment_flags" + production:           1,
		"burgee_environment_store_revision" + production:  after["burgee_environment_revision"+production],
		`burgee_event_batches_total{outcome="accepted"}`:  1,
		`burgee_event_batches_total{outcome="duplicate"}`: 1,
		`burgee_stream_connects_total{got="full"}`:        1,
		"burgee_stream_delay_seconds_count":               1,
		"burgee_fanout_duration_seconds_count":            1,
		"burgee_stream_resyncs_total":                     0,
		"burgee_evaluations_total":                        7,
		`burgee_keys_refused_total{cause="key_unknown"}`:  1,
		`burgee_keys_refused_total{cause="client_key"}`:   1,
		"burgee_ingest_rows_limit":                        50_000,
		"burgee_disk_refuses":                             0,
		`burgee_webhooks{state="failing"}`:                0,
		"burgee_webhook_messages_waiting":                 0,
	} {
		if got, ok := after[name]; !ok || got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{
		`burgee_store_duration_seconds_count{operation="commit"}`, `burgee_store_duration_seconds_count{operation="wait"}`,
		`burgee_store_duration_seconds_count{operation="read"}`, `burgee_store_duration_seconds_count{operation="environments"}`,
		"burgee_environment_snapshot_bytes" + production, "burgee_store_last_read_timestamp_seconds", "burgee_disk_free_bytes", "go_goroutines",
	} {
		if after[name] <= 0 {
			t.Errorf("%s: %v", name, after[name])
		}
	}
}

func TestTheReferenceOfMetricsIsTheRegistry(t *testing.T) {
	got := telemetry.Reference(withMetrics(t).Metrics())
	if *update {
		if err := os.WriteFile(metricsReference, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(metricsReference)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/reference/metrics.md is old; run `make golden`:\n%s", diff)
	}
}

// rule is one alert.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func alerts(t *testing.T) []rule {
	t.Helper()
	data, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	var rules []rule
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) == 0 {
		t.Fatal("no rules")
	}
	return rules
}

func TestEveryAlertSaysWhatToDo(t *testing.T) {
	guide, err := os.ReadFile(nightGuide)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range alerts(t) {
		if r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
			t.Errorf("%s: a summary and an action are wanted: %v", r.Alert, r.Annotations)
		}
		if s := r.Labels["severity"]; s != "page" && s != "ticket" {
			t.Errorf("%s: severity %q", r.Alert, s)
		}
		if seen[r.Alert] {
			t.Errorf("%s twice", r.Alert)
		}
		seen[r.Alert] = true
		if !strings.Contains(string(guide), "`"+r.Alert+"`") {
			t.Errorf("docs/guides/at-3am.md does not name %s", r.Alert)
		}
	}
	for _, name := range regexp.MustCompile("`(Burgee[A-Za-z]+)`").FindAllStringSubmatch(string(guide), -1) {
		if !seen[name[1]] {
			t.Errorf("docs/guides/at-3am.md names %s, which is no alert", name[1])
		}
	}
}

// expressions are the queries of the dashboard and the alerts, and what the
// guide names, by where they stand.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range alerts(t) {
		all["alert "+r.Alert] = r.Expr
	}
	data, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Type    string
			Targets []struct{ RefID, Expr string }
		}
		Templating struct {
			List []struct{ Name, Definition string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || (p.Type == "row") != (len(p.Targets) == 0) {
			t.Errorf("panel %d %s: %d queries, or its id is taken", p.ID, p.Title, len(p.Targets))
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			all["panel "+p.Title+" "+target.RefID] = target.Expr
		}
	}
	for _, v := range dashboard.Templating.List {
		if v.Definition != "" {
			all["variable "+v.Name] = v.Definition
		}
	}
	guide, err := os.ReadFile(nightGuide)
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range regexp.MustCompile("`[^`\n]*burgee_[^`\n]*`").FindAllString(string(guide), -1) {
		all["guide "+strconv.Itoa(i)] = strings.Trim(code, "`")
	}
	return all
}

var (
	selector = regexp.MustCompile(`\b((?:burgee|go|process)_[a-z0-9_]+)(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`([a-z_]+)(?:=~|!~|!=|=)"`)
	grouping = regexp.MustCompile(`by \(([^)]*)\)`)
)

func TestDashboardAlertsAndGuideAskForWhatThereIs(t *testing.T) {
	s := withMetrics(t)
	labels := map[string][]string{} // of each name that a query may use
	for name := range scrape(t, s) {
		name, _, _ = strings.Cut(name, "{")
		if !strings.HasPrefix(name, "burgee_") {
			labels[name] = nil
		}
	}
	for _, d := range s.Metrics() {
		if d.Kind != telemetry.HistogramKind {
			labels[d.Name] = d.Labels
			continue
		}
		labels[d.Name+"_bucket"] = append(slices.Clone(d.Labels), "le")
		labels[d.Name+"_sum"], labels[d.Name+"_count"] = d.Labels, d.Labels
	}
	for where, expr := range expressions(t) {
		known := []string{"instance", "job"} // Prometheus adds them
		found := selector.FindAllStringSubmatch(expr, -1)
		if len(found) == 0 && !strings.HasPrefix(expr, "up{") {
			t.Errorf("%s asks for none of our metrics: %s", where, expr)
		}
		for _, m := range found {
			own, ok := labels[m[1]]
			if !ok && strings.HasPrefix(where, "guide") { // prose names a histogram by its own name
				own, ok = labels[m[1]+"_sum"]
			}
			if !ok {
				t.Errorf("%s: there is no metric %s", where, m[1])
			}
			known = append(known, own...)
			for _, label := range matcher.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(append(own, "instance", "job"), label[1]) {
					t.Errorf("%s: %s has no label %s", where, m[1], label[1])
				}
			}
		}
		for _, by := range grouping.FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(by[1], ",") {
				if !slices.Contains(known, strings.TrimSpace(label)) {
					t.Errorf("%s groups by %s, which nothing in it has: %s", where, label, expr)
				}
			}
		}
	}
}
