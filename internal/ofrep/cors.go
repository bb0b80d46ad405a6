package ofrep

import "net/http"

// Pages of any origin may ask: a client key is public, and no cookie counts here.
// What a page may not use is refused by the gate, with a reason that it may read.
func crossOrigin(h http.Header) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposed
}

var (
	anyOrigin = []string{"*"}
	exposed   = []string{"ETag, Retry-After, Burgee-Revision"}
)

// preflight answers what a browser asks before it lets a page ask.
func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	crossOrigin(h)
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, X-API-Key, Last-Event-ID, "+
		"Burgee-Application, Burgee-Application-Version")
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}
