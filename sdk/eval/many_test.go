package eval_test

import (
	"fmt"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// list is n elements, the i-th as format writes it.
func list(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i+1)))
	}
	return "[" + b.String() + "]"
}

// A result numbers in 16 bits: what is more is refused, and the most there may be
// is served.
func TestMoreThanAResultCanNumberIsMalformed(t *testing.T) {
	const most = ruleset.MaxNumbered
	split := func(cells int) string {
		return `{"seed":"s","unit":"u","table":` + strings.TrimSuffix(list(cells-1, "[#,0]"), "]") + `,[1000000,1]]}`
	}
	parts := func(variations, rules, def string) string {
		return `{"burgee":1,"environment":"e","epoch":1,"revision":1,"hash":"p32","root":""}` + "\n" +
			`{"flag":"f","type":"integer","enabled":true,"variations":` + variations + `,"rules":` + rules + `,"default":` + def + `}`
	}
	two := `[["a",1],["b",2]]`
	arms := func(n int) string {
		return fmt.Sprintf(`[{"experiment":"x","arms":%s,"serve":{"seed":"s","unit":"u","table":[[1,0,0],[1000000,1,%d]]}}]`, list(n, `"#"`), n-1)
	}
	for name, make := range map[string]func(n int) string{
		"cells":      func(n int) string { return parts(two, "[]", split(n)) },
		"variations": func(n int) string { return parts(list(n, `["v#",#]`), "[]", fmt.Sprintf(`{"variation":%d}`, n-1)) },
		"rules": func(n int) string {
			return parts(two, strings.TrimSuffix(list(n-1, `{"when":{"any":[]},"serve":{"variation":0}}`), "]")+`,{"serve":{"variation":1}}]`, `{"variation":0}`)
		},
		"arms": func(n int) string { return parts(two, arms(n), `{"variation":0}`) },
	} {
		for n, reason := range map[int]string{most: "", most + 1: "ERROR"} {
			set, err := ruleset.Parse([]byte(make(n)))
			if err != nil {
				t.Fatal(err)
			}
			d := eval.Compile(set).Detail("f", eval.NewContext(map[string]any{"u": "somebody"}), 0)
			if (d.Reason == "ERROR") != (reason == "ERROR") || reason == "" && !d.Served() {
				t.Errorf("%d %s: %s %v", n, name, d.Reason, d.Error)
			}
		}
	}
}
