package burgee

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"burgee.dev/burgee/sdk/internal/sse"
)

const (
	snapshotPath = "/sdk/v1/snapshot"
	streamPath   = "/sdk/v1/stream"
	registerPath = "/sdk/v1/register"
	eventsPath   = "/sdk/v1/events"

	maxSnapshot = 64 << 20 // the server refuses to publish half of this

	// silenceIsDeath is almost three missed heartbeats. It holds for every
	// request: a line that was cut without a word never reports an error.
	silenceIsDeath = 70 * time.Second

	// Of the client's own connections. They are short because a host that is
	// back is found by the next try, not by one that waits.
	dialTimeout   = 5 * time.Second
	answerTimeout = 15 * time.Second
	pingAfter     = 30 * time.Second
)

// refusal is an answer of the server that is no success.
type refusal struct {
	Status     int           `json:"-"`
	RetryAfter time.Duration `json:"-"`
	Code       string        `json:"code"`
	Detail     string        `json:"detail"`
	Title      string        `json:"title"`
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the server answered %d: %s", r.Status, first(r.Detail, r.Title, http.StatusText(r.Status)))
}

// keyRefused reports whether retrying soon is pointless.
func (r *refusal) keyRefused() bool {
	return r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden
}

// transport speaks the SDK protocol. Its methods may be called by many
// goroutines.
type transport struct {
	client  *http.Client
	own     bool // client is not the program's
	base    string
	headers http.Header
}

func newTransport(s settings, client *http.Client, app application) *transport {
	own := client == nil
	if own {
		client = &http.Client{Transport: ownTransport()}
	}
	headers := http.Header{}
	headers.Set("Authorization", "Bearer "+s.key)
	headers.Set("User-Agent", "burgee-go/"+Version)
	headers.Set("Burgee-Application", url.PathEscape(app.Name))
	headers.Set("Burgee-Application-Version", url.PathEscape(app.Version))
	headers.Set("Burgee-Platform", url.PathEscape(app.Platform))
	headers.Set("Burgee-Sdk", app.SDK)
	headers.Set("Burgee-Instance", app.Instance)
	return &transport{client: client, own: own, base: s.url, headers: headers}
}

func ownTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTimeout, KeepAlive: pingAfter}).DialContext
	t.ResponseHeaderTimeout = answerTimeout
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: answerTimeout}
	return t
}

// application is how a program introduces itself.
type application struct {
	Name     string `json:"name"`
	Version  string `json:"version,omitempty"`
	Platform string `json:"platform"`
	SDK      string `json:"sdk"`
	Instance string `json:"instance"`
}

func (t *transport) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.base+path, body)
	if err != nil {
		return nil, err
	}
	request.Header = t.headers.Clone()
	return request, nil
}

// do sends a request. The answer's body fails once nothing has come for
// silenceIsDeath, and must be closed.
func (t *transport) do(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	line := &line{cancel: cancel, ctx: ctx}
	line.silence = time.AfterFunc(silenceIsDeath, func() { cancel(errSilent) })
	response, err := t.client.Do(request.WithContext(ctx))
	if err != nil {
		err = line.explain(err)
		line.end()
		if t.own {
			t.client.CloseIdleConnections() // one of them may be as dead
		}
		return nil, err
	}
	line.body = response.Body
	response.Body = line
	return response, nil
}

var errSilent = fmt.Errorf("nothing was heard for %v", silenceIsDeath)

// line is the body of an answer, watched for signs of life.
type line struct {
	body    io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	silence *time.Timer
}

// Read reads on, and gives the line its time anew when anything came.
func (l *line) Read(b []byte) (int, error) {
	n, err := l.body.Read(b)
	if n > 0 {
		l.silence.Reset(silenceIsDeath)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = l.explain(err)
	}
	return n, err
}

// Close ends the request.
func (l *line) Close() error {
	l.end()
	return l.body.Close()
}

func (l *line) end() {
	l.silence.Stop()
	l.cancel(nil)
}

// explain says why a request was cut off where that was the silence.
func (l *line) explain(err error) error {
	if errors.Is(context.Cause(l.ctx), errSilent) {
		return errSilent
	}
	return err
}

// snapshot fetches the configuration; it returns nil bytes when the server
// still has the one that id names.
func (t *transport) snapshot(ctx context.Context, id string) ([]byte, error) {
	request, err := t.request(ctx, http.MethodGet, snapshotPath, nil)
	if err != nil {
		return nil, err
	}
	if id != "" {
		request.Header.Set("If-None-Match", `"`+id+`"`)
	}
	response, err := t.do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return readAll(response.Body, maxSnapshot)
	case http.StatusNotModified:
		return nil, nil
	default:
		return nil, refused(response)
	}
}

// stream opens the stream and hands each event and comment to handle until the
// stream ends, which is always an error. opened is called when the server
// accepted. lastID is what the client has; empty asks for a whole snapshot.
func (t *transport) stream(ctx context.Context, lastID string, opened func(), handle func(sse.Event) error) error {
	request, err := t.request(ctx, http.MethodGet, streamPath, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Burgee-Delta", "1") // servers send deltas only to who knows them
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	response, err := t.do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return refused(response)
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "text/event-stream" {
		return fmt.Errorf("the answer is no stream but %s; check that %s is the address of a Burgee server", first(kind, "of no known type"), t.base)
	}
	opened()
	events := sse.NewReader(response.Body)
	for {
		event, err := events.Next()
		if err != nil {
			return err
		}
		if err := handle(event); err != nil {
			return err
		}
	}
}

// register reports the flags that the program declares.
func (t *transport) register(ctx context.Context, r registration) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	request, err := t.request(ctx, http.MethodPost, registerPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	return t.post(request)
}

// events reports counts, compressed.
func (t *transport) events(ctx context.Context, report eventReport) error {
	var body bytes.Buffer
	packed := gzip.NewWriter(&body)
	if err := json.NewEncoder(packed).Encode(report); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	request, err := t.request(ctx, http.MethodPost, eventsPath, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Encoding", "gzip")
	return t.post(request)
}

// post sends a JSON request and expects 202.
func (t *transport) post(request *http.Request) error {
	request.Header.Set("Content-Type", "application/json")
	response, err := t.do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		return refused(response)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return err
}

func refused(response *http.Response) error {
	r := &refusal{}
	body, _ := readAll(response.Body, 64<<10)
	_ = json.Unmarshal(body, r) // a body that is none leaves the status
	r.Status = response.StatusCode
	if r.Status == http.StatusNotFound && r.Code == "" {
		r.Detail = "nothing of Burgee is there; check the address of the server"
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.RetryAfter = time.Duration(min(seconds, 3600)) * time.Second
	}
	return r
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", limit)
	}
	return body, nil
}
