package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// keyed sends a POST with a key, and returns the answer's status, its code where it
// is a problem, and whether it was given before.
func (s *server) keyed(key, path string, body any) (status int, code string, replayed bool, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, "", false, err
	}
	request, err := http.NewRequest(http.MethodPost, s.url+path, bytes.NewReader(raw))
	if err != nil {
		return 0, "", false, err
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", false, err
	}
	defer response.Body.Close()
	if raw, err = io.ReadAll(response.Body); err != nil {
		return 0, "", false, err
	}
	var answer struct {
		Code string `json:"code"`
	}
	err = json.Unmarshal(raw, &answer)
	return response.StatusCode, answer.Code, response.Header.Get("Idempotency-Replayed") == "true", err
}

// creator makes tokens one after the other, each under a key of its own. What was
// not answered it asks for again.
type creator struct {
	s       *server
	answers int
}

// work makes tokens until the server is killed or stop is closed.
func (c *creator) work(t *testing.T, stop <-chan struct{}) {
	for first := true; ; first = false {
		select {
		case <-stop:
			return
		default:
		}
		name := fmt.Sprintf("made-%d", c.answers)
		status, code, _, err := c.s.keyed(name, "/api/v1/tokens", map[string]any{"name": name})
		switch {
		case err != nil:
			return // the server was killed
		case status == http.StatusCreated, first && code == "already_done":
			c.answers++
		default:
			t.Errorf("%s: status %d, code %s", name, status, code)
			return
		}
	}
}

// check fails the test unless each token that was answered is there once.
func (c *creator) check(t *testing.T) {
	t.Helper()
	var list struct {
		Items []struct {
			Name string `json:"name"`
		} `json:"items"`
	}
	c.s.must(t, http.MethodGet, "/api/v1/tokens", nil, &list)
	there := map[string]int{}
	for _, token := range list.Items {
		there[token.Name]++
	}
	for n := range c.answers {
		if name := fmt.Sprintf("made-%d", n); there[name] != 1 {
			t.Errorf("%s is there %d times", name, there[name])
		}
	}
	if last := fmt.Sprintf("made-%d", c.answers); there[last] > 1 {
		t.Errorf("%s is there %d times", last, there[last])
	}
}

func TestOneKeyAtManyNodesIsOneRequest(t *testing.T) {
	nodes := pair(t)
	const many = 20
	var all errgroup.Group
	replayed := make([]bool, many)
	for n := range many {
		all.Go(func() error {
			ask := func() (int, string, bool, error) {
				return nodes[n%2].keyed("one", "/api/v1/projects/default/flags", map[string]any{"key": "f", "type": "boolean"})
			}
			status, code, again, err := ask()
			// The first answer may take longer to be kept than a repetition waits for it.
			for end := time.Now().Add(30 * time.Second); code == "already_done" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				status, code, again, err = ask()
			}
			if err == nil && status != http.StatusCreated {
				err = fmt.Errorf("status %d, code %s", status, code)
			}
			replayed[n] = again
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	first := 0
	for _, again := range replayed {
		if !again {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of %d answers were no repetition", first, many)
	}
}
