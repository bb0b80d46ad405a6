package burgee

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/sdk/internal/backoff"
	"burgee.dev/burgee/sdk/internal/sse"
	"burgee.dev/burgee/sdk/ruleset"
)

// soak is set by scripts/soak, which has the time for the long form of some tests.
var soak = os.Getenv("SOAK") != ""

// until waits for a condition on the clock of a bubble.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Hour); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited an hour for %s", what)
		}
	}
}

func TestDeltasLeadFromRevisionToRevision(t *testing.T) {
	for name, author := range map[string]bool{"signed": true, "unsigned": false} {
		t.Run(name, func(t *testing.T) {
			s := newProtocolServer(t)
			if author {
				s.author = signer("a")
			}
			s.publish(1, 1, boolean("f", false), boolean("g", true))
			var events []string
			s.alter(func() { s.tamper = func(e string) string { events = append(events, e); return e } })
			client := connect(t, s, Options{})
			s.publish(1, 2, boolean("f", true), boolean("g", true))
			eventually(t, "revision 2", func() bool { return client.Bool(t.Context(), "f", false) })
			s.publish(1, 3, boolean("f", true))
			eventually(t, "revision 3", func() bool { return client.Status().Revision == 3 })
			if !client.Bool(t.Context(), "f", false) || client.Bool(t.Context(), "g", false) {
				t.Error("the values are not those of revision 3")
			}
			_ = client.Close()
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(events) != 3 || !strings.HasPrefix(events[0], "event: full\n") || !strings.HasPrefix(events[1], "event: delta\n") || strings.Contains(events[1], `"flag":"g"`) {
				t.Errorf("sent:\n%s", strings.Join(events, "---\n"))
			}
			if got := client.Status(); got.Resyncs != 0 || got.Source != "stream" || got.Epoch != 1 || got.ID != s.newest().Header().ID() {
				t.Errorf("status %+v", got)
			}
		})
	}
}

func TestAServerThatKnowsNoDeltasStillWorks(t *testing.T) {
	s := newProtocolServer(t)
	s.old = true
	s.publish(1, 1, boolean("f", false))
	client := connect(t, s, Options{})
	s.publish(1, 2, boolean("f", true))
	eventually(t, "revision 2", func() bool { return client.Bool(t.Context(), "f", false) })
	if got := client.Status(); got.Resyncs != 0 || !got.Connected {
		t.Errorf("status %+v", got)
	}
}

// What does not fit is dropped, and a whole snapshot asked for at once.
func TestAGapIsMendedByOneWholeSnapshotAtOnce(t *testing.T) {
	for name, damage := range map[string]func(string) string{
		"a delta that begins elsewhere": func(e string) string { return strings.Replace(e, `"from":1}`, `"from":9}`, 1) },
		"a line that is lost":           func(e string) string { return dropLine(e, `data: {"flag":"f"`) },
		"a line that is doubled": func(e string) string {
			return strings.Replace(e, "data: {\"signature\"", "data: "+boolean("f", true)+"\ndata: {\"signature\"", 1)
		},
		"lines in another order":     func(e string) string { return moveSignatureUp(e) },
		"a value that is changed":    func(e string) string { return strings.Replace(e, `"variation":0`, `"variation":1`, 1) },
		"an id of another revision":  func(e string) string { return strings.Replace(e, "id: 1-2-", "id: 1-7-", 1) },
		"a signature that is lost":   func(e string) string { return dropLine(e, `data: {"signature"`) },
		"an event of another name":   func(e string) string { return strings.Replace(e, "event: delta", "event: full", 1) },
		"an up to date that is none": func(string) string { return event("uptodate", "1-9-abcdef", "{}") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newBubbleServer(t)
				s.author = signer("a")
				first := s.publish(1, 1, boolean("f", false), boolean("g", false))
				client := connect(t, s, Options{})
				defer client.Close()
				synctest.Wait()
				s.alter(func() {
					s.tamper = func(e string) string {
						s.tamper = nil
						return damage(e)
					}
				})
				began := time.Now()
				s.publish(1, 2, boolean("f", true), boolean("g", false))
				until(t, "the resync", func() bool { return client.Status().Revision == 2 })
				if took := time.Since(began); took > 100*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				s.mu.Lock()
				resumed := slices.Clone(s.resumed)
				s.mu.Unlock()
				if !client.Bool(t.Context(), "f", false) || client.Status().Resyncs != 1 || !slices.Equal(resumed, []string{"", ""}) {
					t.Errorf("resyncs %d, resumed %q, first was %s", client.Status().Resyncs, resumed, first.Header().ID())
				}
			})
		})
	}
}

func dropLine(e, prefix string) string {
	var kept strings.Builder
	for line := range strings.Lines(e) {
		if !strings.HasPrefix(line, prefix) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func moveSignatureUp(e string) string {
	lines := strings.SplitAfter(e, "\n")
	n := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, `data: {"signature"`) })
	lines[n], lines[n-1] = lines[n-1], lines[n]
	return strings.Join(lines, "")
}

func TestResyncsThatDoNotHelpAreSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.author = signer("a")
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		synctest.Wait()
		spoil := func(e string) string { return strings.Replace(e, `"variation":`, `"variation" :`, 1) }
		s.alter(func() { s.tamper = spoil })
		s.publish(1, 2, boolean("f", false))
		before := s.seen(streamPath)
		time.Sleep(30 * time.Second)
		// At once, then by the back-off, then by polling, which is not spoilt.
		if n := s.seen(streamPath) - before; n < 2 || n > 4 {
			t.Errorf("%d streams in half a minute", n)
		}
		if got := client.Status(); got.Revision != 2 || got.Source != "poll" || client.Bool(t.Context(), "f", true) {
			t.Errorf("status %+v", got)
		}
	})
}

// A proxy answers 502 while the server behind it restarts, and the server may be
// back at any moment, such as between a stream that failed and the poll after it.
// That does not speak against streams, which are there again with the server.
func TestARestartBehindAProxyDoesNotLeadToPolls(t *testing.T) {
	for streams := 1; streams <= 6; streams++ {
		synctest.Test(t, func(t *testing.T) {
			s := newBubbleServer(t)
			s.publish(1, 1, boolean("f", true))
			client := connect(t, s, Options{})
			defer client.Close()
			synctest.Wait()
			s.alter(func() { s.status, s.backAfter = http.StatusBadGateway, streams })
			s.CloseClientConnections()
			before, began := s.seen(streamPath), time.Now()
			until(t, "the stream that works", func() bool { return s.seen(streamPath) == before+streams+1 && client.Status().Connected })
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("back after %d streams: the next one came after %v", streams, took)
			}
			s.publish(1, 2, boolean("f", false))
			synctest.Wait()
			if got := client.Status(); got.Revision != 2 || got.Source != "stream" {
				t.Errorf("back after %d streams: a change is not heard at once: %+v", streams, got)
			}
		})
	}
}

// Where only streams do not work, the third is the last one for five minutes, and
// then one is enough to know.
func TestThreeStreamsTellThatTheyDoNotWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.noStreams = true
		s.publish(1, 1, boolean("f", true))
		began := time.Now()
		client := connect(t, s, Options{})
		defer client.Close()
		for _, want := range []struct{ minutes, streams int }{{4, 3}, {8, 4}, {13, 5}} {
			time.Sleep(time.Until(began.Add(time.Duration(want.minutes) * time.Minute)))
			if got := s.seen(streamPath); got != want.streams {
				t.Errorf("after %d minutes %d streams, want %d", want.minutes, got, want.streams)
			}
		}
		if got := client.Status(); !got.Connected || got.Source != "poll" {
			t.Errorf("status %+v", got)
		}
		s.alter(func() { s.status = http.StatusBadGateway })
		time.Sleep(2 * time.Minute)
		before := s.seen(streamPath)
		s.alter(func() { s.status, s.noStreams = 0, false })
		time.Sleep(31 * time.Second)
		if got := s.seen(streamPath); got != before+1 || !client.Status().Connected {
			t.Errorf("%d streams, %d before the server was back", got, before)
		}
	})
}

// What a refused stream asks for in Retry-After holds for the poll after it, and
// until then nobody is told that there is a connection.
func TestThePollAfterAStreamWaitsAsLongAsThatSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.noStreams, s.retryAfter = true, "20"
		s.publish(1, 1, boolean("f", true))
		client := open(t, s, Options{})
		defer client.Close()
		for _, want := range []struct {
			at             time.Duration
			streams, polls int
			connected      bool
		}{{19 * time.Second, 1, 0, false}, {39 * time.Second, 2, 0, false}, {50 * time.Second, 3, 1, false}, {65 * time.Second, 3, 2, true}} {
			time.Sleep(time.Until(bubbleStart.Add(want.at)))
			if streams, polls := s.seen(streamPath), s.seen(snapshotPath); streams != want.streams || polls != want.polls || client.Status().Connected != want.connected {
				t.Errorf("after %v: %d streams, %d polls, connected %v; want %+v", want.at, streams, polls, client.Status().Connected, want)
			}
		}
	})
}

// bubbleStart is when the clock of each bubble of testing/synctest begins.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A proxy that waits for the end of an answer, and cuts it in the end, lets nothing
// of a stream through. One such stream is enough.
func TestAStreamThatIsHeldBackLeadsToPolls(t *testing.T) {
	for _, cut := range []time.Duration{40 * time.Second, time.Minute, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := newBubbleServer(t)
			s.holds = cut
			s.publish(1, 1, boolean("f", true))
			client := open(t, s, Options{})
			defer client.Close()
			time.Sleep(75 * time.Second)
			if got := client.Status(); !got.Connected || got.Source != "poll" || s.seen(streamPath) != 1 {
				t.Errorf("cut after %v: %+v, %d streams", cut, got, s.seen(streamPath))
			}
		})
	}
}

// Whatever happens to the bytes of a stream, what is served is something that
// the server made. With SOAK it tries all bits of all bytes.
func TestAFlippedByteOfAStreamNeverLeadsToAnotherConfiguration(t *testing.T) {
	author := signer("a")
	one := documentOf(author, 1, 1, boolean("f", false), boolean("g", true))
	two := documentOf(author, 1, 2, boolean("f", true), boolean("h", true))
	three := documentOf(author, 1, 3, boolean("f", false))
	made := map[string][]byte{}
	for _, d := range []*ruleset.Document{one, two, three} {
		made[d.Header().ID()] = d.Encode()
	}
	stream := []byte(event("full", one.Header().ID(), string(one.Encode())) + ": alive\n\n" +
		event("delta", two.Header().ID(), string(ruleset.Between(one, two).Encode())) +
		event("uptodate", two.Header().ID(), "{}") + event("spread", "", `{"spread_ms":1000}`) +
		event("delta", three.Header().ID(), string(ruleset.Between(two, three).Encode())))
	check := func(what string, flipped []byte) {
		client, err := New(Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		f := newFollower(client)
		events := sse.NewReader(bytes.NewReader(flipped))
		for {
			e, err := events.Next()
			if err == nil {
				err = f.handle(e)
			}
			if conf := client.current.Load(); conf != nil && !bytes.Equal(conf.document.Encode(), made[conf.id()]) {
				t.Fatalf("%s: served\n%s", what, conf.document.Encode())
			}
			if err != nil {
				return
			}
		}
	}
	for i := range stream {
		for bit := range 8 {
			if !soak && bit != i%8 {
				continue
			}
			flipped := bytes.Clone(stream)
			flipped[i] ^= 1 << bit
			check(fmt.Sprintf("byte %d bit %d", i, bit), flipped)
		}
		check(fmt.Sprintf("cut at %d", i), stream[:i])
		check(fmt.Sprintf("without byte %d", i), slices.Delete(bytes.Clone(stream), i, i+1))
	}
	check("nothing", stream)
}

// Events that are lost, doubled and swapped lead to the newest revision all the
// same, and never back.
func TestEventsInDisorderLeadToTheNewestRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.author = signer("a")
		s.publish(1, 1, boolean("f", true), boolean("g", true))
		var highest atomic.Int64
		client := connect(t, s, Options{OnFetched: func(f Fetched) {
			if f.Revision < highest.Swap(f.Revision) {
				t.Errorf("revision %d after a higher one", f.Revision)
			}
		}})
		defer client.Close()
		var mu sync.Mutex // guards n and held: a stream that the client has left may still be written to
		n, held := 0, ""
		s.alter(func() {
			s.tamper = func(e string) string {
				mu.Lock()
				defer mu.Unlock()
				n++
				switch n % 5 {
				case 0:
					return "" // lost
				case 1:
					return e + e
				case 2:
					held = e
					return ""
				case 3:
					return e + held
				case 4:
					return e[:len(e)/2] + "\n\n" // cut
				}
				return e
			}
		})
		for revision := int64(2); revision < 60; revision++ {
			s.publish(1, revision, boolean("f", revision%2 == 0), boolean(fmt.Sprint("g", revision%7), true))
			time.Sleep(time.Duration(revision%3) * 10 * time.Second)
		}
		s.alter(func() { s.tamper = nil })
		last := s.publish(1, 60, boolean("f", true))
		until(t, "the newest revision", func() bool { return client.Status().ID == last.Header().ID() })
		if !client.Bool(t.Context(), "f", false) || client.Status().Resyncs == 0 {
			t.Errorf("status %+v", client.Status())
		}
	})
}

func TestAClientThatHopsBetweenServersNeverGoesBack(t *testing.T) {
	const hops = 1000
	synctest.Test(t, func(t *testing.T) {
		ahead, behind := newBubbleServer(t), newBubbleServer(t)
		ahead.author, behind.author = signer("a"), signer("a")
		at := func(s *protocolServer, revision int64) {
			s.publish(1, revision, boolean("f", revision%2 == 0), boolean("n", true))
		}
		at(ahead, 3)
		at(behind, 1)
		var dials atomic.Int64
		pool := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			s := []*protocolServer{ahead, behind}[dials.Add(1)%2]
			return s.Listener.(*memoryListener).dial(ctx, network, address)
		}}
		var highest, told atomic.Int64
		client := connect(t, ahead, Options{HTTPClient: &http.Client{Transport: pool}, OnFetched: func(f Fetched) {
			told.Add(1)
			if f.Err == nil && f.Revision < highest.Swap(f.Revision) {
				t.Errorf("revision %d after a higher one", f.Revision)
			}
		}})
		defer client.Close()
		away := event("goaway", "", `{"spread_ms":2}`)
		for hop := range int64(hops) {
			streams := ahead.seen(streamPath) + behind.seen(streamPath)
			if hop%3 == 0 {
				at(ahead, 4+hop)
			}
			if hop%4 == 0 {
				at(behind, 2+hop)
			}
			ahead.say(away)
			behind.say(away)
			until(t, "the next server", func() bool { return ahead.seen(streamPath)+behind.seen(streamPath) > streams })
			if got := client.Status().Revision; got < highest.Load() {
				t.Fatalf("hop %d: revision %d after %d", hop, got, highest.Load())
			}
		}
		if dials.Load() < hops || told.Load() < 100 || highest.Load() < 1000 {
			t.Errorf("%d connections, %d configurations, up to %d", dials.Load(), told.Load(), highest.Load())
		}
	})
}

func TestASilentLineIsDeadAfterSeventySeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		for range 10 {
			time.Sleep(25 * time.Second)
			s.say(": alive\n\n")
			synctest.Wait()
			if got := client.Status(); !got.Connected || time.Since(got.LastHeard) > time.Second {
				t.Fatalf("status %+v", got)
			}
		}
		quiet := time.Now()
		streams := s.seen(streamPath)
		until(t, "the client to notice", func() bool { return client.Status().Stale || s.seen(streamPath) > streams })
		if took := time.Since(quiet).Round(time.Second); took != 70*time.Second {
			t.Errorf("noticed after %v", took)
		}
		if got := client.Status(); got.Connected || !errors.Is(got.Err, errSilent) || got.Age < 70*time.Second {
			t.Errorf("status %+v", got)
		}
		if d := client.Detail(t.Context(), "f", false); !d.Stale || d.AgeMS < 70_000 {
			t.Errorf("detail %+v", d)
		}
		until(t, "another stream", func() bool { return s.seen(streamPath) > streams })
		if took := time.Since(quiet); took > 70*time.Second+backoff.DefaultSpread+time.Second {
			t.Errorf("the next stream came after %v", took)
		}
	})
}

func TestAProxyThatHoldsStreamsBackIsPolledThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		s.alter(func() { s.tamper = func(string) string { return "" } })
		client := open(t, s, Options{})
		defer client.Close()
		began := time.Now()
		until(t, "a configuration", func() bool { return client.Bool(t.Context(), "f", false) })
		if took := time.Since(began); took > 72*time.Second || client.Status().Source != "poll" {
			t.Errorf("after %v, from %q", took, client.Status().Source)
		}
	})
}

// reconnects notes when streams are opened, on the clock of a bubble.
func reconnects(s *protocolServer, during time.Duration) (at []time.Duration) {
	began, seen := time.Now(), s.seen(streamPath)
	for time.Since(began) < during {
		time.Sleep(5 * time.Millisecond)
		if n := s.seen(streamPath); n > seen {
			seen = n
			at = append(at, time.Since(began))
		}
	}
	return at
}

func TestTheServersSpreadHoldsAfterAHealthyStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		var longest time.Duration
		for range 40 {
			s.say(event("spread", "", `{"spread_ms":20000}`))
			time.Sleep(35 * time.Second)
			s.say(": alive\n\n")
			time.Sleep(35 * time.Second)
			s.say(": alive\n\n")
			synctest.Wait()
			if !client.Status().Connected {
				t.Fatalf("not connected: %v", client.Status().Err)
			}
			s.CloseClientConnections()
			at := reconnects(s, 20100*time.Millisecond)
			if len(at) != 1 {
				t.Fatalf("streams at %v", at)
			}
			longest = max(longest, at[0])
		}
		// Of 40 uniform draws from 20 s, one is above 10 s but for one case in 10^12.
		if longest < 10*time.Second {
			t.Errorf("the longest wait was %v", longest)
		}
	})
}

func TestAServerThatGoesAwayIsComeBackToWithinItsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		synctest.Wait()
		s.say(event("goaway", "", `{"spread_ms":3000}`))
		if at := reconnects(s, 3100*time.Millisecond); len(at) != 1 {
			t.Errorf("streams at %v", at)
		}
		synctest.Wait()
		if got := client.Status(); !got.Connected || got.Resyncs != 0 {
			t.Errorf("status %+v", got)
		}
	})
}

func TestARevokedKeyIsTriedAgainEachFiveMinutesAndTheLastValuesHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.publish(1, 1, boolean("f", true))
		client := connect(t, s, Options{})
		defer client.Close()
		synctest.Wait()
		s.refuse(http.StatusUnauthorized, `{"code":"key_revoked","detail":"the key was revoked"}`)
		s.say(event("revoked", "", "{}"))
		at := reconnects(s, time.Hour)
		if len(at) < 10 || len(at) > 15 {
			t.Errorf("%d streams in an hour", len(at))
		}
		if got := client.Status(); got.Connected || !client.Bool(t.Context(), "f", false) {
			t.Errorf("status %+v", got)
		}
		s.refuse(0, "")
		until(t, "the restored key", func() bool { return client.Status().Connected })
	})
}

func TestRetryAfterIsALowerBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newBubbleServer(t)
		s.alter(func() { s.retryAfter = "20" })
		s.refuse(http.StatusServiceUnavailable, `{"detail":"loading"}`)
		client := open(t, s, Options{})
		defer client.Close()
		synctest.Wait()
		at := reconnects(s, 19*time.Second)
		if len(at) != 0 {
			t.Errorf("streams at %v", at)
		}
	})
}

// A request is a pin and a hundred reads. The readers share nothing but the
// client: a counter of theirs in common would order what the test wants at once.
func TestNoPinnedRequestSeesAMixedConfiguration(t *testing.T) {
	const readers, pairs = 32, 50
	reads, revisions := 1_000, int64(60)
	if soak {
		reads = 10_000_000
	}
	s := newProtocolServer(t)
	s.author = signer("a")
	s.publish(1, 1, boolean("a", false), boolean("b", false))
	client := connect(t, s, Options{})
	var reading atomic.Int64
	var seen [readers]map[bool]int
	var working sync.WaitGroup
	reading.Store(readers)
	for i := range readers {
		working.Go(func() {
			defer reading.Add(-1)
			mine := map[bool]int{}
			seen[i] = mine
			for done := 0; done < reads || client.Status().Revision < 3; done += 2 * pairs {
				ctx := client.Pin(NewContext(t.Context(), map[string]any{"targetingKey": "u"}))
				a := client.Bool(ctx, "a", false)
				for range pairs {
					if client.Bool(ctx, "b", false) != a || client.Bool(ctx, "a", false) != a {
						t.Error("one flag without the other")
						return
					}
				}
				mine[a]++
			}
		})
	}
	for revision := int64(2); revision < revisions || reading.Load() > 0; revision++ {
		on := revision%2 == 0
		s.publish(1, revision, boolean("a", on), boolean("b", on))
		eventually(t, "the revision", func() bool { return client.Status().Revision == revision })
	}
	working.Wait()
	requests := map[bool]int{}
	for _, mine := range seen {
		requests[true] += mine[true]
		requests[false] += mine[false]
	}
	if requests[true] == 0 || requests[false] == 0 {
		t.Errorf("the changes were not seen: %v", requests)
	}
	t.Logf("%d readers, requests with the flags on and off: %v; last revision %d", readers, requests, client.Status().Revision)
}
