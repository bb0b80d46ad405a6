package catalog

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// intake is a registration inside its transaction.
type intake struct {
	*edit
	file *document.File
	made map[int64]int // key → flags made by it in the last hour, counted when first asked
	done Registered
}

// take takes one call's declarations.
func (i *intake) take(r Registration) error {
	environment, err := i.environment(r.Environment)
	if err != nil {
		return err
	}
	for _, d := range r.Flags {
		d.Default, d.Description = compact(d.Default), cut(d.Description, maxDescription)
		for n := range d.Options {
			d.Options[n] = compact(d.Options[n])
		}
		variations, err := checkDeclared(d)
		if err != nil {
			i.refuse(r, d, fault.As(err))
			continue
		}
		taken, err := i.flagOf(r, d, variations)
		if err != nil {
			return err
		}
		if taken {
			i.declare(environment, r, d)
		}
	}
	return nil
}

// checkDeclared says what is wrong with a declaration, or gives its variations.
func checkDeclared(d Declared) ([]document.Variation, error) {
	if !ruleset.ValidKey(d.Key) {
		return nil, fault.New(fault.Invalid, "declaration_invalid", "%q is no flag key: a key begins with a letter or digit and has up to 128 of letters, digits, . _ -", d.Key)
	}
	if len(d.Default) == 0 {
		return nil, fault.New(fault.Invalid, "declaration_invalid", "The flag %s is declared without a default", d.Key)
	}
	if !ruleset.Type(d.Type).Valid() {
		return nil, fault.New(fault.Invalid, "declaration_invalid", "%q is no type: it is boolean, string, integer, double or json", d.Type)
	}
	return document.DeclaredVariations(ruleset.Type(d.Type), d.Default, d.Options)
}

func (i *intake) refuse(r Registration, d Declared, f *fault.Error) {
	i.done.Refused = append(i.done.Refused, refusal(r, d, f.Code, f.Message))
}

func refusal(r Registration, d Declared, code, message string) Refusal {
	return Refusal{
		Project: r.Project, Environment: r.Environment, KeyID: r.KeyID, Application: r.Application.Name,
		Flag: cut(d.Key, maxTextBytes), Code: code, Message: message,
	}
}

// flagOf makes the flag of a declaration, or adds what is new to it. It returns
// false when the declaration was refused.
func (i *intake) flagOf(r Registration, d Declared, variations []document.Variation) (bool, error) {
	if waiting, ok := i.file.Flags[d.Key]; ok { // twice in this batch
		if waiting.Type == "" || string(waiting.Type) == d.Type {
			i.file.Flags[d.Key] = addVariations(waiting, waiting.Variations, variations)
		}
		return true, nil
	}
	flag, archived, err := i.flag(d.Key)
	if err != nil {
		return i.create(r, d, variations)
	}
	if archived || string(flag.Type) != d.Type || !i.growing(d.Key) {
		return true, nil
	}
	if more := missing(flag, d.Type, d.Default, d.Options); len(more) > 0 && flag.Type != ruleset.Boolean {
		i.file.Flags[d.Key] = addVariations(document.Flag{}, flag.Variations, more)
	}
	return true, nil
}

// addVariations adds to a flag's list those values that it does not hold, and
// never two of one id.
func addVariations(f document.Flag, list, more []document.Variation) document.Flag {
	f.Variations = slices.Clone(list)
	for _, v := range more {
		same := func(have document.Variation) bool { return bytes.Equal(have.Value, v.Value) }
		if slices.ContainsFunc(f.Variations, same) {
			continue
		}
		for n := len(f.Variations); slices.ContainsFunc(f.Variations, func(have document.Variation) bool { return have.ID == v.ID }); n++ {
			v.ID = fmt.Sprintf("option-%d", n)
		}
		f.Variations = append(f.Variations, v)
	}
	return f
}

// growing says whether registration may still add to a flag: it came from code,
// nobody has configured it anywhere, and no person has changed it.
func (i *intake) growing(key string) bool {
	if i.meta[key].source != FromCode || i.configured(key) {
		return false
	}
	rows, err := i.tx.Latest(i.row.ID, document.FlagKind, key)
	if err != nil || len(rows) != 1 || rows[0].Author.Kind != account.Application {
		return false
	}
	return i.meta[key].restoredAt == 0 || i.untouched(key)
}

// mostLookedAt is how many entries about a flag that came back are looked through.
const mostLookedAt = 100

// untouched says whether no person has ever changed a flag: that it archived itself
// and came back is the newest of a history that may begin with what somebody set.
func (i *intake) untouched(key string) bool {
	rows, err := i.tx.Changes(ChangeQuery{ProjectID: i.row.ID, Kind: document.FlagKind, Object: key, Limit: mostLookedAt})
	return err == nil && len(rows) < mostLookedAt && !slices.ContainsFunc(rows, func(row ChangeRow) bool {
		byItself := row.Action == ActionArchive && row.Author.Kind == account.Host
		return row.Author.Kind != account.Application && !byItself
	})
}

// create makes a flag that no one has made yet, within the limit of its key.
func (i *intake) create(r Registration, d Declared, variations []document.Variation) (bool, error) {
	made, counted := i.made[r.KeyID]
	if !counted {
		var err error
		if made, err = i.tx.DeclaredSince(r.KeyID, i.now-time.Hour.Milliseconds()); err != nil {
			return false, err
		}
	}
	i.made[r.KeyID] = made
	if made >= newFlagsPerHour || len(i.project.Flags)+len(i.file.Flags) >= maxFlags {
		i.refuse(r, d, fault.New(fault.Limited, "flag_limit",
			"The flag %s was not made: one key may make %d new flags an hour, and a project holds %d. Is a key made of a changing value?", d.Key, newFlagsPerHour, maxFlags))
		return false, nil
	}
	i.made[r.KeyID]++
	flag := document.Flag{Type: ruleset.Type(d.Type), Variations: variations}
	if d.Description != "" {
		flag.Description = &d.Description
	}
	i.file.Flags[d.Key] = flag
	i.edit.made[d.Key] = flagMeta{source: FromCode, createdAt: i.now, declaredBy: r.KeyID}
	i.done.Created = append(i.done.Created, d.Key)
	return true, nil
}

// declare keeps a declaration, to show and to tell drift from.
func (i *intake) declare(environment EnvironmentRow, r Registration, d Declared) {
	i.declared = append(i.declared, DeclarationRow{EnvironmentID: environment.ID, Declaration: Declaration{
		Flag: d.Key, Application: r.Application.Name, Version: r.Application.Version,
		Platform: r.Application.Platform, SDK: r.Application.SDK, Type: d.Type, Default: d.Default,
		Options: d.Options, Description: d.Description, FirstSeenAt: i.now, LastSeenAt: i.now,
	}})
}
