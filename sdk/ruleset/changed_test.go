package ruleset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestChangedFlagsAreThoseThatMayDecideOtherwise(t *testing.T) {
	needs := func(key, other string) string {
		return strings.Replace(on(key), `"prerequisites":[]`, `"prerequisites":[["`+other+`",["true"]]]`, 1)
	}
	var many []string
	for i := range 40 {
		many = append(many, on(fmt.Sprint("m", i)))
	}
	manyOff := slices.Clone(many)
	for i := range manyOff {
		manyOff[i] = off(fmt.Sprint("m", i))
	}
	for _, tt := range []struct {
		name          string
		before, after []string
		want          []string
	}{
		{"nothing", []string{on("a"), on("b")}, []string{on("b"), on("a")}, nil},
		{"one", []string{on("a"), on("b")}, []string{on("a"), off("b")}, []string{"b"}},
		{"one more and one less", []string{on("a"), on("b")}, []string{on("b"), on("c")}, []string{"a", "c"}},
		{"who needs it, and who needs that one", []string{on("a"), needs("b", "a"), needs("c", "b"), on("d")}, []string{off("a"), needs("b", "a"), needs("c", "b"), on("d")}, []string{"a", "b", "c"}},
		{"a group may be read by all", []string{on("a"), group("g", "ann")}, []string{on("a"), group("g", "bob")}, nil},
		{"very many", many, manyOff, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a author
			got := a.document(1, 2, tt.after...).ChangedFlags(a.document(1, 1, tt.before...))
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
