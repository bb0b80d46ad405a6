package conformance

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	stock "github.com/open-feature/go-sdk-contrib/providers/ofrep"
	of "github.com/open-feature/go-sdk/openfeature"

	"burgee.dev/burgee/e2e/openfeature/bed"
)

// errorRow is one line of errors.json: what goes wrong, what the server answers to
// the provider, and what the program gets, which asked for a boolean flag with
// the default false. The runners are here, in conformance.py and in
// e2e/browser/openfeature.test.mjs.
type errorRow struct {
	Name       string
	When       string // the trouble: cut, away, unready, limited, or none
	Credential string // the key that the provider has: server when empty
	Slash      bool   // whether its address ends in a slash
	Flag       string // boolean-flag, which is true, when empty
	Context    map[string]any
	Status     int // 0: no answer

	Value     bool
	Reason    string // ERROR when empty
	ErrorCode string
	Pauses    bool // whether it asks no more after a refusal until the time that it was told

	By     map[string]json.RawMessage // what is otherwise for a provider
	Except map[string]string          // by provider: why it cannot
}

const goStock = "go-ofrep"

// errorRows are the rows as they are for the stock Go provider.
func errorRows(t *testing.T) (all []errorRow) {
	t.Helper()
	text, err := os.ReadFile("errors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 15 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	for i := range all {
		if own := all[i].By[goStock]; own != nil {
			if err := json.Unmarshal(own, &all[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

var secrets = map[string]string{
	"": bed.ServerKey, "server": bed.ServerKey, "client": bed.ClientKey, "token": bed.Token, "none": "",
	"unknown": "bgc_nobodyhasthiskey00000000000000000000000000",
}

// answers notes the status of each answer.
type answers struct {
	mu  sync.Mutex // guards all
	all []int
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	status := 0
	if err == nil {
		status = answer.StatusCode
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = append(a.all, status)
	return answer, err
}

// last is the newest status, of so many answers.
func (a *answers) last() (status, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.all) == 0 {
		return -1, 0
	}
	return a.all[len(a.all)-1], len(a.all)
}

func TestTheStockGoProviderOnErrors(t *testing.T) {
	for _, r := range errorRows(t) {
		if r.Except[goStock] != "" {
			continue
		}
		t.Run(strings.ReplaceAll(r.Name, " ", "_"), func(t *testing.T) {
			reset(t)
			checkError(t, r)
		})
	}
}

func checkError(t *testing.T, r errorRow) {
	url := shared.URL
	switch r.When {
	case "unready":
		var err error
		if url, err = shared.Unready(); err != nil {
			t.Fatal(err)
		}
	case "away":
		cut(t)
	}
	if r.Slash {
		url += "/"
	}
	got := &answers{}
	options := []stock.Option{stock.WithClient(&http.Client{Transport: got, Timeout: 10 * time.Second})}
	if secret := secrets[r.Credential]; secret != "" {
		options = append(options, stock.WithBearerToken(secret))
	}
	client := use(t, stock.NewProvider(url, options...))
	ask := func() (outcome, int) {
		made, err := client.BooleanValueDetails(t.Context(), flagOf(r), false, of.NewTargetlessEvaluationContext(r.Context))
		status, _ := got.last()
		return outcomeOf(t, made, err), status
	}
	switch r.When {
	case "cut":
		if made, status := ask(); made.Value != true || status != http.StatusOK {
			t.Fatalf("before it: %+v, %d", made, status)
		}
		cut(t)
	case "limited":
		flood(t)
	}
	made, status := ask()
	if r.When == "limited" { // now and then one of many is let in
		eventually(t, "a refusal", 20*time.Second, func() bool { made, status = ask(); return status == r.Status })
	}
	same(t, r, made, status)
	if r.When == "limited" {
		goesOn(t, r, got, ask)
	}
}

// goesOn checks what comes after a refusal: whether the server is asked at once,
// and that its flags are there again once it is calm.
func goesOn(t *testing.T, r errorRow, got *answers, ask func() (outcome, int)) {
	t.Helper()
	_, before := got.last()
	ask()
	if _, after := got.last(); (after == before) != r.Pauses {
		t.Errorf("after a refusal it asked %d times", after-before)
	}
	shared.Calm()
	eventually(t, "the flags", 20*time.Second, func() bool { made, _ := ask(); return made.Value == true })
}

func same(t *testing.T, r errorRow, got outcome, status int) {
	t.Helper()
	want := outcome{Value: r.Value, Variant: got.Variant, Reason: r.Reason, Code: r.ErrorCode}
	if want.Reason == "" {
		want.Reason = string(of.ErrorReason)
	}
	if got != want || status != r.Status {
		t.Errorf("got %+v of an answer %d, want %+v of %d", got, status, want, r.Status)
	}
}

func flagOf(r errorRow) string {
	if r.Flag == "" {
		return "boolean-flag"
	}
	return r.Flag
}

func cut(t *testing.T) {
	t.Helper()
	if err := shared.Cut(); err != nil {
		t.Fatal(err)
	}
}

// flood begins a flood, which lasts until Calm or until the test ends.
func flood(t *testing.T) {
	t.Helper()
	t.Cleanup(shared.Calm)
	wait, err := shared.Flood()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[1-9][0-9]*$`).MatchString(wait) {
		t.Errorf("Retry-After is %q, no whole number of seconds", wait)
	}
}
