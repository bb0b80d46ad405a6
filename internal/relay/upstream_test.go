package relay

import (
	"net/http/httptest"
	"testing"
)

// What answers at a wrong address is no Burgee, and says nothing that helps.
func TestAnAnswerOfSomethingElseAsksForTheAddress(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{404, "404 page not found\n", "upstream answers 404: Not Found; is the address the one of a Burgee server?"},
		{301, "", "upstream answers 301: Moved Permanently; is the address the one of a Burgee server?"},
		{502, "bad gateway", "upstream answers 502: Bad Gateway"},
		{401, `{"detail":"it was revoked"}`, "upstream answers 401: it was revoked"},
	} {
		answer := httptest.NewRecorder()
		answer.WriteHeader(c.status)
		_, _ = answer.WriteString(c.body)
		if got := refusalOf(answer.Result()).Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
