package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

const splitDocument = `
apiVersion: burgee/v1
project: default
flags:
  Flags.ramp:
    type: boolean
    environments:
      production:
        default: {true: %d, false: %d}
`

// A split raised from 25 % to 50 % gives the flag to more units and takes it
// from none.
func TestRaisingASplitRemovesNobody(t *testing.T) {
	const units = 10_000
	s := startServer(t)
	client := newClient(t, s)
	served := func(percent int) []bool {
		revision := s.apply(t, fmt.Sprintf(splitDocument, percent, 100-percent))["production"]
		untilRevision(t, client, revision)
		on := make([]bool, units)
		for i := range on {
			ctx := burgee.NewContext(t.Context(), map[string]any{"targetingKey": fmt.Sprintf("unit-%d", i)})
			on[i] = client.Bool(ctx, "Flags.ramp", false)
		}
		return on
	}
	quarter, half := served(25), served(50)
	var had, has int
	for i := range units {
		if quarter[i] {
			had++
		}
		if half[i] {
			has++
		}
		if quarter[i] && !half[i] {
			t.Fatalf("unit-%d had the flag at 25 %% and lost it at 50 %%", i)
		}
	}
	// Four standard deviations of a binomial share of 10,000.
	if had < 2327 || had > 2673 || has < 4800 || has > 5200 {
		t.Errorf("%d of %d at 25 %%, %d at 50 %%", had, units, has)
	}
	// The Python SDK on the same revision agrees, unit by unit.
	path, env := python(t)
	command := exec.Command(path, "testdata/units.py", "Flags.ramp", fmt.Sprint(units))
	command.Env = append(os.Environ(), append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url)...)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	answers := strings.TrimSpace(string(out))
	if len(answers) != units {
		t.Fatalf("Python answered %d units", len(answers))
	}
	for i := range units {
		if (answers[i] == '1') != half[i] {
			t.Fatalf("unit-%d: Go says %v, Python %c", i, half[i], answers[i])
		}
	}
}

func untilRevision(t *testing.T, client *burgee.Client, revision int64) {
	t.Helper()
	until(t, fmt.Sprintf("revision %d", revision), 5*time.Second, func() bool { return client.Status().Revision >= revision })
}

const pairDocument = `
apiVersion: burgee/v1
project: default
flags:
  web.banner: {type: boolean}
  api.banner: {type: boolean}
experiments:
  together:
    environment: production
    state: running
    arms:
      - {name: with, share: %d, flags: {web.banner: true, api.banner: true}}
      - {name: without, share: %d, flags: {web.banner: false, api.banner: false}}
`

// One experiment over two flags: pinned evaluations during a hundred changes
// never see one flag without the other.
func TestTwoFlagsOfAnExperimentMoveTogether(t *testing.T) {
	const flips, evaluations = 100, 10_000
	s := startServer(t)
	s.apply(t, fmt.Sprintf(pairDocument, 100, 0))
	client := newClient(t, s)

	path, env := python(t)
	watcher := start(t, append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url), path, "testdata/pair.py", fmt.Sprint(evaluations))

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var seen, split atomic.Int64
	var on, off atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ctx.Err() == nil; i++ {
			request := client.Pin(burgee.NewContext(ctx, map[string]any{"targetingKey": fmt.Sprintf("unit-%d", i%50)}))
			web := client.Bool(request, "web.banner", false)
			time.Sleep(20 * time.Microsecond) // lets a change come between the two
			api := client.Bool(request, "api.banner", false)
			seen.Add(1)
			if web != api {
				split.Add(1)
			}
			if web {
				on.Add(1)
			} else {
				off.Add(1)
			}
		}
	}()
	flip := func(i int) { s.apply(t, fmt.Sprintf(pairDocument, 100*((i+1)%2), 100*(i%2))) }
	for i := range flips {
		flip(i)
	}
	// Both watchers finish their evaluations while changes still come.
	limit := time.Now().Add(time.Minute)
	for i := 0; seen.Load() < evaluations || !watcher.exited(); i++ {
		if time.Now().After(limit) {
			t.Fatalf("%d evaluations after %d flips; the Python watcher printed %s", seen.Load(), flips+i, watcher.output())
		}
		flip(i)
	}
	stop()
	<-done
	if split.Load() != 0 {
		t.Errorf("%d of %d pinned evaluations saw one flag without the other", split.Load(), seen.Load())
	}
	if on.Load() == 0 || off.Load() == 0 {
		t.Errorf("the changes were not seen: %d on, %d off", on.Load(), off.Load())
	}
	if out := watcher.output(); !strings.Contains(out, fmt.Sprintf("%d evaluations, 0 apart", evaluations)) {
		t.Errorf("the Python watcher printed %s", out)
	}
}

// A program that starts without a server serves the defaults in its code, goes
// on with its last values when the server is killed, and catches up by itself.
func TestAProgramOutlivesItsServer(t *testing.T) {
	s := startServer(t)
	s.apply(t, fmt.Sprintf(pairDocument, 100, 0))
	client := newClient(t, s)
	// Without a unit nobody is in a split of more than one cell, but this table
	// has one.
	until(t, "the experiment to be served", 5*time.Second, func() bool { return client.Bool(t.Context(), "web.banner", false) })
	s.kill()
	until(t, "the client to notice", 5*time.Second, func() bool { return client.Status().Stale })
	if !client.Bool(t.Context(), "web.banner", false) {
		t.Error("the last value was lost with the server")
	}

	absent, err := burgee.New(burgee.Options{Key: serverKey, URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer absent.Close()
	began := time.Now()
	if absent.Bool(t.Context(), "web.banner", false) || !absent.Bool(t.Context(), "web.banner", true) {
		t.Error("without a configuration the default in the code must be served")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("an evaluation without a server took %v", took)
	}

	s.start(t)
	var revisions struct {
		Revision int64 `json:"revision"`
	}
	s.must(t, http.MethodPost, "/api/v1/projects/default/experiments/together/stop", map[string]any{}, &revisions)
	for name, c := range map[string]*burgee.Client{"the client from before": client, "the client that started without a server": absent} {
		until(t, name+" to catch up", 40*time.Second, func() bool {
			return c.Status().Connected && !c.Bool(t.Context(), "web.banner", false)
		})
	}
}

// The receipt of a revision comes from the program that applied it.
func TestAProgramThatAppliedARevisionIsInItsReceipt(t *testing.T) {
	s := startServer(t)
	client := newClient(t, s)
	until(t, "the stream", 10*time.Second, func() bool { return client.Status().Source == "stream" })
	revision := s.apply(t, fmt.Sprintf(pairDocument, 100, 0))["production"]
	untilRevision(t, client, revision)
	var receipt struct {
		State             string
		Expected, Applied int
	}
	until(t, "the receipt", 20*time.Second, func() bool {
		s.must(t, http.MethodGet, fmt.Sprintf("/api/v1/projects/default/environments/production/revisions/%d/receipts", revision), nil, &receipt)
		return receipt.Applied == 1
	})
	if receipt.Expected != 1 || receipt.State != "applied" {
		t.Errorf("receipt %+v", receipt)
	}
}
