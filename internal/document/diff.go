package document

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Diff lists the fields in which two objects differ, deepest first named by
// their paths. Items of a list that have an id or a name are compared with
// their namesakes, so that one rule put on top does not change all below it.
func Diff(before, after json.RawMessage) []FieldChange {
	return diff(nil, "", told(before), told(after))
}

// told is an object as a diff tells it: without the past of its splits.
func told(raw json.RawMessage) *node {
	n := optionalNode(raw)
	if n == nil || n.kind != mapKind {
		return n
	}
	n.drop(pastField)
	if rules := n.get("rules"); rules != nil {
		for _, rule := range rules.items {
			rule.drop(pastField)
		}
	}
	for i, f := range n.fields {
		if f.key != "default" || f.value.kind != mapKind {
			continue
		}
		f.value.drop(pastField)
		if serve := f.value.get("serve"); serve != nil && serve.scalar() && len(f.value.fields) == 1 {
			n.fields[i].value = serve
		}
	}
	return n
}

func optionalNode(raw json.RawMessage) *node {
	if len(raw) == 0 {
		return nil
	}
	return rawNode(raw)
}

func diff(out []FieldChange, at string, a, b *node) []FieldChange {
	switch {
	case a == nil && b == nil:
		return out
	case a != nil && b != nil && bytes.Equal(a.json(), b.json()):
		return out
	case a != nil && b != nil && a.kind == mapKind && b.kind == mapKind:
		for _, key := range fieldUnion(a, b) {
			out = diff(out, join(at, key), a.get(key), b.get(key))
		}
		return out
	case a != nil && b != nil && named(a) && named(b):
		return diffNamed(out, at, a, b)
	}
	c := FieldChange{Path: at}
	if a != nil {
		c.Before = a.json()
	}
	if b != nil {
		c.After = b.json()
	}
	return append(out, c)
}

// fieldUnion lists the keys of two mappings, the first one's order first.
func fieldUnion(a, b *node) []string {
	var keys []string
	for _, f := range append(slices.Clone(a.fields), b.fields...) {
		if !slices.Contains(keys, f.key) {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// itemName is what tells an item of a list from its neighbours.
func itemName(n *node) string {
	for _, key := range []string{"id", "name", "flag"} {
		if v := n.get(key); n.kind == mapKind && v != nil && v.scalar() {
			return v.text
		}
	}
	if n.kind == mapKind && n.get(Next) != nil {
		return Next
	}
	return ""
}

// named says whether a list's items all have names, and each another.
func named(n *node) bool {
	if n.kind != listKind {
		return false
	}
	seen := map[string]bool{}
	for _, item := range n.items {
		name := itemName(item)
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

func diffNamed(out []FieldChange, at string, a, b *node) []FieldChange {
	find := func(list *node, name string) *node {
		for _, item := range list.items {
			if itemName(item) == name {
				return item
			}
		}
		return nil
	}
	names := func(n *node) []string {
		var list []string
		for _, item := range n.items {
			list = append(list, itemName(item))
		}
		return list
	}
	was, is := names(a), names(b)
	for _, name := range was {
		out = diff(out, at+"["+name+"]", find(a, name), find(b, name))
	}
	for _, name := range is {
		if !slices.Contains(was, name) {
			out = diff(out, at+"["+name+"]", nil, find(b, name))
		}
	}
	slices.Sort(was)
	if order := names(b); slices.Equal(was, slices.Sorted(slices.Values(is))) && !slices.Equal(names(a), order) {
		out = append(out, FieldChange{Path: at + " (order)", Before: texts(names(a)).json(), After: texts(order).json()})
	}
	return out
}
