package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"burgee.dev/burgee/internal/httpkit"
)

// requestPatience is how long a request that ends may take.
const requestPatience = 20 * time.Second

// maxAnswer bounds what is read of an answer that is no stream.
const maxAnswer = 1 << 20

// upstream is the server, or relay, that this one takes from. It is safe for
// concurrent use.
type upstream struct {
	base   string
	token  string
	header http.Header // who calls
	client *http.Client
}

// newUpstream returns an upstream. Redirects are answers: a token goes where it
// was meant to go and nowhere else.
func newUpstream(base, token, version string) *upstream {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = requestPatience
	transport.MaxIdleConnsPerHost = senders
	header := http.Header{}
	header.Set("User-Agent", "burgee-relay/"+version)
	header.Set("Burgee-Sdk", "relay/"+version)
	return &upstream{
		base: base, token: token, header: header,
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// place is an environment as upstream names it.
type place struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
}

func (p place) String() string { return p.Project + "/" + p.Environment }

func (p place) query() string {
	return "?" + url.Values{"project": {p.Project}, "environment": {p.Environment}}.Encode()
}

// refusal is an answer that is no success.
type refusal struct {
	status     int
	retryAfter time.Duration
	detail     string
}

func (r *refusal) Error() string { return fmt.Sprintf("upstream answers %d: %s", r.status, r.detail) }

// tokenRefused says whether err is about the token, so that trying again soon is
// no use.
func tokenRefused(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden)
}

// retryAfter is what upstream asks for, or 0.
func retryAfter(err error) time.Duration {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.retryAfter
	}
	return 0
}

// list asks which environments the token opens.
func (u *upstream) list(ctx context.Context) ([]place, error) {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	answer, err := u.ask(ctx, "/sdk/v1/environments", nil)
	if err != nil {
		return nil, err
	}
	defer drop(answer)
	var body struct {
		Environments []place `json:"environments"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&body); err != nil {
		return nil, fmt.Errorf("the list of environments cannot be read; is the address the one of a Burgee server? %w", err)
	}
	return body.Environments, nil
}

// stream opens the stream of an environment. The caller closes it.
func (u *upstream) stream(ctx context.Context, p place, lastEventID string) (io.ReadCloser, error) {
	header := http.Header{"Accept": {"text/event-stream"}, "Burgee-Delta": {"1"}}
	if lastEventID != "" {
		header.Set("Last-Event-ID", lastEventID)
	}
	answer, err := u.ask(ctx, "/sdk/v1/stream"+p.query(), header)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

// ask sends a GET with the relay's own token.
func (u *upstream) ask(ctx context.Context, path string, more http.Header) (*http.Response, error) {
	header := u.own()
	for name, values := range more {
		header[name] = values
	}
	return u.send(ctx, http.MethodGet, path, header, nil)
}

// own is the header of what the relay sends for itself.
func (u *upstream) own() http.Header {
	header := u.header.Clone()
	header.Set("Authorization", "Bearer "+u.token)
	return header
}

// send sends one request; an answer that is no success is a *refusal.
func (u *upstream) send(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = header
	answer, err := u.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 200 && answer.StatusCode < 300 {
		return answer, nil
	}
	defer drop(answer)
	return nil, refusalOf(answer)
}

func refusalOf(answer *http.Response) *refusal {
	r := &refusal{status: answer.StatusCode, detail: http.StatusText(answer.StatusCode)}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.retryAfter = min(time.Duration(seconds)*time.Second, time.Hour)
	}
	var problem httpkit.Problem
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&problem); err == nil && problem.Detail != "" {
		r.detail = problem.Detail
	} else if r.status < http.StatusInternalServerError { // a Burgee always says why
		r.detail += "; is the address the one of a Burgee server?"
	}
	return r
}

// drop reads an answer to its end, within reason, so that its connection can be
// used again.
func drop(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	_ = answer.Body.Close()
}

// pass sends a request of a program and returns whatever is answered, but for
// upstream being out of order.
func (u *upstream) pass(ctx context.Context, path string, header http.Header, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = header
	answer, err := u.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < 300 || answer.StatusCode >= 400 && answer.StatusCode < 500 {
		return answer, nil
	}
	defer drop(answer)
	return nil, refusalOf(answer)
}
