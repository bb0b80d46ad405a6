package ofrep

import (
	"bytes"
	"maps"
	"net/http"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
)

// maxClientBody is the most that a browser or an app may send.
const maxClientBody = 16 << 10

// The attributes that mean something here.
const (
	targetingKey = "targetingKey"
	contextToken = "contextToken"
)

// readContext reads the body of a request. Providers differ in what they leave
// out: no body, no context and no targeting key all mean an empty context.
func readContext(r *http.Request, client bool) (map[string]any, error) {
	// Any text: a context is evaluated as in a program, and stored nowhere.
	limits := httpkit.Limits{AllowUnknown: true, AllowEmpty: true, AnyText: true}
	if client {
		limits.Body = maxClientBody
	}
	body, err := httpkit.ReadBody(r, limits)
	if err != nil {
		return nil, err
	}
	return parseContext(body, limits)
}

func parseContext(body []byte, limits httpkit.Limits) (map[string]any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	request, ok := quickly(body)
	if !ok {
		var err error
		if request, err = thoroughly(body, limits); err != nil {
			return nil, err
		}
	}
	if request["context"] == nil {
		return nil, nil
	}
	context, ok := request["context"].(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, codeInvalidContext, "context must be an object of attributes")
	}
	if key := context[targetingKey]; key != nil {
		if _, ok := key.(string); !ok {
			return nil, fault.New(fault.Invalid, codeInvalidContext, "context.targetingKey must be a string; put a number in quotes")
		}
	}
	return context, nil
}

// thoroughly reads any body, and says what is wrong with one that is no object. A
// null is an empty request.
func thoroughly(body []byte, limits httpkit.Limits) (map[string]any, error) {
	var whole any
	if err := httpkit.DecodeBytes(body, &whole, limits); err != nil {
		return nil, err
	}
	if whole == nil {
		return nil, nil
	}
	request, ok := whole.(map[string]any)
	if !ok {
		return nil, fault.New(fault.Invalid, "json_type", `The body must be an object such as {"context":{"targetingKey":"user-1"}}`)
	}
	return request, nil
}

// trusted puts what a context token says in the place of what a page says. With a
// key that takes signed contexts only, nothing else counts.
func (a *API) trusted(r *http.Request, pass *gate.Pass, said map[string]any) (map[string]any, error) {
	signedOnly := pass.Key.Kind == delivery.SignedClientKey
	token, given := said[contextToken]
	if !given || token == nil {
		if signedOnly {
			return nil, fault.New(fault.Invalid, codeInvalidContext,
				"This client key takes signed contexts only: send the attribute %s, which a service with the server key makes", contextToken)
		}
		return said, nil
	}
	text, ok := token.(string)
	if !ok {
		return nil, fault.New(fault.Invalid, codeInvalidContext, "context.%s must be a string", contextToken)
	}
	signed, err := a.gate.SignedContext(r, secretOf(r), pass, text)
	if fault.IsKind(err, fault.Unavailable) {
		return nil, err // nothing is wrong with the token; this node does not know every key yet
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, codeInvalidContext, "%s", fault.As(err).Message)
	}
	// A provider keeps values by the key that the page says.
	key, _ := said[targetingKey].(string)
	if whose, _ := signed[targetingKey].(string); key != "" && whose != "" && key != whose {
		return nil, fault.New(fault.Invalid, codeInvalidContext,
			"context.targetingKey is %q, and the context token is of another: get a token for who it is now", clip(key))
	}
	if signedOnly {
		return signed, nil
	}
	delete(said, contextToken)
	maps.Copy(said, signed)
	return said, nil
}
