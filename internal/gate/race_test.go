package gate

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
)

// arriving is a Manager that loads everything at the moment in which it is asked
// whether it has.
type arriving struct {
	*delivery.Manager
	load func()
}

func (a arriving) Ready() bool {
	before := a.Manager.Ready()
	a.load()
	return before || a.Manager.Ready()
}

// What is loaded between the look for a key and the question whether everything
// is known turns nobody away, and no relay gets half a list.
func TestWhatIsLoadedBetweenTwoLooksIsFound(t *testing.T) {
	const secret = "bgs_0123456789012345678901234567890123456789"
	const token = "bgp_0123456789012345678901234567890123456789"
	for _, tt := range []struct {
		name  string
		enter func(*Gate) error
	}{
		{"a key", func(g *Gate) error {
			_, err := g.Enter(httptest.NewRequest("GET", "/", nil), secret, false)
			return err
		}},
		{"a relay's list", func(g *Gate) error {
			cells, err := g.Carries(httptest.NewRequest("GET", "/", nil), token)
			if err == nil && len(cells) != 1 {
				t.Errorf("the list has %d environments", len(cells))
			}
			return err
		}},
		{"a relay's environment", func(g *Gate) error {
			_, err := g.EnterRelay(httptest.NewRequest("GET", "/?project=default&environment=production", nil), token)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := deliverytest.NewReader()
			source.AddKey(1, 7, secret, delivery.ServerKey, 0)
			source.AddKey(1, 0, token, delivery.RelayToken, 0)
			manager := delivery.New(source, delivery.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			t.Cleanup(func() {
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
			started := false
			load := func() {
				if started {
					return
				}
				started = true
				go func() { done <- manager.Run(ctx) }()
				for !manager.Ready() {
					time.Sleep(time.Millisecond)
				}
			}
			g := New(arriving{manager, load}, presence.New(clock.System{}), ingest.New(nil, ingest.Options{}), clock.System{})
			if err := tt.enter(g); err != nil {
				t.Error(err)
			}
		})
	}
}
