package ruleset

import (
	"encoding/json"
	"errors"
)

// Expr is a condition: exactly one of a clause over an attribute (Attr, Op), a
// target group, another flag, or a combination by All, Any or Not.
type Expr struct {
	Attr       string            `json:"attr,omitempty"`
	Op         string            `json:"op,omitempty"`
	Values     []json.RawMessage `json:"values,omitempty"`
	IgnoreCase bool              `json:"ignoreCase,omitempty"`

	TargetGroup string `json:"target_group,omitempty"`

	Flag       string   `json:"flag,omitempty"`
	Variations []string `json:"variations,omitempty"`

	All []Expr `json:"all,omitzero"` // empty, not nil, is an "all" of nothing: true
	Any []Expr `json:"any,omitzero"` // empty, not nil, is an "any" of nothing: false
	Not *Expr  `json:"not,omitempty"`
}

// Kind tells the forms of an Expr apart.
type Kind uint8

// The forms of an Expr.
const (
	KindNone Kind = iota
	KindClause
	KindGroup
	KindFlag
	KindAll
	KindAny
	KindNot
)

var errForm = errors.New(`a condition is one of attr with op, target_group, flag, all, any or not`)

// Form says which form e has; an expression of no form, or of two, is an error.
func (e *Expr) Form() (Kind, error) {
	kind, forms := KindNone, 0
	set := func(on bool, k Kind) {
		if on {
			kind = k
			forms++
		}
	}
	set(e.Attr != "" || e.Op != "", KindClause)
	set(e.TargetGroup != "", KindGroup)
	set(e.Flag != "", KindFlag)
	set(e.All != nil, KindAll)
	set(e.Any != nil, KindAny)
	set(e.Not != nil, KindNot)
	if forms != 1 {
		return KindNone, errForm
	}
	return kind, nil
}

// Children are the expressions directly inside e.
func (e *Expr) Children() []Expr {
	switch {
	case e.All != nil:
		return e.All
	case e.Any != nil:
		return e.Any
	case e.Not != nil:
		return []Expr{*e.Not}
	}
	return nil
}

// Walk calls visit for e and every expression below it; a nil e has none.
func (e *Expr) Walk(visit func(*Expr)) {
	if e == nil {
		return
	}
	visit(e)
	for i := range e.All {
		e.All[i].Walk(visit)
	}
	for i := range e.Any {
		e.Any[i].Walk(visit)
	}
	e.Not.Walk(visit)
}
