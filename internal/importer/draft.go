package importer

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// draft is the file being made.
type draft struct {
	environments
	file *document.File
	lost []Loss
	keys map[string]string // kind and their name → key here
	used map[string]bool   // kind and key here
}

func newDraft(o Options) (*draft, error) {
	e, err := newEnvironments(o.Environments)
	if err != nil {
		return nil, err
	}
	file := &document.File{Project: o.Project, Flags: map[string]document.Flag{}, TargetGroups: map[string]document.TargetGroup{}}
	return &draft{environments: e, file: file, keys: map[string]string{}, used: map[string]bool{}}, nil
}

// lose notes something that is not carried over.
func (d *draft) lose(object, format string, args ...any) {
	d.lost = append(d.lost, Loss{object, fmt.Sprintf(format, args...)})
}

// flagKey is a flag's key here. One that does not fit is changed, and that is said.
func (d *draft) flagKey(name string) string { return d.keyOf("flag", name) }

// groupKey is a target group's key here.
func (d *draft) groupKey(name string) string { return d.keyOf("target group", name) }

func (d *draft) keyOf(kind, name string) string {
	if key, known := d.keys[kind+" "+name]; known {
		return key
	}
	key := fit(name)
	for n := 2; d.used[kind+" "+key]; n++ {
		key = cut(fit(name), ruleset.MaxKeyBytes-4) + "-" + strconv.Itoa(n)
	}
	d.keys[kind+" "+name], d.used[kind+" "+key] = key, true
	if key != name {
		d.lose(name, "the %s is called %s here: keys are letters, digits and ._-, at most %d", kind, key, ruleset.MaxKeyBytes)
	}
	return key
}

func validKey(s string) bool { return ruleset.ValidKey(s) && s != document.Code && s != document.Next }

// fit makes a key of any name.
func fit(name string) string { return cmp.Or(slug(name), "unnamed") }

// slug makes a key of a name, what does not fit becoming a dash, or nothing where there
// is nothing in it that fits.
func slug(name string) string {
	if validKey(name) {
		return name
	}
	var b strings.Builder
	dash := false
	for _, r := range name {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || b.Len() > 0 && strings.ContainsRune("._", r)
		if !plain {
			dash = b.Len() > 0
			continue
		}
		if dash {
			b.WriteByte('-')
		}
		dash = false
		b.WriteRune(r)
	}
	key := cut(b.String(), ruleset.MaxKeyBytes)
	if !validKey(key) {
		return ""
	}
	return key
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}

// clip is a text that fits into a name or description, and whether it was too long.
func clip(s string) (string, bool) {
	const most = 4_096
	if len(s) <= most {
		return s, false
	}
	return strings.ToValidUTF8(s[:most], ""), true
}

// describe sets a flag's description, cut where it is too long.
func (d *draft) describe(object string, f *document.Flag, words ...string) {
	var said []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" && w != object {
			said = append(said, w)
		}
	}
	if len(said) == 0 {
		return
	}
	short, long := clip(strings.Join(said, ": "))
	if long {
		d.lose(object, "the end of its description, which was longer than fits")
	}
	f.Description = &short
}
