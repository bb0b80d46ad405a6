package ofrep

import (
	"bytes"
	"net/http"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// maxClientBody is the most that a browser or an app may send.
const maxClientBody = 16 << 10

const targetingKey = "targetingKey"

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
