package delivery_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/sdk/ruleset"
)

func signer() *delivery.Signer {
	return delivery.NewSigner(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
}

// flags are the lines of flags a, b, …; on says which serve true.
func flags(on ...bool) []string {
	lines := make([]string, len(on))
	for i := range on {
		lines[i] = flag(string(rune('a'+i)), on[i])
	}
	return lines
}

// take gives a replica what a State has for it, as a stream would.
func take(t testing.TB, r ruleset.Replica, s *delivery.State) (after ruleset.Replica, deltas int) {
	t.Helper()
	events, ok := s.Since(r.ID())
	if !ok {
		next, err := r.Full(payload(t, s.Full(), "full"))
		if err != nil {
			t.Fatalf("a whole snapshot: %v", err)
		}
		return next, 0
	}
	for _, event := range events {
		next, err := r.Delta(payload(t, event, "delta"))
		if err != nil {
			t.Fatalf("a delta: %v", err)
		}
		r = next
	}
	return r, len(events)
}

// payload is the data of one event.
func payload(t testing.TB, event []byte, name string) []byte {
	t.Helper()
	var out []byte
	for line := range strings.Lines(string(event)) {
		if got, ok := strings.CutPrefix(line, "event: "); ok && got != name+"\n" {
			t.Fatalf("event %q, want %s", got, name)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			out = append(out, data...)
		}
	}
	return out
}

func newest(m *delivery.Manager) *delivery.State {
	return m.ByEnvironment("default", "production").State()
}

// All nodes make the same bytes, whether they saw each revision or came later.
func sameBytes(t *testing.T, a, b *delivery.State) {
	t.Helper()
	if !bytes.Equal(a.Raw, b.Raw) || !bytes.Equal(a.Full(), b.Full()) || a.ETag != b.ETag {
		t.Errorf("two nodes differ:\n%s\n%s", a.Raw, b.Raw)
	}
}

func TestEachRevisionIsOneDeltaAlsoWhenSeveralAreSeenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true, true, true, true)...)
		m := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, deltas := take(t, ruleset.Replica{}, newest(m))
		if deltas != 0 {
			t.Errorf("the first snapshot came as %d deltas", deltas)
		}
		r.Publish(1, flags(true, true, false, true, true, true)...)
		r.Publish(1, flags(true, true, false, true, true)...)
		time.Sleep(2 * time.Second)
		client, deltas = take(t, client, newest(m))
		if deltas != 2 || !bytes.Equal(client.Document().Encode(), newest(m).Raw) {
			t.Errorf("%d deltas, want 2, to\n%s\nwant\n%s", deltas, client.Document().Encode(), newest(m).Raw)
		}
		if client, deltas = take(t, client, newest(m)); deltas != 0 || client.ID() != newest(m).EventID {
			t.Errorf("who is up to date gets %d deltas", deltas)
		}
		other := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		sameBytes(t, newest(m), newest(other))
	})
}

func TestARestartGoesOnFromTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true, true, true, true)...)
		first := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, _ := take(t, ruleset.Replica{}, newest(first))
		r.Publish(1, flags(true, true, false, true, true, true)...)
		second := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, deltas := take(t, client, newest(second))
		if deltas != 1 || !bytes.Equal(client.Document().Encode(), newest(second).Raw) {
			t.Errorf("%d deltas after the restart, want 1", deltas)
		}
	})
}

func TestWhoIsBehindByMoreThanTheChainGetsTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true)...)
		m := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, _ := take(t, ruleset.Replica{}, newest(m))
		for i := range 20 {
			r.Publish(1, flags(true, i%2 == 0, true)...)
			time.Sleep(2 * time.Second)
			events, _ := newest(m).Since(client.ID())
			size := 0
			for _, event := range events {
				size += len(event)
			}
			if size > len(newest(m).Raw) {
				t.Fatalf("the deltas have %d bytes, the snapshot %d", size, len(newest(m).Raw))
			}
		}
		if _, ok := newest(m).Since(client.ID()); ok {
			t.Error("twenty revisions are retained")
		}
		take(t, client, newest(m))
	})
}

func TestAGapInTheLogIsReadAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true)...)
		m := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, _ := take(t, ruleset.Replica{}, newest(m))
		r.Publish(1, flags(true, false, true)...)
		r.Forget(1)
		r.Publish(1, flags(true, false, false)...)
		time.Sleep(2 * time.Second)
		client, deltas := take(t, client, newest(m))
		if deltas != 0 || client.Document().Header().Revision != 4 {
			t.Errorf("%d deltas to revision %d", deltas, client.Document().Header().Revision)
		}
		if len(m.Problems()) != 0 {
			t.Errorf("problems: %+v", m.Problems())
		}
	})
}

func TestAStoreMadeAnewHasNoDeltasFromTheOldOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true)...)
		m := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		client, _ := take(t, ruleset.Replica{}, newest(m))
		r.Restore(1, 2, 1)
		r.Publish(1, flags(true, false, true)...)
		time.Sleep(2 * time.Second)
		client, deltas := take(t, client, newest(m))
		if h := client.Document().Header(); deltas != 0 || h.Epoch != 2 {
			t.Errorf("%d deltas to epoch %d", deltas, h.Epoch)
		}
	})
}

// received is a Reader as a relay is one: headers and signatures come ready.
type received struct {
	*deliverytest.Reader
	upstream *delivery.Manager
}

func (r received) Ruleset(ctx context.Context, id int64) (delivery.Ruleset, error) {
	all, err := r.Reader.Ruleset(ctx, id)
	d, parseErr := ruleset.ParseDocument(newest(r.upstream).Raw)
	if parseErr != nil {
		return all, parseErr
	}
	all.Header, all.HeaderLine, all.Signature = d.Header(), d.HeaderLine(), d.Signature()
	return all, err
}

func (r received) Deltas(_ context.Context, _, from int64, _ int) ([]delivery.Delta, error) {
	s := newest(r.upstream)
	events, _ := s.Since(fmt.Sprintf("1-%d-%.6s", from, r.rootAt(from)))
	var out []delivery.Delta
	for _, event := range events {
		_, data, _ := strings.Cut(string(event), "data: ")
		d, err := ruleset.ParseDelta([]byte(strings.ReplaceAll(data, "data: ", "")))
		if err != nil {
			return nil, err
		}
		to, err := ruleset.Parse(d.HeaderLine)
		if err != nil {
			return nil, err
		}
		out = append(out, delivery.Delta{
			Revision: delivery.Revision{Header: to.Header, HeaderLine: d.HeaderLine, Signature: d.Signature},
			From:     d.From, Changed: d.Changed, Removed: d.Removed,
		})
	}
	return out, nil
}

func (r received) rootAt(revision int64) string {
	deltas, _ := r.Reader.Deltas(context.Background(), 1, 0, 1<<20)
	for _, d := range deltas {
		if d.Header.Revision == revision {
			return d.Header.Root
		}
	}
	return ""
}

func TestWhatComesSignedIsPassedOnByteForByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deliverytest.NewReader()
		r.Publish(1, flags(true, true, true, true)...)
		server := start(t, r, delivery.Options{Signer: signer()})
		synctest.Wait()
		relay := start(t, received{r, server}, delivery.Options{Poll: 1500 * time.Millisecond})
		synctest.Wait()
		sameBytes(t, newest(server), newest(relay))
		before := newest(relay).EventID
		r.Publish(1, flags(true, true, false, true)...)
		server.Announce(1, 0)
		time.Sleep(2 * time.Second)
		sameBytes(t, newest(server), newest(relay))
		here, _ := newest(server).Since(before)
		there, ok := newest(relay).Since(before)
		if !ok || len(there) != 1 || !slices.EqualFunc(here, there, bytes.Equal) {
			t.Errorf("the relay's deltas: %q, want %q", there, here)
		}
	})
}

// Whatever is changed, whenever nodes start and wherever readers come back, all
// end with the same bytes.
func TestReadersEndAtTheSameBytesWhateverHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		r := deliverytest.NewReader()
		state := make([]bool, 12)
		r.Publish(1, flags(state...)...)
		nodes := []*delivery.Manager{start(t, r, delivery.Options{Signer: signer()})}
		synctest.Wait()
		readers := make([]ruleset.Replica, 8)
		deltas, wholes := 0, 0
		for range 100 {
			for range 1 + random.IntN(3) {
				state[random.IntN(len(state))] = random.IntN(2) == 0
				lines := flags(state...)
				lines = slices.Delete(lines, 0, random.IntN(3))
				r.Publish(1, lines...)
			}
			if random.IntN(50) == 0 {
				r.Forget(1)
			}
			if random.IntN(20) == 0 && len(nodes) < 4 {
				nodes = append(nodes, start(t, r, delivery.Options{Signer: signer()}))
			}
			time.Sleep(1500 * time.Millisecond)
			for i := range readers {
				if random.IntN(4) > 0 {
					continue // away
				}
				node := nodes[random.IntN(len(nodes))]
				after, n := take(t, readers[i], newest(node))
				if deltas += n; n == 0 && after.ID() != readers[i].ID() {
					wholes++
				}
				readers[i] = after
				if !bytes.Equal(after.Document().Encode(), newest(node).Raw) {
					t.Fatalf("reader %d has\n%s\nwant\n%s", i, after.Document().Encode(), newest(node).Raw)
				}
			}
		}
		for _, node := range nodes {
			sameBytes(t, newest(nodes[0]), newest(node))
		}
		if deltas < 50 || wholes < 10 {
			t.Errorf("%d deltas and %d wholes: the test shows nothing", deltas, wholes)
		}
	})
}
