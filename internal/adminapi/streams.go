package adminapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/httpkit"
)

// streamRoutes registers what is written by hand and attaches it to the
// document: the live stream and the export of the audit log.
func (a *API) streamRoutes() {
	live := op("live", get, "/projects/{project}/live", tagLive, "Follow a project: hints to fetch again (server-sent events, heartbeat 15 s)", 404)
	a.stream(live, "text/event-stream", schemaOf[LiveEvent](a.huma.OpenAPI().Components.Schemas, "LiveEvent"), a.live)
	export := op("exportChanges", get, "/projects/{project}/changes/export", tagHistory, "Export the audit log, oldest first, one JSON object a line", 404)
	a.stream(export, "application/x-ndjson", schemaOf[Change](a.huma.OpenAPI().Components.Schemas, "Change"), a.exportChanges)
}

// stream registers a handler of net/http that may fail before its first byte.
func (a *API) stream(o huma.Operation, contentType string, schema *huma.Schema, handle func(http.ResponseWriter, *http.Request) error) {
	o.Parameters = []*huma.Param{{Name: "project", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}}}
	o.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{contentType: {Schema: schema}},
	}}
	problem := &huma.Schema{Ref: "#/components/schemas/Problem"}
	for _, status := range []string{"401", "403", "404"} {
		o.Responses[status] = &huma.Response{
			Description: "an error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
		}
	}
	a.huma.OpenAPI().AddOperation(&o)
	a.mux.HandleFunc(o.Method+" "+o.Path, func(w http.ResponseWriter, r *http.Request) {
		c := a.callerFrom(r)
		if c.err != nil {
			httpkit.WriteProblem(w, r, c.err)
			return
		}
		if err := handle(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c))); err != nil {
			httpkit.WriteProblem(w, r, err)
		}
	})
}
