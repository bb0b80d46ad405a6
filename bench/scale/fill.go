package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
)

// somebody makes what is there before the history.
var somebody = account.Actor{Kind: account.Member, ID: "scale", Name: "ann@example.org", Role: account.Owner}

// fill makes a store, or goes on with the one that is there, until its record
// has o.rows entries. The first start of the real server makes its keys.
func fill(ctx context.Context, o options) error {
	began := time.Now()
	first, err := start(o.burgee, o.store)
	if err != nil {
		return err
	}
	if err := first.Stop(); err != nil {
		return err
	}
	s, err := store.Open(ctx, opening(o.store))
	if err != nil {
		return err
	}
	f := filler{s, catalog.New(s, catalog.Options{Clock: clock.Func(beginning)}), o}
	if err := f.run(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	fmt.Printf("filled in %v\n", time.Since(began).Round(time.Second))
	return s.Close()
}

// opening is how a data folder, or a database, is opened.
func opening(name string) store.Options {
	if isURL(name) {
		return store.Options{URL: name, Version: "scale"}
	}
	return store.Options{Dir: name, Version: "scale"}
}

// beginning is when all flags were made: before their history.
func beginning() time.Time { return time.Now().Add(-past - 48*time.Hour) }

type filler struct {
	store   *store.Store
	catalog *catalog.Service
	o       options
}

func (f filler) run(ctx context.Context) error {
	for i := range f.o.projects {
		key := projectKey(i)
		if err := f.makePlaces(ctx, key, share(f.o.environments, f.o.projects, i)); err != nil {
			return err
		}
		if err := f.makeFlags(ctx, key, share(f.o.flags, f.o.projects, i)); err != nil {
			return err
		}
		if err := f.makeHistory(ctx, key, share(f.o.rows, f.o.projects, i)); err != nil {
			return err
		}
	}
	return nil
}

// share is part i of n that is divided between parts.
func share(n, parts, i int) int { return n*(i+1)/parts - n*i/parts }

// projectKey names project i; the first is the one that the first start makes.
func projectKey(i int) string {
	if i == 0 {
		return "default"
	}
	return fmt.Sprintf("project-%d", i)
}

func flagKey(i int) string { return fmt.Sprintf("team-%d.flag-%d", i%50, i) }

// makePlaces makes a project with so many environments. People cannot yet: the
// first start makes one project with two environments, and nothing else does.
func (f filler) makePlaces(ctx context.Context, key string, environments int) error {
	now := time.Now().UnixMilli()
	return f.store.Write(ctx, func(tx catalog.Tx) error {
		row, err := tx.Project(key)
		if err != nil {
			if row.ID, err = tx.InsertProject(key, key, now); err != nil {
				return err
			}
		}
		for i := len(row.Environments); i < environments; i++ {
			e := catalog.EnvironmentRow{Key: fmt.Sprintf("env-%d", i), Name: fmt.Sprintf("Environment %d", i), Kind: catalog.Other, Position: i, Revision: 1}
			if i == 0 {
				e.Key, e.Name, e.Kind = "production", "Production", catalog.Production
			}
			if _, err := tx.InsertEnvironment(row.ID, e, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// makeFlags applies a file through the catalog, as people do. Every flag is
// configured in production; every environment has a wire line of every flag.
func (f filler) makeFlags(ctx context.Context, project string, n int) error {
	there, err := f.catalog.Flags(ctx, somebody, project, catalog.FlagFilter{})
	if err != nil || len(there.Items) > 0 {
		return err
	}
	file := &document.File{Flags: map[string]document.Flag{}}
	for i := range n {
		file.Flags[flagKey(i)] = document.Flag{Type: "boolean", Environments: map[string]*document.Configuration{"production": configuration()}}
	}
	began := time.Now()
	_, err = f.catalog.Apply(ctx, somebody, project, catalog.ApplyRequest{File: file})
	fmt.Printf("%s: one file of %d flags applied in %v\n", project, n, time.Since(began).Round(time.Millisecond))
	return err
}

// configuration is true for one country and false for all others.
func configuration() *document.Configuration {
	c := document.Unconfigured("boolean")
	german := []json.RawMessage{json.RawMessage(`"DE"`), json.RawMessage(`"AT"`)}
	c.Rules = []document.Rule{{
		ID:    "de",
		When:  document.Condition{{Kind: document.Clause, Path: "country", Tests: []document.Test{{Op: "in", Values: german}}}},
		Serve: document.Serve{Variation: "true"},
	}}
	c.Default = document.Serve{Variation: "false"}
	return c
}
