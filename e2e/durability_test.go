package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// Every change that the API acknowledged is there after the server was killed
// in the middle of writes, what was asked for with a key is there once, also when it
// was asked for again, and the chain of changes verifies.
func TestAcknowledgedChangesSurviveKills(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { surviveKills(t, startServer(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { surviveKills(t, startOn(t, storetest.Hold(t, "DURABLE=1").Address)) })
}

func surviveKills(t *testing.T, s *server) {
	const writers = 4
	rounds := testkit.Rounds(8, 500)
	acknowledged := map[string]int{} // flag → the highest value acknowledged
	made := creator{s: s}
	var mu sync.Mutex
	for w := range writers {
		s.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{
			"key": fmt.Sprintf("writer-%d", w), "type": "integer",
			"variations": []map[string]any{{"id": "v", "value": 0}},
		}, nil)
	}
	for round := range rounds {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		wg.Go(func() { made.work(t, stop) })
		for w := range writers {
			wg.Go(func() {
				key := fmt.Sprintf("writer-%d", w)
				for i := 1; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					value := round*1_000_000 + i
					status, err := s.try(http.MethodPatch, "/api/v1/projects/default/flags/"+key,
						map[string]any{"variations": []map[string]any{{"id": "v", "value": value}}}, nil)
					if err != nil {
						return // the server was killed
					}
					if status != http.StatusOK {
						t.Errorf("%s: status %d", key, status)
						return
					}
					mu.Lock()
					acknowledged[key] = value
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(50+rand.IntN(250)) * time.Millisecond)
		s.kill()
		close(stop)
		wg.Wait()
		s.start(t)
		for w := range writers {
			key := fmt.Sprintf("writer-%d", w)
			var flag struct {
				Variations []struct {
					Value int `json:"value"`
				} `json:"variations"`
			}
			s.must(t, http.MethodGet, "/api/v1/projects/default/flags/"+key, nil, &flag)
			if got := flag.Variations[0].Value; got < acknowledged[key] {
				t.Fatalf("round %d: %s is %d, but %d was acknowledged", round, key, got, acknowledged[key])
			}
		}
	}
	made.check(t)
	var chain struct {
		OK      bool `json:"ok"`
		Checked int  `json:"checked"`
	}
	s.must(t, http.MethodGet, "/api/v1/projects/default/changes/verify", nil, &chain)
	if !chain.OK || chain.Checked < writers*2 {
		t.Errorf("chain: %+v", chain)
	}
	t.Logf("%d changes verified after %d kills", chain.Checked, rounds)
}
