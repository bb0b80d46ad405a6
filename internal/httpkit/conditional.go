package httpkit

import (
	"net/http"
	"strconv"
	"strings"
)

// MatchesETag says whether the If-None-Match of r names etag, which is quoted.
// A weak spelling matches too: what sits between may have weakened it.
func MatchesETag(r *http.Request, etag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for candidate := range strings.SplitSeq(header, ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == etag || candidate == "*" {
				return true
			}
		}
	}
	return false
}

// AcceptsGzip says whether the client takes a gzip body.
func AcceptsGzip(r *http.Request) bool {
	for _, header := range r.Header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(coding, ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			_, weight, weighted := strings.Cut(params, "q=")
			q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
			return !weighted || err != nil || q > 0
		}
	}
	return false
}
