package httpkit

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
)

type shop struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Tags  []string `json:"tags"`
}

func TestDecodeSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, tt := range []struct {
		name, body, code, says string
		kind                   fault.Kind
	}{
		{"an empty body", " \n", "body_empty", "empty", fault.Invalid},
		{"a missing value", "{\n  \"name\": ,\n}", "json_malformed", "line 2, column 11", fault.Invalid},
		{"a cut body", `{"name": "x"`, "json_malformed", "ends too early", fault.Invalid},
		{"text behind the value", `{"name":"x"} x`, "json_malformed", "line 1, column 14", fault.Invalid},
		{"two values", `{"name":"x"}{"name":"y"}`, "json_malformed", "after the end", fault.Invalid},
		{"a wrong type", `{"count":"many"}`, "json_type", "count must be a whole number, not string", fault.Invalid},
		{"a fraction", `{"count":1.5}`, "json_type", "count must be a whole number, not 1.5", fault.Invalid},
		{"a list where a string belongs", `{"name":[1]}`, "json_type", "name must be a string, not array", fault.Invalid},
		{"a field nobody knows", `{"nmae":"x"}`, "json_unknown_field", `"nmae"`, fault.Invalid},
		{"text that is not UTF-8", "{\"name\":\"\xff\"}", "json_malformed", "UTF-8", fault.Invalid},
		{"a body over the limit", `{"name":"` + strings.Repeat("x", MaxBody) + `"}`, "body_too_large", "over 1 MB", fault.TooLarge},
		{"33 levels", strings.Repeat("[", 33) + strings.Repeat("]", 33), "json_too_deep", "32 levels", fault.Invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
			err := Decode(r, &shop{}, Limits{})
			f := fault.As(err)
			if err == nil || f.Code != tt.code || f.Kind != tt.kind || !strings.Contains(f.Error(), tt.says) {
				t.Errorf("got %v (%s), want %s that says %q", err, f.Code, tt.code, tt.says)
			}
		})
	}
}

func TestABodyOfTooManyValuesIsRefusedBeforeItIsDecoded(t *testing.T) {
	for body, values := range map[string]int{`[{"a":",{["},{}]`: 4, `[1,2,3]`: 3, `"a,b,c"`: 0} {
		for most := max(1, values-1); most <= values+1; most++ {
			var v any
			err := DecodeBytes([]byte(body), &v, Limits{Values: most})
			if refused := fault.IsKind(err, fault.TooLarge); refused != (values > most) || (err != nil) != refused {
				t.Errorf("%s with at most %d values: %v", body, most, err)
			}
		}
	}
}

func TestWhoSendsTooMuchHearsSo(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := ReadBody(r, Limits{Body: 8 << 20})
		WriteProblem(w, r, err)
	}))
	defer server.Close()
	body := make([]byte, 15<<20)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		t.Fatalf("cut off while sending: %v", err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestANumberBeyondAllNumbersIsSaidToBe(t *testing.T) {
	var v any
	f := fault.As(DecodeBytes([]byte(`{"share":1e999}`), &v, Limits{}))
	if f == nil || f.Message != "body holds 1e999, which is larger than a number can be" || len(f.Fields) != 1 || f.Fields[0].Message != "1e999 is larger than a number can be" {
		t.Errorf("got %+v", f)
	}
}

func TestDecodeReadsWhatIsWithinTheLimits(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		limits     Limits
		gzip       bool
	}{
		{"a plain body", ` {"name":"a]}\"[{","count":3,"tags":["x"]} ` + "\n", Limits{}, false},
		{"an unknown field that is allowed", `{"name":"a]}\"[{","count":3,"tags":["x"],"new":{}}`, Limits{AllowUnknown: true}, false},
		{"a compressed body that is allowed", `{"name":"a]}\"[{","count":3,"tags":["x"]}`, Limits{Inflated: 1000}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := []byte(tt.body)
			if tt.gzip {
				body = zipped(t, body)
			}
			r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
			if tt.gzip {
				r.Header.Set("Content-Encoding", "gzip")
			}
			var got shop
			if err := Decode(r, &got, tt.limits); err != nil {
				t.Fatal(err)
			}
			if got.Name != `a]}"[{` || got.Count != 3 || len(got.Tags) != 1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestACompressedBodyCannotGrowPastItsCap(t *testing.T) {
	bomb := zipped(t, bytes.Repeat([]byte(" "), 11<<20))
	if len(bomb) > MaxBody {
		t.Fatalf("the bomb has %d bytes; the test needs a small one", len(bomb))
	}
	r := httptest.NewRequest("POST", "/", bytes.NewReader(bomb))
	r.Header.Set("Content-Encoding", "gzip")
	_, err := ReadBody(r, Limits{Inflated: 10 << 20})
	if f := fault.As(err); f.Kind != fault.TooLarge || !strings.Contains(f.Message, "10 MB") {
		t.Errorf("got %v, want too large, naming 10 MB", err)
	}
}

func TestBodiesThatLieAboutTheirEncodingAreRefused(t *testing.T) {
	for name, encoding := range map[string]string{"not gzip": "gzip", "an encoding we do not read": "br"} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"x"}`))
			r.Header.Set("Content-Encoding", encoding)
			if _, err := ReadBody(r, Limits{Inflated: 100}); !fault.IsKind(err, fault.Invalid) {
				t.Errorf("got %v, want invalid", err)
			}
		})
	}
}

func FuzzDecodeBytes(f *testing.F) {
	for _, seed := range []string{`{"name":"x"}`, `[`, `{"a":{"b":[1,2,{"c":null}]}}`, "\"\\u0000\"", `1e999`, `{"name":1} 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v any
		err := DecodeBytes(data, &v, Limits{})
		if err == nil && !json.Valid(data) {
			t.Errorf("took %q, which is not JSON", data)
		}
		if err != nil && !fault.IsKind(err, fault.Invalid) {
			t.Errorf("%q: %v is not a fault of the caller", data, err)
		}
	})
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
