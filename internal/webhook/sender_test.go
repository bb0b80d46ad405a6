package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/webhook"
)

var ann = account.Actor{Kind: account.Member, ID: "m1", Name: "ann@example.org", Role: account.Owner}

// home is webhooks on a real store, with receivers by host.
type home struct {
	*webhook.Service
	t       *testing.T
	store   *store.Store
	catalog *catalog.Service
	sender  *webhook.Sender
	back    atomic.Int64 // nanoseconds that the clock was set by

	mu        sync.Mutex // guards receivers
	receivers map[string]http.Handler
}

// Do implements webhook.Doer. A receiver that panics with lost has taken the
// request, and its answer does not arrive; there is no receiver where it is down.
func (h *home) Do(r *http.Request) (response *http.Response, err error) {
	h.mu.Lock()
	receiver := h.receivers[r.URL.Host]
	h.mu.Unlock()
	if receiver == nil {
		return nil, errors.New("connection refused")
	}
	if count, ok := receiver.(defect); ok {
		count()
		panic("a defect")
	}
	defer func() {
		if recover() != nil {
			err = errLost
		}
	}()
	answer := httptest.NewRecorder()
	receiver.ServeHTTP(answer, r)
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	return answer.Result(), nil
}

var errLost = errors.New("connection reset")

// Now implements clock.Clock.
func (h *home) Now() time.Time { return time.Now().Add(time.Duration(h.back.Load())) }

// set sets the clock.
func (h *home) set(by time.Duration) { h.back.Store(int64(by)) }

func (h *home) receives(host string, receiver http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.receivers[host] = receiver
}

// inbox is a receiver that keeps what it took.
type inbox struct {
	mu     sync.Mutex // guards all
	ids    []string   // of each request that was taken
	bodies []string
	at     []time.Time // of each request
	answer func(n int, body string) int
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at = append(i.at, time.Now())
	status := http.StatusNoContent
	if i.answer != nil {
		status = i.answer(len(i.at), string(body))
	}
	if status < 300 {
		i.ids, i.bodies = append(i.ids, r.Header.Get("Webhook-Id")), append(i.bodies, string(body))
	}
	w.WriteHeader(status)
}

// objects are those of the events that were taken, in order.
func (i *inbox) objects(t *testing.T) (out []string) {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, body := range i.bodies {
		var e webhook.Event
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		out = append(out, e.Data.Object)
	}
	return out
}

func (i *inbox) tries() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.at)
}

// inBubble runs a test in which time passes as fast as everybody waits.
func inBubble(t *testing.T, test func(*testing.T, *home)) {
	t.Helper()
	looking(t, webhook.LookEvery, test)
}

// looking is inBubble with a sender that looks less often, for tests of days.
func looking(t *testing.T, every time.Duration, test func(*testing.T, *home)) {
	dir := t.TempDir()
	at := storetest.At(t, store.Options{Dir: dir})
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)))
		h := open(t, at, every)
		holder := lease.New(h.store, "webhooks", lease.Options{Life: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.sender.Run(ctx, holder) }()
		test(t, h)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func open(t *testing.T, at store.Options, every time.Duration) *home {
	t.Helper()
	s, err := store.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	vault, err := secret.Open(t.Context(), s, key(t))
	if err != nil {
		t.Fatal(err)
	}
	h := &home{t: t, store: s, catalog: catalog.New(s, catalog.Options{}), receivers: map[string]http.Handler{}}
	o := webhook.Options{Clock: h, Seals: vault.Box(), Base: "https://flags.example.com"}
	h.Service = webhook.New(s.RecordedWebhooks(h.catalog.RecordWebhook), h.catalog, o)
	h.sender = webhook.NewSender(s, h.catalog, h, webhook.SenderOptions{Options: o, Version: "1", Every: every})
	if _, err := h.catalog.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	return h
}

func key(t *testing.T) secret.Key {
	t.Helper()
	k, err := secret.ParseKey(strings.Repeat("k", 43) + "=")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// hook makes a webhook of a host.
func (h *home) hook(host string, change ...func(*webhook.Settings)) webhook.Webhook {
	h.t.Helper()
	settings := webhook.Settings{Name: host, URL: "https://" + host + "/in", Enabled: true, Filter: webhook.Filter{Events: []string{"flag"}}}
	for _, c := range change {
		c(&settings)
	}
	w, _, err := h.Create(h.t.Context(), ann, "default", settings, webhook.WriteOptions{})
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

// flag makes a flag: one entry of the record.
func (h *home) flag(name string) {
	h.t.Helper()
	if _, err := h.catalog.CreateFlag(h.t.Context(), ann, "default", name, document.Flag{Type: "boolean"}, catalog.WriteOptions{}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) now(id string) webhook.Webhook {
	h.t.Helper()
	w, err := h.Get(h.t.Context(), ann, "default", id)
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

func (h *home) log(id string) []webhook.Delivery {
	h.t.Helper()
	list, err := h.Deliveries(h.t.Context(), ann, "default", id, webhook.DeliveryQuery{Limit: 200})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func wantObjects(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("taken: %v\nwant:  %v", got, want)
	}
}

func TestWhatChangesArrivesOnceAndInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		h.flag("before")
		w := h.hook("a.example")
		for n := range 5 {
			h.flag(fmt.Sprint("f", n))
		}
		time.Sleep(5 * time.Second)
		wantObjects(t, in.objects(t), "f0", "f1", "f2", "f3", "f4")
		got := h.now(w.ID)
		if got.State != webhook.Working || got.Progress.Pending != 0 || got.Progress.Behind != 0 || got.Progress.SucceededAt == 0 {
			t.Errorf("afterwards: %+v", got)
		}
		list := h.log(w.ID)
		if len(list) != 5 || list[0].Object != "f4" || list[0].Type != "flag.create" || list[0].State != webhook.Delivered || list[0].Newest.Status != 204 {
			t.Errorf("the log: %+v", list)
		}
	})
}

// A receiver that is away for as long as a weekend gets everything, in order, and
// nothing twice; and it is not asked all the time.
func TestAReceiverThatWasDownLosesNothing(t *testing.T) {
	silent := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		time.Sleep(10 * time.Second) // for which the client has patience
		panic("it never answers")
	})
	for name, c := range map[string]struct {
		down     time.Duration
		receiver http.Handler
	}{"an hour": {time.Hour, nil}, "three days": {72 * time.Hour, nil}, "a day of silence": {24 * time.Hour, silent}} {
		t.Run(name, func(t *testing.T) {
			down := c.down
			looking(t, time.Minute, func(t *testing.T, h *home) {
				if c.receiver != nil {
					h.receives("a.example", c.receiver)
				}
				w := h.hook("a.example")
				var want []string
				for n := range 12 {
					want = append(want, fmt.Sprint("f", n))
					h.flag(want[n])
					time.Sleep(down / 12)
				}
				got := h.now(w.ID)
				if got.State != webhook.Failing || got.Progress.FailingSince == 0 || got.Progress.Problem == "" {
					t.Errorf("while it is down: %+v", got)
				}
				if most := 20 + 3*int(down/time.Hour); got.Progress.Failures > most {
					t.Errorf("it was asked %d times in %s, at most %d are good", got.Progress.Failures, down, most)
				}
				in := &inbox{}
				h.receives("a.example", in)
				time.Sleep(90 * time.Minute)
				wantObjects(t, in.objects(t), want...)
				if unique := slices.Compact(slices.Sorted(slices.Values(in.ids))); len(unique) != len(want) {
					t.Errorf("%d ids of %d messages", len(unique), len(want))
				}
				if got := h.now(w.ID); got.State != webhook.Working || got.Progress.Failures != 0 || got.Progress.FailingSince != 0 {
					t.Errorf("afterwards: %+v", got)
				}
			})
		})
	}
}

func TestWhatArrivesTwiceHasTheSameID(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			in.ServeHTTP(w, r)
			if in.tries() <= 2 {
				panic("lost")
			}
		}))
		h.hook("a.example")
		h.flag("f")
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "f", "f", "f")
		if in.ids[0] != in.ids[1] || in.ids[0] != in.ids[2] {
			t.Errorf("ids: %v", in.ids)
		}
	})
}

// Of a message that a receiver cannot take the others do not wait for ever, and it
// is tried for a week.
func TestAMessageThatIsRefusedHoldsUpTheOthersForAMomentOnly(t *testing.T) {
	looking(t, time.Minute, func(t *testing.T, h *home) {
		in := &inbox{answer: func(_ int, body string) int {
			if strings.Contains(body, `"object":"odd"`) {
				return 500
			}
			return 200
		}}
		h.receives("a.example", in)
		w := h.hook("a.example")
		h.flag("odd")
		h.flag("f1")
		h.flag("f2")
		time.Sleep(5 * time.Minute)
		wantObjects(t, in.objects(t), "f1", "f2")
		if got := h.now(w.ID); got.State == webhook.Failing || got.Progress.Pending != 1 {
			t.Errorf("the others went well: %+v", got)
		}
		time.Sleep(webhook.GiveUpAfter + 2*time.Hour)
		list := h.log(w.ID)
		if odd := list[len(list)-1]; odd.Object != "odd" || odd.State != webhook.Failed || odd.DeliveryRow.Attempts < 24*7 {
			t.Errorf("after a week: %+v", odd)
		}
		tried := in.tries()
		h.flag("f3")
		time.Sleep(time.Hour)
		if wantObjects(t, in.objects(t), "f1", "f2", "f3"); in.tries() != tried+1 {
			t.Errorf("%d tries after it was given up", in.tries()-tried-1)
		}

		in.mu.Lock()
		in.answer = nil
		in.mu.Unlock()
		again, err := h.Redeliver(t.Context(), ann, "default", w.ID, list[len(list)-1].ID)
		if err != nil || again.State != webhook.Pending {
			t.Fatalf("redeliver: %+v %v", again, err)
		}
		time.Sleep(3 * time.Minute)
		wantObjects(t, in.objects(t), "f1", "f2", "f3", "odd")
		if in.ids[3] != again.Message {
			t.Errorf("the id is %s, it was %s", in.ids[3], again.Message)
		}
	})
}

// However many messages a receiver minds, and however it does, the others arrive in
// order: of a receiver that answers soon, of one that seems to be away the same day.
func TestMessagesThatAreRefusedDoNotKeepTheOthersFromBeingReached(t *testing.T) {
	minds := func(body string) bool { return strings.Contains(body, `"object":"odd`) }
	for name, c := range map[string]struct {
		odd    http.HandlerFunc // answers what it minds
		within time.Duration
	}{
		"refused":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }, 90 * time.Minute},
		"never answered": {func(http.ResponseWriter, *http.Request) { panic("lost") }, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			looking(t, time.Minute, func(t *testing.T, h *home) {
				in := &inbox{}
				h.receives("a.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					if minds(string(body)) {
						c.odd(w, r)
						return
					}
					r.Body = io.NopCloser(bytes.NewReader(body))
					in.ServeHTTP(w, r)
				}))
				w := h.hook("a.example")
				for n := range 7 {
					h.flag(fmt.Sprint("odd", n))
				}
				h.flag("f1")
				h.flag("f2")
				time.Sleep(c.within)
				wantObjects(t, in.objects(t), "f1", "f2")
				if got := h.now(w.ID); got.Progress.Pending != 7 || got.Progress.Odd == 0 {
					t.Errorf("what is refused waits: %+v", got.Progress)
				}
				h.flag("f3")
				time.Sleep(c.within / 4)
				wantObjects(t, in.objects(t), "f1", "f2", "f3")
			})
		})
	}
}

// A message that was made for a chat tells of all that one request changed; for
// programs each of it is a message of its own.
func TestNothingIsLostWhereTheFormatChangesWhileMessagesWait(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		w := h.hook("a.example", func(s *webhook.Settings) { s.Format = webhook.Slack })
		parsed, err := document.Parse("f.yaml", []byte("apiVersion: burgee/v1\nflags: {a: {type: boolean}, b: {type: boolean}, c: {type: boolean}}\n"))
		if err == nil {
			_, err = h.catalog.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: parsed, RequestID: "r1"})
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		in := &inbox{}
		h.receives("a.example", in)
		format := webhook.Standard
		if _, err := h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Format: &format}, webhook.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "a", "b", "c")
	})
}

// What waits was written before the clock was set back: it does not wait for the
// clock to be there again.
func TestAClockThatIsSetBackHoldsUpNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		w := h.hook("a.example")
		h.flag("f1")
		time.Sleep(time.Minute)
		in := &inbox{}
		h.receives("a.example", in)
		h.set(-48 * time.Hour)
		time.Sleep(time.Minute)
		h.flag("f2")
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "f1", "f2")
		if got := h.now(w.ID).Progress; got.RetryAt != 0 {
			t.Errorf("afterwards: %+v", got)
		}
	})
}

// An attempt that is just being made does not hold back what somebody asks for
// meanwhile.
func TestATestIsNotHeldBackByAnAttemptThatBeganBefore(t *testing.T) {
	looking(t, 10*time.Second, func(t *testing.T, h *home) {
		w := h.hook("a.example")
		h.flag("f1")
		time.Sleep(2 * time.Hour) // the pauses are an hour now
		hanging, in := make(chan struct{}), &inbox{}
		h.receives("a.example", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			<-hanging
			panic("lost")
		}))
		test := func() {
			if _, err := h.Test(t.Context(), ann, "default", w.ID); err != nil {
				t.Fatal(err)
			}
		}
		test()
		time.Sleep(20 * time.Second) // it hangs
		test()
		h.receives("a.example", in)
		close(hanging)
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "a.example", "a.example", "f1")
	})
}

func TestAReceiverThatAsksForTimeGetsIt(t *testing.T) {
	looking(t, 5*time.Second, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if in.tries() == 0 {
				w.Header().Set("Retry-After", "600")
				in.answer = func(n int, _ string) int { return map[bool]int{true: 429, false: 200}[n == 1] }
			}
			in.ServeHTTP(w, r)
		}))
		h.hook("a.example")
		h.flag("f1")
		time.Sleep(time.Minute)
		h.flag("f2")
		time.Sleep(30 * time.Minute)
		wantObjects(t, in.objects(t), "f1", "f2")
		if waited := in.at[1].Sub(in.at[0]); waited < 10*time.Minute || waited > 11*time.Minute {
			t.Errorf("it was left alone for %s", waited)
		}
	})
}

func TestASlowReceiverHoldsUpNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		slow := make(chan struct{})
		h.receives("slow.example", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-slow }))
		in := &inbox{}
		h.receives("a.example", in)
		h.hook("slow.example")
		h.hook("a.example")
		for n := range 3 {
			h.flag(fmt.Sprint("f", n))
			time.Sleep(3 * time.Second)
		}
		wantObjects(t, in.objects(t), "f0", "f1", "f2")
		close(slow)
	})
}

// A defect at one webhook is survived, and costs the others nothing.
func TestAWebhookThatCannotBeWorkedOffHoldsUpNoOther(t *testing.T) {
	looking(t, 10*time.Second, func(t *testing.T, h *home) {
		in, sent := &inbox{}, 0
		h.receives("a.example", in)
		h.receives("odd.example", defect(func() { sent++ }))
		h.hook("a.example")
		h.hook("odd.example")
		for n := range 3 {
			h.flag(fmt.Sprint("f", n))
			time.Sleep(30 * time.Second)
		}
		wantObjects(t, in.objects(t), "f0", "f1", "f2")
		if sent < 1 || sent > 3 {
			t.Errorf("it was tried %d times in 90 s", sent)
		}
	})
}

// defect has the sender itself panic.
type defect func()

func (defect) ServeHTTP(http.ResponseWriter, *http.Request) {}

func TestWhatWaitsForAReceiverThatIsDownDoesNotFillTheStore(t *testing.T) {
	looking(t, 30*time.Second, func(t *testing.T, h *home) {
		w := h.hook("a.example")
		var file strings.Builder
		file.WriteString("apiVersion: burgee/v1\nflags:\n")
		for n := range 900 {
			fmt.Fprintf(&file, "  f%03d: {type: boolean}\n", n)
		}
		parsed, err := document.Parse("f.yaml", []byte(file.String()))
		if err == nil {
			_, err = h.catalog.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: parsed})
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if got := h.now(w.ID).Progress; got.Pending > 400 || int64(got.Pending)+got.Behind < 900 {
			t.Errorf("%d wait, %d are behind", got.Pending, got.Behind)
		}
		in := &inbox{}
		h.receives("a.example", in)
		time.Sleep(2 * time.Hour)
		objects := in.objects(t)
		if len(objects) != 900 || !slices.IsSorted(objects) {
			t.Errorf("%d were taken, sorted %v", len(objects), slices.IsSorted(objects))
		}
	})
}

func TestADisabledWebhookHearsNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		w := h.hook("a.example", func(s *webhook.Settings) { s.Enabled = false })
		h.flag("f1")
		time.Sleep(time.Minute)
		if _, err := h.Test(t.Context(), ann, "default", w.ID); err == nil {
			t.Error("a test of a disabled webhook")
		}
		on := true
		if _, err := h.Update(t.Context(), ann, "default", w.ID, webhook.Patch{Enabled: &on}, webhook.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		h.flag("f2")
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "f2")
	})
}

func TestATestIsSentBeforeWhatWaits(t *testing.T) {
	looking(t, 10*time.Second, func(t *testing.T, h *home) {
		w := h.hook("a.example")
		h.flag("f1")
		time.Sleep(30 * time.Minute)
		in := &inbox{}
		h.receives("a.example", in)
		if _, err := h.Test(t.Context(), ann, "default", w.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		wantObjects(t, in.objects(t), "a.example", "f1")
	})
}

func TestWhatOneRequestChangesIsOneMessageInSlack(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		h.hook("a.example", func(s *webhook.Settings) { s.Format = webhook.Slack })
		parsed, err := document.Parse("f.yaml", []byte("apiVersion: burgee/v1\nflags: {a: {type: boolean}, b: {type: boolean, description: \"<!here> & <x>\"}, c: {type: boolean}}\n"))
		if err == nil {
			_, err = h.catalog.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: parsed, RequestID: "r1", Comment: "a <b> & c\n@channel, @ann, mail ben@example.org; x@everyone [bank](https://evil.example)"})
		}
		if err != nil {
			t.Fatal(err)
		}
		h.flag("d")
		time.Sleep(5 * time.Second)
		if len(in.bodies) != 2 {
			t.Fatalf("%d messages: %v", len(in.bodies), in.bodies)
		}
		var said struct{ Text string }
		if err := json.Unmarshal([]byte(in.bodies[0]), &said); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"*ann@example.org* in default\n", "• a", "• b", "• c", "> a &lt;b&gt; &amp; c @\u200bchannel, @\u200bann, mail ben@example.org; x@\u200beveryone [bank]\u200b(https://evil.example)", "<https://flags.example.com/p/default/e/development/audit|Audit log>"} {
			if !strings.Contains(said.Text, want) {
				t.Errorf("lacks %q:\n%s", want, said.Text)
			}
		}
		if strings.Contains(said.Text, "<!here>") {
			t.Errorf("somebody is called:\n%s", said.Text)
		}
	})
}
