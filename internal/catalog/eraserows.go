package catalog

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"burgee.dev/burgee/internal/document"
)

// DeclarationKind is of what a program declares in its code, where something is
// said of it; it is no object of a project.
const DeclarationKind document.Kind = "declaration"

// inRollouts takes it out of what rollouts keep: where they began, what they left
// and why they wait. A rollout goes on and goes back as before: for all but who it
// named, places serve the same.
func (x *erasure) inRollouts() error {
	for before := int64(0); ; {
		page, err := x.reader.Rollouts(RolloutQuery{ProjectID: x.row.ID, Before: before, Limit: maxPage})
		if err != nil {
			return err
		}
		for _, row := range page {
			if err := x.inRollout(row); err != nil {
				return err
			}
			before = row.Number
		}
		if len(page) < maxPage {
			return nil
		}
	}
}

func (x *erasure) inRollout(row RolloutRow) error {
	about := ErasedObject{Kind: RolloutKind, Key: strconv.FormatInt(row.Number, 10), Environment: x.environmentKeys()[row.EnvironmentID]}
	began, err := x.eraser.Present(row.Kind, row.Began)
	if err != nil {
		return err
	}
	remains, err := x.eraser.Present(row.Kind, row.Remains)
	if err != nil {
		return err
	}
	for _, place := range began.Places {
		about.Places = append(about.Places, "began: "+place)
	}
	for _, place := range remains.Places {
		about.Places = append(about.Places, "left: "+place)
	}
	problem, found := x.eraser.Text(row.Problem)
	if found {
		about.Places = append(about.Places, "problem")
	}
	if len(about.Places) == 0 {
		return nil
	}
	row.Began, row.Remains, row.Problem = began.Object, remains.Object, problem
	x.found.Objects = append(x.found.Objects, about)
	x.rollouts = append(x.rollouts, row)
	return nil
}

// inDeclarations takes it out of what programs say of their flags. Their defaults
// and options are the programs' own, and are only told.
func (x *erasure) inDeclarations() error {
	rows, err := x.reader.Declarations(x.row.ID)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b DeclarationRow) int {
		return cmp.Or(cmp.Compare(a.Flag, b.Flag), cmp.Compare(a.EnvironmentID, b.EnvironmentID),
			cmp.Compare(a.Application, b.Application), cmp.Compare(a.Version, b.Version), cmp.Compare(a.SDK, b.SDK))
	})
	for _, d := range rows {
		program := d.Application + " " + d.Version
		if without, was := x.eraser.Text(d.Description); was {
			d.Description = without
			x.declarations = append(x.declarations, d)
			x.found.Objects = x.declared(x.found.Objects, d, "description by "+program)
		}
		if slices.ContainsFunc(append(slices.Clone(d.Options), d.Default), func(value json.RawMessage) bool { return x.eraser.Holds(value) }) {
			x.found.Kept = x.declared(x.found.Kept, d, "values by "+program)
		}
	}
	return nil
}

// declared adds a place of a declaration: one object for each flag and environment,
// however many programs declare it.
func (x *erasure) declared(objects []ErasedObject, d DeclarationRow, place string) []ErasedObject {
	about := ErasedObject{Kind: DeclarationKind, Key: d.Flag, Environment: x.environmentKeys()[d.EnvironmentID]}
	at := slices.IndexFunc(objects, func(o ErasedObject) bool {
		return o.Kind == about.Kind && o.Key == about.Key && o.Environment == about.Environment
	})
	if at < 0 {
		at, objects = len(objects), append(objects, about)
	}
	if !slices.Contains(objects[at].Places, place) {
		objects[at].Places = append(objects[at].Places, place)
	}
	return objects
}

// writeRows writes the rollouts and declarations without it. What was sent to webhooks
// is made from the record; what they answered is kept for show only.
func (x *erasure) writeRows() error {
	for _, row := range x.rollouts {
		if _, err := x.tx.PutRollout(row); err != nil {
			return err
		}
	}
	for _, d := range x.declarations {
		if err := x.tx.PutDeclaration(x.row.ID, d); err != nil {
			return err
		}
	}
	return x.tx.ForgetAnswers(x.row.ID)
}
