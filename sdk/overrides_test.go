package burgee

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestEmergencyOverridesComeFromTheEnvironment(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	t.Setenv("BURGEE_OVERRIDES", `{"f": false, "limit": 10}`)
	client := connect(t, s, Options{})
	if client.Bool(t.Context(), "f", true) || client.Int(t.Context(), "limit", 1) != 10 {
		t.Error("BURGEE_OVERRIDES is not in force")
	}
	if d := client.Detail(t.Context(), "f", true); d.Reason != "OVERRIDE" {
		t.Errorf("detail %+v", d)
	}
	if got := client.Status().Overrides; !slices.Equal(got, []string{"f", "limit"}) {
		t.Errorf("status %v", got)
	}
}

// A slip made in an emergency does not keep a program from starting.
func TestMalformedOverridesAreSaidAndLeftOut(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	for _, malformed := range []string{`{"f":`, `{"f":false} x`, ` {f:false}`, `["f"]`} {
		t.Setenv("BURGEE_OVERRIDES", malformed)
		var log journal
		client := connect(t, s, Options{Logger: log.logger()})
		if !client.Bool(t.Context(), "f", false) || len(client.Status().Overrides) != 0 {
			t.Errorf("%s: the server's value is not served", malformed)
		}
		if n := log.count("BURGEE_OVERRIDES is ignored"); n != 1 {
			t.Errorf("%s: said %d times", malformed, n)
		}
	}
}

// An operator edits a file while the program runs and the server is away.
func TestTheOverridesFileIsFollowed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "overrides.json")
	t.Setenv("BURGEE_OVERRIDES", file)
	synctest.Test(t, func(t *testing.T) {
		var log journal
		client := newTestClient(t, Options{Logger: log.logger()})
		defer client.Close()
		const missing, bad, on, over = "cannot be read", "holds no JSON object", "is in force", "no longer in force"
		for _, c := range []struct {
			what, content string // "" removes the file
			f             bool
			said          [4]int // missing, bad, on, over, all in all
		}{
			{"no file yet", "", false, [4]int{1, 0, 0, 0}},
			{"it appears", `{"f":true}`, true, [4]int{1, 0, 1, 0}},
			{"it is written again", `{"f":true}`, true, [4]int{1, 0, 1, 0}},
			{"it is half written", `{"f":tr`, true, [4]int{1, 1, 1, 0}},
			{"it stays so", `{"f":tr`, true, [4]int{1, 1, 1, 0}},
			{"it is wrong in another way", `["f"]`, true, [4]int{1, 2, 1, 0}},
			{"it is mended", `{"f":true,"g":1}`, true, [4]int{1, 2, 2, 0}},
			{"another value of the same length", `{"f":true,"g":2}`, true, [4]int{1, 2, 3, 0}},
			{"it is wrong again", `null`, true, [4]int{1, 3, 3, 0}},
			{"it is emptied", `{}`, false, [4]int{1, 3, 3, 1}},
			{"again", `{"f":true}`, true, [4]int{1, 3, 4, 1}},
			{"it is written with other spaces", `{"f": true}`, true, [4]int{1, 3, 4, 1}},
			{"it is removed", "", false, [4]int{1, 3, 4, 2}},
			{"it stays away", "", false, [4]int{1, 3, 4, 2}},
			{"it comes back", `{"f":true}`, true, [4]int{1, 3, 5, 2}},
		} {
			if c.content == "" {
				if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
			} else {
				write(t, file, []byte(c.content))
				same := time.Unix(1_793_779_200, 0) // a file system whose times do not tell
				if err := os.Chtimes(file, same, same); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(3 * overridesPoll)
			synctest.Wait()
			if got := client.Bool(t.Context(), "f", false); got != c.f {
				t.Errorf("%s: served %v", c.what, got)
			}
			if said := [4]int{log.count(missing), log.count(bad), log.count(on), log.count(over)}; said != c.said {
				t.Errorf("%s: said %v, want %v", c.what, said, c.said)
			}
		}
	})
}

func TestTheServerLearnsWhatIsAppliedAndOverridden(t *testing.T) {
	file := filepath.Join(t.TempDir(), "overrides.json")
	write(t, file, []byte(`{"f":false}`))
	t.Setenv("BURGEE_OVERRIDES", file)
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		first := s.publish(1, 1, boolean("f", true), boolean("g", true))
		began := time.Now()
		client := connect(t, s, Options{})
		defer client.Close()
		next := func(n int) eventReport {
			t.Helper()
			until(t, "a report", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.reports) >= n })
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.reports) != n {
				t.Fatalf("%d reports, want %d", len(s.reports), n)
			}
			return s.reports[n-1]
		}
		r := next(1)
		waited := time.Since(began)
		if waited > 6*time.Second || r.Applied == nil || r.Applied.ID != first.Header().ID() || !slices.Equal(r.Overrides, []string{"f"}) || r.Counts == nil || len(r.Counts) != 0 || r.ID == "" {
			t.Errorf("after %v: %+v, applied %+v", waited, r, r.Applied)
		}
		if ago := time.Duration(r.Applied.AgoMS) * time.Millisecond; ago > waited || ago < waited-200*time.Millisecond {
			t.Errorf("applied %v ago, of %v", ago, waited)
		}

		client.Bool(t.Context(), "g", false)
		if r = next(2); r.Applied != nil || r.Overrides != nil || len(r.Counts) != 1 {
			t.Errorf("news that are none: %+v", r)
		}

		// A batch whose answer is lost is sent again under its id. What is new by
		// then goes with another, since the server may know that one.
		s.alter(func() { s.loseAnswers = 1 })
		second := s.publish(1, 2, boolean("f", true), boolean("g", true))
		client.Bool(t.Context(), "g", false)
		lost := next(3)
		if lost.Applied == nil || lost.Applied.ID != second.Header().ID() {
			t.Errorf("%+v", lost)
		}
		third := s.publish(1, 3, boolean("f", true), boolean("g", true))
		write(t, file, []byte(`{}`))
		until(t, "two reports", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.reports) >= 5 })
		news := next(5)
		s.mu.Lock()
		again := s.reports[3]
		s.mu.Unlock()
		if again.ID != lost.ID || again.Applied != nil || len(again.Counts) != 1 {
			t.Errorf("sent again: %+v", again)
		}
		if news.ID == lost.ID || news.Applied == nil || news.Applied.ID != third.Header().ID() || news.Overrides == nil || len(news.Overrides) != 0 {
			t.Errorf("the news: %+v", news)
		}
		time.Sleep(time.Minute)
		next(5) // and nothing is told twice
	})
}

func TestAClientThatIsClosedReportsWhatItAppliedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		client.Bool(t.Context(), "f", false)
		began := time.Now()
		_ = client.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.reports) != 1 || s.reports[0].Applied == nil || len(s.reports[0].Counts) != 1 {
			t.Errorf("reported %+v", s.reports)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		client.Bool(t.Context(), "f", false)
		s.alter(func() { s.hang = true })
		began := time.Now()
		_ = client.Close()
		if took := time.Since(began); took > lastReport {
			t.Errorf("beside a server that hangs it took %v", took)
		}
	})
}

func TestEventsLeaveTheServerAloneForAsLongAsItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		synctest.Wait()
		s.alter(func() { s.retryAfter = "60" })
		s.refuse(503, "{}")
		time.Sleep(5 * time.Minute)
		if n := s.seen(eventsPath); n < 4 || n > 6 {
			t.Errorf("%d requests in five minutes", n)
		}
	})
}

// A batch that the server has no room for comes again when it was told to, under
// its id; so does one whose answer was lost. Each evaluation counts once.
func TestABatchComesAgainUnderItsIDWhenTheServerHasNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		time.Sleep(10 * time.Second) // what is new of the instance has been told
		s.alter(func() { s.retryAfter = "20" })
		s.refuse(503, `{"code":"events_busy"}`)
		const seconds = 60
		for range seconds {
			client.Bool(t.Context(), "f", false)
			time.Sleep(time.Second)
		}
		s.alter(func() { s.loseAnswers = 1 })
		s.refuse(0, "")
		time.Sleep(2 * time.Minute)

		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.refused) < 2 {
			t.Fatalf("%d batches were refused", len(s.refused))
		}
		for i, again := range s.refused[1:] {
			if again.id != s.refused[0].id || again.at.Sub(s.refused[i].at) < 20*time.Second {
				t.Errorf("batch %s came %v after %s", again.id, again.at.Sub(s.refused[i].at), s.refused[i].id)
			}
		}
		came, total := map[string]int{}, int64(0)
		for _, report := range s.reports {
			came[report.ID]++
			for _, c := range report.Counts {
				if came[report.ID] == 1 {
					total += c.Count
				}
			}
		}
		if came[s.refused[0].id] != 2 || total != seconds {
			t.Errorf("%d of %d evaluations were counted; the batch that was refused came %d times more", total, seconds, came[s.refused[0].id])
		}
	})
}
