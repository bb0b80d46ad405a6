package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Eraser takes an identifier out of stored objects and of what people wrote, and
// puts a placeholder in its place. In structured fields only whole values count,
// in text whole words.
type Eraser struct {
	unit, placeholder string
}

// NewEraser returns an eraser of an identifier, which is not empty.
func NewEraser(unit, placeholder string) Eraser { return Eraser{unit, placeholder} }

// Unit is the identifier.
func (e Eraser) Unit() string { return e.unit }

// Placeholder is what stands where the identifier was.
func (e Eraser) Placeholder() string { return e.placeholder }

// noAddress stands where an address was: it is nobody's.
const noAddress = "255.255.255.255"

// Erased is what an eraser made of an object.
type Erased struct {
	Object json.RawMessage // as it was where nothing was found
	Places []string        // where the identifier was, as paths in the object
	Kept   []string        // where it still is: in values that programs get and in patterns
}

// Found says whether the identifier was in a place from which it is taken.
func (e Erased) Found() bool { return len(e.Places) > 0 }

// Past erases from an object as the record keeps it: a placeholder stands where
// the identifier was, so that what was changed can still be read. Raw is in the
// form that changes have; nil stays nil.
func (e Eraser) Past(kind Kind, raw json.RawMessage) (Erased, error) {
	return e.object(kind, raw, false)
}

// Present erases from an object as it counts now, or as somebody proposes it: as
// Past, but lists of targets and of members lose the identifier without a trace.
// Nobody but who it named gets anything else by it.
func (e Eraser) Present(kind Kind, raw json.RawMessage) (Erased, error) {
	return e.object(kind, raw, true)
}

func (e Eraser) object(kind Kind, raw json.RawMessage, present bool) (Erased, error) {
	if raw == nil || !e.MayHold(raw) {
		return Erased{Object: raw}, nil
	}
	docs, bad := readJSON(raw)
	if bad != nil || len(docs) != 1 {
		return Erased{Object: raw}, fmt.Errorf("document: an object of kind %s is no JSON", kind)
	}
	w := &erasing{Eraser: e, present: present}
	switch kind {
	case FlagKind:
		w.flag("", docs[0])
	case ConfigurationKind:
		w.configuration("", docs[0])
	case TargetGroupKind:
		w.group(docs[0])
	case ExperimentKind:
		w.text("", docs[0], "description")
		w.condition("when", docs[0].get("when"))
	case AttributeKind:
		w.values("values", docs[0].get("values"), anyScalar, false)
	default:
		w.named("", docs[0])
	}
	if len(w.places) == 0 {
		return Erased{Object: raw, Kept: w.kept}, nil
	}
	return Erased{docs[0].json(), slices.Compact(w.places), slices.Compact(w.kept)}, nil
}

// MayHold is a quick look that finds every object with the identifier in it, and
// perhaps others.
func (e Eraser) MayHold(raw []byte) bool {
	needle := e.Needle()
	return needle == "" || bytes.Contains(bytes.ToLower(raw), []byte(strings.ToLower(needle)))
}

// Holds says whether the identifier is in any text of a JSON value.
func (e Eraser) Holds(raw []byte) bool {
	if !e.MayHold(raw) || e.Needle() != "" {
		return e.MayHold(raw)
	}
	docs, bad := readJSON(raw)
	return bad != nil || slices.ContainsFunc(docs, e.within)
}

func (e Eraser) within(n *node) bool {
	return strings.Contains(n.text, e.unit) || slices.ContainsFunc(n.items, e.within) ||
		slices.ContainsFunc(n.fields, func(f field) bool { return strings.Contains(f.key, e.unit) || e.within(f.value) })
}

// Needle is text that every stored object with the identifier in it has, in upper
// or lower case; empty where there is none, because JSON may write it in several
// ways.
func (e Eraser) Needle() string {
	for _, r := range e.unit {
		if r < ' ' || r >= utf8.RuneSelf || strings.ContainsRune(`"\/<>&'`, r) {
			return ""
		}
	}
	return e.unit
}

// Text erases whole words from what people wrote, and says whether there were
// any. A word goes on over @ . - and + where a letter or a digit follows.
func (e Eraser) Text(text string) (string, bool) {
	var out strings.Builder
	rest, from := text, 0
	for {
		at := strings.Index(rest[from:], e.unit)
		if at < 0 {
			break
		}
		at += from
		end := at + len(e.unit)
		if goesOn(reversed(rest[:at])) || goesOn(forward(rest[end:])) {
			_, size := utf8.DecodeRuneInString(rest[at:])
			from = at + size
			continue
		}
		out.WriteString(rest[:at])
		out.WriteString(e.placeholder)
		rest, from = rest[end:], 0
		if rest == "" {
			break
		}
	}
	if out.Len() == 0 {
		return text, false
	}
	out.WriteString(rest)
	return out.String(), true
}

// goesOn says whether a word goes on with the next characters.
func goesOn(next func() rune) bool {
	first := next()
	return wordly(first) || strings.ContainsRune("@.-+", first) && first != utf8.RuneError && wordly(next())
}

func wordly(r rune) bool {
	return r != utf8.RuneError && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// forward reads a text from its beginning; reversed, from its end. Both return
// utf8.RuneError where nothing is left.
func forward(text string) func() rune {
	return func() rune {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		return r
	}
}

func reversed(text string) func() rune {
	return func() rune {
		r, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		return r
	}
}

// erasing is an eraser at work on one object.
type erasing struct {
	Eraser
	present      bool
	places, kept []string
}

// flag erases from a flag's own fields.
func (w *erasing) flag(at string, n *node) {
	w.text(at, n, "description")
	w.text(at, n, "owner")
	w.text(at, n, "managedIn")
	w.texts(join(at, "tags"), n.get("tags"))
	if variations := n.get("variations"); variations != nil {
		for i, v := range variations.items {
			p := index(join(at, "variations"), i)
			w.text(p, v, "name")
			w.keeps(join(p, "value"), v.get("value"))
		}
	}
	if environments := n.get("environments"); environments != nil {
		for _, f := range environments.fields {
			w.configuration(join(join(at, "environments"), f.key), f.value)
		}
	}
}

func (w *erasing) configuration(at string, n *node) {
	w.targets(join(at, "targets"), n)
	if rules := n.get("rules"); rules != nil {
		for i, rule := range rules.items {
			p := index(join(at, "rules"), i)
			w.text(p, rule, "name")
			w.condition(join(p, "when"), rule.get("when"))
		}
	}
}

// targets erases from the targets of a configuration: by attribute, what each
// value of it is served.
func (w *erasing) targets(at string, configuration *node) {
	all := configuration.get("targets")
	if all == nil {
		return
	}
	for _, f := range all.fields {
		i := slices.IndexFunc(f.value.fields, func(target field) bool { return target.key == w.unit })
		if i < 0 {
			continue
		}
		w.places = append(w.places, join(at, f.key))
		if w.present {
			f.value.fields = slices.Delete(f.value.fields, i, i+1)
			continue
		}
		f.value.fields[i].key = w.placeholder
		slices.SortFunc(f.value.fields, func(a, b field) int { return strings.Compare(a.key, b.key) })
	}
	if w.present {
		all.fields = slices.DeleteFunc(all.fields, func(f field) bool { return len(f.value.fields) == 0 })
	}
}

func (w *erasing) group(n *node) {
	w.text("", n, "description")
	w.members("include", n.get("include"))
	w.members("exclude", n.get("exclude"))
	w.condition("when", n.get("when"))
}

func (w *erasing) members(at string, list *node) {
	if list == nil {
		return
	}
	is := func(n *node) bool { return n.text == w.unit }
	if !slices.ContainsFunc(list.items, is) {
		return
	}
	w.places = append(w.places, at)
	if w.present {
		list.items = slices.DeleteFunc(list.items, is)
		return
	}
	for _, n := range list.items {
		if is(n) {
			n.text = w.placeholder
		}
	}
}

func (w *erasing) condition(at string, n *node) {
	if n == nil {
		return
	}
	for _, f := range n.fields {
		p := join(at, f.key)
		switch f.key {
		case string(All), string(Any):
			for i, inner := range f.value.items {
				w.condition(index(p, i), inner)
			}
		case string(Not):
			w.condition(p, f.value)
		case string(Group), string(OnFlag):
		default:
			w.clause(p, f.value)
		}
	}
}

// clause erases from what is tested on an attribute. What is left tests as
// before, but for who the identifier named.
func (w *erasing) clause(at string, n *node) {
	if n.kind != mapKind {
		w.values(at, n, anyScalar, false)
		return
	}
	ignoreCase := n.get(ignoreCaseKey)
	for _, f := range n.fields {
		if spec, known := operators[f.key]; known {
			w.values(at, f.value, spec.class, ignoreCase != nil && ignoreCase.text == "true")
		}
	}
}

// values erases from the constants of a test, one or a list.
func (w *erasing) values(at string, n *node, class operandClass, ignoreCase bool) {
	if n == nil {
		return
	}
	items := []*node{n}
	if n.kind == listKind {
		items = n.items
	}
	for _, item := range items {
		switch {
		case !w.is(item, ignoreCase):
			w.keeps(at, item)
		case class == anyScalar, class == someText, class == aGlob, class == aPattern:
			w.places = append(w.places, at)
			*item = *textNode(w.placeholder)
		case class == anAddress:
			w.places = append(w.places, at)
			item.text = noAddress
		default:
			w.kept = append(w.kept, at)
		}
	}
}

// is says whether a constant is the identifier.
func (w *erasing) is(n *node, ignoreCase bool) bool {
	if n.kind != textKind && n.kind != numberKind {
		return false
	}
	return n.text == w.unit || ignoreCase && strings.EqualFold(n.text, w.unit)
}

// keeps notes that the identifier is in something that stays as it is.
func (w *erasing) keeps(at string, n *node) {
	if n == nil {
		return
	}
	if _, holds := w.Text(n.text); holds && n.scalar() {
		w.kept = append(w.kept, at)
	}
	for _, item := range n.items {
		w.keeps(at, item)
	}
	for _, f := range n.fields {
		if _, holds := w.Text(f.key); holds {
			w.kept = append(w.kept, at)
		}
		w.keeps(at, f.value)
	}
}

// text erases from a field that people write.
func (w *erasing) text(at string, n *node, key string) {
	if field := n.get(key); field != nil {
		w.words(join(at, key), field)
	}
}

func (w *erasing) words(at string, n *node) {
	if without, found := w.Text(n.text); found && n.kind == textKind {
		n.text = without
		w.places = append(w.places, at)
	}
}

func (w *erasing) texts(at string, list *node) {
	if list == nil {
		return
	}
	for _, item := range list.items {
		w.words(at, item)
	}
}

// named erases from the names of what is no part of a document, such as an
// environment or a change request.
func (w *erasing) named(at string, n *node) {
	for _, key := range []string{"name", "title", "description"} {
		w.text(at, n, key)
	}
}
