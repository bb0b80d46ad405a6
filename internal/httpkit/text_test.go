package httpkit

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf16"

	"burgee.dev/burgee/internal/fault"
)

func TestABadTextIsFoundWithItsPath(t *testing.T) {
	for value, want := range map[string]string{
		`"a\u0000"`:                              "body",
		`{"a":1,"b":{"c":["x",{"d":"\u0000"}]}}`: "b.c[1].d",
		`[[],{},"\\\u0000"]`:                     "[2]",
		`{"a":"\ud800"}`:                         "a",
		`{"a":"\uDFFFx"}`:                        "a",
		`{"a":"\ud83d\ud83d\ude00"}`:             "a",
		`{"a":"\ud83d\u0041"}`:                   "a",
		`{"a":{"k\u0000":1}}`:                    "a.k\ufffd",
		`{ "a" : [ true , null, "\u0000" ] }`:    "a[2]",
	} {
		var v any
		err := DecodeBytes([]byte(value), &v, Limits{})
		f := fault.As(err)
		if f.Kind != fault.Invalid || f.Code != "text_invalid" || len(f.Fields) != 1 || f.Fields[0].Field != want {
			t.Errorf("%s: %v at %+v, want %s", value, err, f.Fields, want)
		}
		if err := DecodeBytes([]byte(value), &v, Limits{AnyText: true}); err != nil {
			t.Errorf("%s, any text: %v", value, err)
		}
	}
	for _, value := range []string{`"\\u0000"`, `{"a":"\ud83d\ude00 \u00e9 \\ud800"}`, `"\u0001"`, `"\u000a"`, `""`, `{"\\":"\\"}`} {
		var v any
		if err := DecodeBytes([]byte(value), &v, Limits{}); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// FuzzBadText compares with what the decoder makes of each string.
func FuzzBadText(f *testing.F) {
	for _, seed := range []string{`{"a":["\u0000"]}`, `"\ud800"`, `"\\u0000"`, `["\ud83d\ude00",1e3]`, `{"\ud800":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var value any
		if json.Unmarshal(data, &value) != nil || strings.ContainsRune(string(data), '\ufffd') {
			return
		}
		// An escape of U+FFFD itself is the one other way to that character.
		if strings.Contains(strings.ToLower(string(data)), `\ufffd`) {
			return
		}
		bad := false
		eachText(value, func(s string) { bad = bad || strings.ContainsAny(s, "\x00\ufffd") })
		if _, why := BadText(data); (why != "") != bad {
			t.Errorf("%q: %q, and the decoder makes %q", data, why, value)
		}
	})
}

func eachText(value any, visit func(string)) {
	switch v := value.(type) {
	case string:
		visit(v)
	case []any:
		for _, item := range v {
			eachText(item, visit)
		}
	case map[string]any:
		for key, item := range v {
			visit(key)
			eachText(item, visit)
		}
	}
}

func TestAnEscapeIsReadAsOneCharacter(t *testing.T) {
	for text, want := range map[string]rune{`\u0041`: 'A', `\uD83Dx`: 0xd83d, `\u12`: -1, `x`: -1, ``: -1} {
		if got := escaped([]byte(text)); got != want {
			t.Errorf("%s: %x", text, got)
		}
	}
	if !utf16.IsSurrogate(escaped([]byte(`\udfff`))) {
		t.Error("no surrogate")
	}
}

func TestAnAddressThatIsNoTextIsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"/api/v1/projects/a%00b": "path", "/api/%ff": "path", "/api?q=%00": "query.q", "/api?a=1&q=x%ff": "query.q", "/api?%00=1": "query",
	} {
		f := fault.As(CheckAddress(httptest.NewRequest("GET", address, nil)))
		if f == nil || f.Kind != fault.Invalid || f.Fields[0].Field != want {
			t.Errorf("%s: %v", address, f)
		}
	}
	if err := CheckAddress(httptest.NewRequest("GET", "/api/%C3%A9?q=%20%C3%A9&%zz", nil)); err != nil {
		t.Error(err)
	}
}
