package gate

import (
	"net/http/httptest"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/presence"
)

func TestAMaskShowsTooLittleToUseAKey(t *testing.T) {
	for _, tt := range []struct{ name, secret, want string }{
		{"a key", "bgs_AbCd4567890123456789012345678901wxyz", "bgs_AbCd…wxyz"},
		{"no key", "", ""},
		{"a cut key", "bgs_AbCdEfGh", "bgs_…"},
		{"somebody's password", "hunter2", "hunt…"},
		{"a short word", "abc", "ab…"},
		{"bytes that are no text", "\xff\xff\xff\xff\xff", "�…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Mask(tt.secret); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestACallerIsKnownByItsOwnHeadersOrItsUserAgent(t *testing.T) {
	for _, tt := range []struct {
		name    string
		headers map[string]string
		want    presence.Caller
	}{
		{"curl", map[string]string{"User-Agent": "curl/8.5.0"}, presence.Caller{Application: "curl", Version: "8.5.0"}},
		{"a browser", map[string]string{"User-Agent": "Mozilla/5.0 (X11; Linux) Gecko"}, presence.Caller{Application: "Mozilla", Version: "5.0"}},
		{"an SDK", map[string]string{"User-Agent": "python-urllib/3", "Burgee-Application": "Kalender%20%C3%BC",
			"Burgee-Platform": "python 3.11.7 linux", "Burgee-Instance": "i%0A1"},
			presence.Caller{Application: "Kalender ü", Platform: "python 3.11.7 linux", Instance: "i1"}},
		{"a wrong escape is kept as it is", map[string]string{"User-Agent": "", "Burgee-Application": "100%"}, presence.Caller{Application: "100%"}},
		{"a long name is cut", map[string]string{"Burgee-Application": strings.Repeat("x", 300)}, presence.Caller{Application: strings.Repeat("x", 200)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", nil)
			for name, value := range tt.headers {
				r.Header.Set(name, value)
			}
			tt.want.Address = "192.0.2.1"
			if got := CallerOf(r); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
