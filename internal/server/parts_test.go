package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/fault"
)

func TestAPartThatPanicsIsCountedAndRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var panics, runs atomic.Int32
		g := newGroup(slog.New(slog.DiscardHandler), func(string) { panics.Add(1) })
		p := g.start(t.Context(), "part", func(ctx context.Context) error {
			if runs.Add(1) == 1 {
				panic("first")
			}
			<-ctx.Done()
			return nil
		})
		time.Sleep(2 * restartAfter)
		synctest.Wait()
		p.stop()
		if panics.Load() != 1 || runs.Load() != 2 {
			t.Errorf("%d panics, %d runs; want 1 and 2", panics.Load(), runs.Load())
		}
	})
}

func TestAPartThatEndsByItselfFailsTheGroup(t *testing.T) {
	g := newGroup(slog.New(slog.DiscardHandler), func(string) {})
	boom := errors.New("boom")
	g.start(t.Context(), "part", func(context.Context) error { return boom })
	if err := <-g.failed; !errors.Is(err, boom) || !strings.HasPrefix(err.Error(), "part: ") {
		t.Errorf("got %v", err)
	}
}

func TestAPartOutlivesTheContextOfTheServerUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		g := newGroup(slog.New(slog.DiscardHandler), func(string) {})
		p := g.start(ctx, "part", func(ctx context.Context) error { <-ctx.Done(); ended = true; return nil })
		cancel()
		synctest.Wait()
		if ended {
			t.Error("the part ended with the server's context: the order of stopping is lost")
		}
		p.stop()
		if !ended {
			t.Error("stop did not wait")
		}
	})
}

func TestTheQueueRefusesWhenFullAndHandlesTheRestAtTheEnd(t *testing.T) {
	var handled, batches int
	q := newQueue(func(_ context.Context, items []int) error {
		handled += len(items)
		batches++
		return nil
	}, func(string, int, error) {})
	for n := range registrationQueue {
		if err := q.offer(n); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	err := q.offer(-1)
	if f := fault.As(err); f.Kind != fault.Unavailable || f.RetryAfter == 0 {
		t.Errorf("a full queue: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.run(ctx); err != nil {
		t.Fatal(err)
	}
	if handled != registrationQueue || batches != registrationQueue/registrationBatch {
		t.Errorf("%d handled in %d batches", handled, batches)
	}
}

func TestTheQueueTriesAgainWhileTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		var outcomes []string
		away := fault.New(fault.Unavailable, "store", "away")
		refused := fault.New(fault.Forbidden, "no", "no")
		q := newQueue(func(_ context.Context, items []string) error {
			tries++
			if items[0] == "refused" {
				return refused
			}
			if tries < 4 {
				return away
			}
			return nil
		}, func(outcome string, _ int, _ error) { outcomes = append(outcomes, outcome) })
		q.deliver(t.Context(), []string{"a"})
		q.deliver(t.Context(), []string{"refused"})
		if tries != 5 || strings.Join(outcomes, " ") != "done refused" {
			t.Errorf("%d tries, outcomes %v", tries, outcomes)
		}
	})
}

func TestAPortInUseSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = listen(l.Addr().String(), "--addr")
	want := l.Addr().String() + " is in use. Stop the other program or choose another with --addr"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTheFirstRunTextIsTheOneOfTheGuide(t *testing.T) {
	var b strings.Builder
	g := greeting{url: "http://127.0.0.1:7878", data: "./data", setup: "SECRET", serverKey: "bgs_KEY"}
	if err := g.print(&b); err != nil {
		t.Fatal(err)
	}
	want := `Burgee 0.1.0   http://127.0.0.1:7878   data ./data
  Create your account   http://127.0.0.1:7878/start#t=SECRET   (printed again at every start until used)
  Or from this shell    burgee user create-owner --data ./data
  Server key            bgs_KEY   (default / production)
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestBeforeTheStoreIsOpenThePortSaysSo(t *testing.T) {
	g := &door{}
	if rec := visit(g, "/", "Accept", "text/html"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "Burgee is starting") {
		t.Errorf("a browser: %d %s", rec.Code, rec.Body)
	}
	if rec := visit(g, "/sdk/v1/snapshot"); rec.Code != 503 || rec.Header().Get("Retry-After") != "1" {
		t.Errorf("a program: %d %v", rec.Code, rec.Header())
	}
	if rec := visit(g, "/healthz"); rec.Code != 200 {
		t.Errorf("healthz: %d", rec.Code)
	}
	g.open(http.NotFoundHandler())
	if rec := visit(g, "/"); rec.Code != 404 {
		t.Errorf("open: %d", rec.Code)
	}
}
