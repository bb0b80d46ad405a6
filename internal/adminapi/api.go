package adminapi

import (
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/once"
)

const (
	// maxBody is the largest body the management API reads.
	maxBody = 1 << 20
	// maxFile is the largest one that holds a file: what a full project exports
	// must be one that it takes back.
	maxFile = 8 << 20
)

// API is the management API.
type API struct {
	deps Deps
	huma huma.API
	mux  *http.ServeMux

	limiter *httpkit.Limiter[string]
	keeper  *once.Keeper
}

// Register puts the API's routes on a mux. It starts nothing.
func Register(mux *http.ServeMux, deps Deps) *API {
	useProblems()
	a := &API{deps: deps, mux: mux, limiter: httpkit.NewLimiter[string](callRate, callBurst, time.Now), keeper: once.NewKeeper(deps.Once, deps.Clock)}
	a.huma = humago.New(mux, config(deps.Version))
	a.huma.UseMiddleware(a.identify)
	a.routes()
	return a
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("Burgee management API", version)
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.OpenAPIPath = "/api/openapi"
	c.DocsPath = ""     // its page would load scripts from another host
	c.SchemasPath = ""  // bodies bear no $schema
	c.CreateHooks = nil // idem
	c.Info.Description = "Feature management that you own. Times are milliseconds since 1970. " +
		"Errors are application/problem+json with a code for programs and the fields at fault. " +
		"Each token, each member in the dashboard, and each address without either may send 100 requests a second and 2000 at once, " +
		"on each node; RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset (seconds) of every answer say what is left, and beyond it comes 429 with Retry-After. " +
		"A POST that has the parameter Idempotency-Key is done once for each key: sent again within 24 hours it is answered as before, with Idempotency-Replayed: true, " +
		"or with 409 already_done where that answer is not kept."
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-burgee",
			Description: "the sign-in session; over plain http the cookie is named burgee"},
		"token": {Type: "http", Scheme: "bearer", Description: "an API token, bgp_…"},
	}
	return c
}

// OpenAPI returns the OpenAPI 3.1 document.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

func exported(o huma.Operation) huma.Operation {
	o.Responses = map[string]*huma.Response{"200": {
		Description: "the document",
		Content: map[string]*huma.MediaType{
			"application/yaml": {Schema: &huma.Schema{Ref: "#/components/schemas/Document"}},
			"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/Document"}},
		},
	}}
	return o
}

// schemaName names the types as TypeScript shall know them.
func schemaName(t reflect.Type, hint string) string {
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "Shape")
}
