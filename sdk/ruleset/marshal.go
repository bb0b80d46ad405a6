package ruleset

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// wireFlag has the fields of a flag's line in their order.
type wireFlag struct {
	Flag          string             `json:"flag"`
	Type          Type               `json:"type"`
	Client        bool               `json:"client"`
	Enabled       bool               `json:"enabled"`
	Variations    []wireVariation    `json:"variations"`
	Off           *int               `json:"off"`
	Prerequisites []wirePrerequisite `json:"prerequisites"`
	Targets       []wireTarget       `json:"targets"`
	Rules         []wireRule         `json:"rules"`
	Default       *wireServe         `json:"default"`
	Needs         []string           `json:"needs,omitempty"`
}

type wireGroup struct {
	Group   string   `json:"target_group"`
	Unit    string   `json:"unit"`
	Include texts    `json:"include"`
	Exclude texts    `json:"exclude"`
	When    *Expr    `json:"when,omitempty"`
	Needs   []string `json:"needs,omitempty"`
}

type wireRule struct {
	Experiment string     `json:"experiment,omitempty"`
	Phase      int        `json:"phase,omitempty"`
	Arms       texts      `json:"arms,omitempty"`
	ID         string     `json:"id,omitempty"`
	When       *Expr      `json:"when,omitempty"`
	Serve      *wireServe `json:"serve"`
}

// wireServe is {"variation":n}, where null is the caller's default, or a split.
type wireServe struct {
	fixed bool
	Serve
}

type wireVariation struct {
	ID    string
	Value json.RawMessage
}

type wirePrerequisite struct {
	Flag       string
	Variations []string
}

type wireTarget struct {
	Path  string
	Units map[string]int
}

type wireCell Cell

// texts is a list in which null is no text.
type texts []string

// MarshalLine writes f as one canonical line, without the newline: no spaces,
// fields in the order of the specification.
func (f Flag) MarshalLine() ([]byte, error) {
	w := wireFlag{
		Flag: f.Key, Type: f.Type, Client: f.Client, Enabled: f.Enabled,
		Off: indexOrNull(f.Off), Default: lineServe(f.Default), Needs: f.Needs,
		Variations:    []wireVariation{},
		Prerequisites: []wirePrerequisite{},
		Targets:       []wireTarget{},
		Rules:         []wireRule{},
	}
	for _, v := range f.Variations {
		w.Variations = append(w.Variations, wireVariation(v))
	}
	for _, p := range f.Prerequisites {
		w.Prerequisites = append(w.Prerequisites, wirePrerequisite(p))
	}
	for path, units := range f.Targets {
		w.Targets = append(w.Targets, wireTarget{path, units})
	}
	slices.SortFunc(w.Targets, func(a, b wireTarget) int { return ComparePaths(a.Path, b.Path) })
	for _, r := range f.Rules {
		w.Rules = append(w.Rules, wireRule{r.Experiment, r.Phase, r.Arms, r.ID, r.When, lineServe(r.Serve)})
	}
	return marshal(w)
}

// MarshalLine writes g as one canonical line, without the newline.
func (g Group) MarshalLine() ([]byte, error) {
	return marshal(wireGroup{
		Group: g.Key, Unit: cmp.Or(g.Unit, TargetingKey),
		Include: notNull(g.Include), Exclude: notNull(g.Exclude),
		When: g.When, Needs: g.Needs,
	})
}

// ComparePaths orders the paths of target lists: targetingKey first, then by
// bytes.
func ComparePaths(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == TargetingKey:
		return -1
	case b == TargetingKey:
		return 1
	}
	return strings.Compare(a, b)
}

func notNull(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func indexOrNull(i int) *int {
	if i < 0 {
		return nil
	}
	return &i
}

func lineServe(s Serve) *wireServe { return &wireServe{fixed: !s.IsSplit(), Serve: s} }

// MarshalJSON writes the short form of a fixed serve, the long one of a split.
func (s wireServe) MarshalJSON() ([]byte, error) {
	if s.fixed {
		return marshal(struct {
			Variation *int `json:"variation"`
		}{indexOrNull(s.Variation)})
	}
	cells := make([]wireCell, len(s.Table))
	for i, c := range s.Table {
		cells[i] = wireCell(c)
	}
	return marshal(struct {
		Seed  string     `json:"seed"`
		Unit  string     `json:"unit"`
		Table []wireCell `json:"table"`
	}{s.Seed, cmp.Or(s.Unit, TargetingKey), cells})
}

// MarshalJSON writes [end, variation or null] and the arm where there is one.
func (c wireCell) MarshalJSON() ([]byte, error) {
	cell := []any{c.End, indexOrNull(c.Variation)}
	if c.Arm >= 0 {
		cell = append(cell, c.Arm)
	}
	return marshal(cell)
}

// MarshalJSON writes [id, value].
func (v wireVariation) MarshalJSON() ([]byte, error) { return marshal([]any{v.ID, v.Value}) }

// MarshalJSON writes [flag, variations].
func (p wirePrerequisite) MarshalJSON() ([]byte, error) {
	return marshal([]any{p.Flag, notNull(p.Variations)})
}

// MarshalJSON writes [path, units].
func (t wireTarget) MarshalJSON() ([]byte, error) { return marshal([]any{t.Path, t.Units}) }
