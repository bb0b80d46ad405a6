package apiclient

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/once"
)

// maxAnswer bounds what is read of an answer: an export is the largest.
const maxAnswer = 64 << 20

// Client talks to one server with one API token. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client of the server at an address such as
// http://127.0.0.1:7878. It makes no request.
func New(address, token string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "url_malformed",
			"%q is no address of a server; write one such as http://127.0.0.1:7878 with --url or BURGEE_URL", address)
	}
	if err := checkToken(token); err != nil {
		return nil, err
	}
	return &Client{
		base:  strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"),
		token: token,
		http:  &http.Client{Timeout: time.Minute, CheckRedirect: noRedirects},
	}, nil
}

// noRedirects has a redirect be the answer: a change that is sent on would arrive as a
// question, and be taken for done.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// checkToken tells the usual mistakes apart before a request is made.
func checkToken(token string) error {
	switch {
	case token == "":
		return fault.New(fault.Unauthenticated, "token_missing",
			"no API token; run burgee login, or make one in the dashboard under Settings, Tokens, and pass it with --token or BURGEE_TOKEN")
	case strings.HasPrefix(token, "bgs_"), strings.HasPrefix(token, "bgc_"):
		return fault.New(fault.Unauthenticated, "key_not_token",
			"an SDK key (%s…) cannot be used here; pass an API token (bgp_…) with --token or BURGEE_TOKEN", token[:4])
	case !strings.HasPrefix(token, "bgp_"):
		return fault.New(fault.Unauthenticated, "token_malformed",
			"not a Burgee API token: it begins with bgp_; pass one with --token or BURGEE_TOKEN")
	}
	return nil
}

// call makes one request. A nil body sends none; a nil out ignores the answer.
func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	raw, err := c.raw(ctx, method, path, body)
	if err != nil || out == nil || len(raw) == 0 {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return c.strange(fmt.Errorf("decode %s %s: %w", method, path, err))
	}
	return nil
}

// raw makes one request and returns the answer's body.
func (c *Client) raw(ctx context.Context, method, path string, body any) ([]byte, error) {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	return c.send(ctx, request)
}

// send makes a request and returns the answer's body. One with a key is sent once
// more when its connection is lost: the server does it once.
func (c *Client) send(ctx context.Context, request *http.Request) ([]byte, error) {
	response, answer, err := c.exchange(request)
	if again := repetition(ctx, request, err); again != nil {
		response, answer, err = c.exchange(again)
	}
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if response.StatusCode >= 300 {
		return nil, c.problem(response, answer)
	}
	return answer, nil
}

// exchange sends a request and reads the whole answer.
func (c *Client) exchange(request *http.Request) (*http.Response, []byte, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response, answer, err
}

// repetition is a request with a key again, where it is not known whether the
// server has done it because the connection was lost; else nil.
func repetition(ctx context.Context, request *http.Request, err error) *http.Request {
	if err == nil || ctx.Err() != nil || request.Header.Get(once.Header) == "" || !lost(err) {
		return nil
	}
	again := request.Clone(ctx)
	if request.GetBody != nil {
		if again.Body, err = request.GetBody(); err != nil {
			return nil
		}
	}
	return again
}

// lost says whether a connection ended under a request. One that was never there,
// or a server that takes long, is something else.
func lost(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	timeout, ok := errors.AsType[net.Error](err)
	return !ok || !timeout.Timeout()
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(body); err != nil {
			return nil, fmt.Errorf("encode %s %s: %w", method, path, err)
		}
		reader = &b
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, reader)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
		if method == http.MethodPost {
			request.Header.Set(once.Header, rand.Text())
		}
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// unreachable is a request that found no server.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fault.Wrap(err, fault.Unavailable, "interrupted", "interrupted before %s answered", c.base)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fault.Wrap(err, fault.Unavailable, "server_slow", "%s did not answer in time; try again", c.base)
	}
	return fault.Wrap(err, fault.Unavailable, "server_unreachable",
		"cannot reach %s; start it with \"burgee serve\", or say where it is with --url or BURGEE_URL", c.base)
}

// strange is an answer that no Burgee server gives.
func (c *Client) strange(err error) error {
	return fault.Wrap(err, fault.Unavailable, "not_burgee",
		"%s does not answer like a Burgee server; check --url or BURGEE_URL", c.base)
}
