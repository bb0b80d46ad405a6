package bed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"burgee.dev/burgee/internal/testkit/loopback"
)

// askers is how many ask at once in a flood: together far more than a client key
// may, so that nearly everybody's question is refused.
const askers = 4

// flood is a crowd of programs with the client key.
type flood struct {
	stop    context.CancelFunc
	done    sync.WaitGroup
	refused chan string // the first Retry-After
}

// Flood asks with the client key, without end, and returns once the server
// refuses: with the Retry-After of the first answer 429.
func (b *Bed) Flood() (retryAfter string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calm()
	ctx, stop := context.WithCancel(context.Background())
	b.crowd = &flood{stop: stop, refused: make(chan string, 1)}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: askers}}
	for range askers {
		b.crowd.done.Go(func() { b.crowd.ask(ctx, client, "http://"+b.direct+"/ofrep/v1/evaluate/flags/boolean-flag") })
	}
	select {
	case retryAfter = <-b.crowd.refused:
		return retryAfter, nil
	case <-time.After(20 * time.Second):
		b.calm()
		return "", errors.New("nobody is refused after 20 s of asking")
	}
}

// Calm ends the flood.
func (b *Bed) Calm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calm()
}

func (b *Bed) calm() {
	if b.crowd != nil {
		b.crowd.stop()
		b.crowd.done.Wait()
		b.crowd = nil
	}
}

func (f *flood) ask(ctx context.Context, client *http.Client, url string) {
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
		if err != nil {
			return
		}
		r.Header.Set("X-API-Key", ClientKey)
		answer, err := client.Do(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusTooManyRequests {
			continue
		}
		select {
		case f.refused <- answer.Header.Get("Retry-After"):
		default: // somebody was refused before
		}
	}
}

// Unready is the address of a server that has nothing to serve yet: a relay that
// has never reached its upstream. It answers 503.
func (b *Bed) Unready() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.relay != nil {
		return b.relayURL, nil
	}
	address, err := loopback.FreeAddress()
	if err != nil {
		return "", err
	}
	nowhere, err := loopback.FreeAddress()
	if err != nil {
		return "", err
	}
	output := &bytes.Buffer{}
	relay := exec.Command(b.binary, "relay", "--addr", address, "--data", b.data+"-relay", "--ops-addr", "", "--upstream", "http://"+nowhere)
	relay.Env = append(os.Environ(), "BURGEE_RELAY_TOKEN="+Token)
	relay.Stdout, relay.Stderr = output, output
	if err := relay.Start(); err != nil {
		return "", err
	}
	b.relay, b.relayURL = relay, "http://"+address
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if answer, err := http.Get(b.relayURL + "/readyz"); err == nil {
			_ = answer.Body.Close() // 503, and it stays so
			return b.relayURL, nil
		}
	}
	end(b.relay)
	b.relay = nil
	return "", fmt.Errorf("the relay does not listen after 20 s:\n%s", output)
}

// end kills a child; nil is none.
func end(child *exec.Cmd) {
	if child != nil {
		_ = child.Process.Kill()
		_ = child.Wait()
	}
}
