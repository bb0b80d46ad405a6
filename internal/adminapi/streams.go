package adminapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"burgee.dev/burgee/internal/httpkit"
)

// streamRoutes registers what is written by hand and attaches it to the
// document: the live stream, the export of the audit log and of a snapshot.
func (a *API) streamRoutes() {
	live := op("live", get, "/projects/{project}/live", tagLive, "Follow a project: hints to fetch again (server-sent events, heartbeat 15 s)", 404)
	a.stream(live, "text/event-stream", schemaOf[LiveEvent](a.huma.OpenAPI().Components.Schemas, "LiveEvent"), a.live)
	export := op("exportChanges", get, "/projects/{project}/changes/export", tagHistory, "Export the audit log, oldest first, one JSON object a line and the end last: burgee audit verify checks it on any machine; or as CSV, for a spreadsheet. With a filter only what fits it, as the list of changes has it, which cannot be verified", 404, 422)
	text := &huma.Schema{Type: "string"}
	export.Parameters = []*huma.Param{
		{Name: "format", In: "query", Schema: &huma.Schema{Type: "string", Enum: []any{"ndjson", "csv"}, Default: "ndjson"}},
		{Name: "environment", In: "query", Schema: text, Description: "only its changes"},
		{Name: "object", In: "query", Schema: text, Description: "a flag's, group's or experiment's key"},
		{Name: "kind", In: "query", Schema: text, Description: "as in the list of changes"},
		{Name: "actor", In: "query", Schema: text, Description: "the name as the log shows it"},
	}
	schemas := a.huma.OpenAPI().Components.Schemas
	a.stream(export, "application/x-ndjson", &huma.Schema{AnyOf: []*huma.Schema{
		schemaOf[AuditEntry](schemas, "AuditEntry"), schemaOf[AuditEnd](schemas, "AuditEnd"), schemaOf[Change](schemas, "Change"),
	}}, a.exportChanges)
	a.huma.OpenAPI().Paths[export.Path].Get.Responses["200"].Content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	snapshot := op("exportSnapshot", get, "/projects/{project}/environments/{environment}/snapshot", tagDocuments,
		"Export what programs of one environment get: signed lines, as they are served", 404)
	a.stream(snapshot, "application/x-ndjson", &huma.Schema{Type: "object", AdditionalProperties: true}, a.exportSnapshot)
}

// exportSnapshot writes the newest snapshot of an environment.
func (a *API) exportSnapshot(w http.ResponseWriter, r *http.Request) error {
	project, environment := r.PathValue("project"), r.PathValue("environment")
	if _, err := a.snapshot(r.Context(), project, environment); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, _ = w.Write(a.deps.Snapshots.Served(project, environment)) // a failed write means that the client has gone
	return nil
}

// stream registers a handler of net/http that may fail before its first byte.
func (a *API) stream(o huma.Operation, contentType string, schema *huma.Schema, handle func(http.ResponseWriter, *http.Request) error) {
	for _, name := range []string{"project", "environment"} {
		if strings.Contains(o.Path, "{"+name+"}") {
			o.Parameters = append(o.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
		}
	}
	o.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{contentType: {Schema: schema}},
	}}
	problem := &huma.Schema{Ref: "#/components/schemas/Problem"}
	statuses := []string{"401", "403", "404"}
	if slices.Contains(o.Errors, http.StatusUnprocessableEntity) {
		statuses = append(statuses, "422")
	}
	for _, status := range statuses {
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
