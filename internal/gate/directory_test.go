package gate

import (
	"encoding/base64"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
)

// arriving is a Manager that loads everything at the moment in which it is asked
// whether it has.
type arriving struct {
	*delivery.Manager
	arrive func()
}

func (a arriving) Ready() bool {
	before := a.Manager.Ready()
	a.arrive()
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
			arrive := sync.OnceFunc(func() { load(t, manager) })
			g := New(arriving{manager, arrive}, presence.New(clock.System{}), ingest.New(nil, ingest.Options{}), clock.System{})
			if err := tt.enter(g); err != nil {
				t.Error(err)
			}
		})
	}
}

// A page may have a context token that is signed by a key which this node does
// not know yet.
func TestASignerThatIsNotKnownYetIsNoReasonToRefuseAToken(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	token := "1." + encode(make([]byte, len(delivery.Print{}))) + "." + encode([]byte("{}")) + "." + encode(make([]byte, 32))
	const page = "bgc_0123456789012345678901234567890123456789"
	source := deliverytest.NewReader()
	source.AddKey(1, 8, page, delivery.ClientKey, 0)
	manager := delivery.New(source, delivery.Options{})
	load(t, manager)
	for _, tt := range []struct {
		name  string
		ready bool
		want  fault.Kind
	}{
		{"while keys may be missing", false, fault.Unavailable},
		{"once all are known", true, fault.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := New(standing{manager, tt.ready}, presence.New(clock.System{}), ingest.New(nil, ingest.Options{}), clock.System{})
			request := httptest.NewRequest("POST", "/", nil)
			pass, err := g.Enter(request, page, true)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := g.SignedContext(request, page, pass, token); !fault.IsKind(err, tt.want) {
				t.Error(err)
			}
		})
	}
}

// standing is a Manager at a moment of its start or after.
type standing struct {
	*delivery.Manager
	ready bool
}

func (s standing) Ready() bool { return s.ready }

// load runs a Manager until the test ends, and waits until it has looked once.
func load(t *testing.T, m *delivery.Manager) {
	t.Helper()
	stop := deliverytest.Start(m)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	for !m.Ready() {
		time.Sleep(time.Millisecond)
	}
}
