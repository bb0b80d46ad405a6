package adminapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// Problem is the body of every error: RFC 9457 with a code for programs and
// the fields at fault.
type Problem struct {
	Type      string           `json:"type" doc:"about:blank"`
	Title     string           `json:"title" doc:"the status in words"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail" doc:"what went wrong, why, and what to do"`
	Code      string           `json:"code" doc:"stable, for programs"`
	Errors    []fault.Field    `json:"errors,omitempty" doc:"the fields at fault"`
	Meanwhile *fault.Meanwhile `json:"meanwhile,omitempty" doc:"the change that somebody else made first, of answers 409 and 412 that are about one"`
	RequestID string           `json:"requestId,omitempty" doc:"names the request in the server's log"`

	header http.Header
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (*Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header { return p.header }

// useProblems makes huma answer with Problem. It sets package variables of
// huma, hence once.
var useProblems = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	// encoding/json takes "KIND" for "kind" too, and the last one wins: what is
	// checked must be what is read.
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return newProblem("", status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return newProblem(httpkit.RequestID(ctx.Context()), status, message, errs)
	}
})

// problem turns an error of a handler into the answer, and leaves the error
// itself to the access log.
func problem(ctx context.Context, err error) error {
	httpkit.Note(ctx, err)
	p := httpkit.ProblemOf(err, httpkit.RequestID(ctx))
	answer := &Problem{
		Type: p.Type, Title: p.Title, Status: p.Status, Detail: p.Detail, Code: p.Code, Errors: p.Errors, Meanwhile: p.Meanwhile, RequestID: p.RequestID,
	}
	if p.Code == account.CodeLinkUsed || p.Code == account.CodeSignInOver {
		answer.Status, answer.Title = http.StatusGone, http.StatusText(http.StatusGone)
	}
	answer.header = http.Header{}
	httpkit.SetRetryAfter(answer.header, err)
	if p.Status == http.StatusUnauthorized {
		answer.header.Set("WWW-Authenticate", `Bearer realm="burgee"`)
	}
	return answer
}

// newProblem words an error that huma found before a handler ran.
func newProblem(requestID string, status int, message string, errs []error) *Problem {
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: message,
		Code: codeOf(status), RequestID: requestID,
	}
	for _, err := range errs {
		if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			p.Errors = append(p.Errors, fieldOf(detail))
			continue
		}
		if err != nil {
			p.Errors = append(p.Errors, fault.Field{Message: err.Error()})
		}
	}
	switch {
	case message == "validation failed" && len(p.Errors) > 0:
		p.Detail = "The request is not valid. " + inWords(p.Errors)
	case message == "request body is required":
		p.Detail, p.Code = "The request has no body; send JSON", "body_empty"
	}
	return p
}

// fieldOf words what huma found wrong.
func fieldOf(detail *huma.ErrorDetail) fault.Field {
	field := fault.Field{Field: fieldName(detail.Location), Message: detail.Message}
	if rest, ok := strings.CutPrefix(detail.Message, "expected required property "); ok {
		name := strings.TrimSuffix(rest, " to be present")
		return fault.Field{Field: strings.TrimPrefix(field.Field+"."+name, "."), Message: "is missing"}
	}
	switch {
	case detail.Message == "unexpected property":
		field.Message = "is not known here"
	case detail.Message == "expected length >= 1":
		field.Message = "must not be empty"
	case detail.Message == "invalid boolean":
		field.Message = "must be true or false"
	case strings.HasPrefix(detail.Message, "required "):
		field.Message = "is missing"
	case strings.HasPrefix(detail.Message, "expected value to be "):
		field.Message = "must be " + strings.TrimPrefix(detail.Message, "expected value to be ")
	case strings.HasPrefix(detail.Message, "expected "):
		field.Message = "must be " + strings.TrimPrefix(detail.Message, "expected ")
	}
	return field
}

func inWords(fields []fault.Field) string {
	words := make([]string, 0, len(fields))
	for _, f := range fields {
		if f.Field == "" {
			words = append(words, f.Message)
			continue
		}
		words = append(words, f.Field+": "+f.Message)
	}
	return strings.Join(words, "; ")
}

// fieldName turns huma's place into the field as the user wrote it.
func fieldName(location string) string {
	for _, prefix := range []string{"body.", "query.", "path.", "header."} {
		if rest, ok := strings.CutPrefix(location, prefix); ok {
			return rest
		}
	}
	return strings.TrimPrefix(location, "body")
}

func codeOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return "invalid"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusInternalServerError:
		return "internal"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}
