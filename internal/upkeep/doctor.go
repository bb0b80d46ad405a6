package upkeep

import (
	"context"
	"errors"
	"fmt"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
)

// Level is how bad a finding is.
type Level string

// The levels, from the best.
const (
	Fine    Level = "ok"
	Warning Level = "warning" // works now, and may not later
	Problem Level = "problem" // does not work, or cannot be relied on
)

// Finding is one thing that is not as it should be.
type Finding struct {
	Check string `json:"check"` // the name of the check that found it
	Level Level  `json:"level"`
	What  string `json:"what"`
	Why   string `json:"why"` // why that matters
	Do    string `json:"do"`
}

// Check is what one check says.
type Check struct {
	Name   string `json:"name"`
	Level  Level  `json:"level"`  // of its worst finding
	Detail string `json:"detail"` // what was looked at
}

// Report is what the doctor says of a data folder.
type Report struct {
	Data     string    `json:"data"`
	Checks   []Check   `json:"checks"`
	Findings []Finding `json:"findings"`
}

// Level is that of the worst finding.
func (r *Report) Level() Level { return worst(r.Findings) }

func worst(findings []Finding) Level {
	level := Fine
	for _, f := range findings {
		if f.Level == Problem {
			return Problem
		}
		level = f.Level
	}
	return level
}

// DoctorOptions say what is examined.
type DoctorOptions struct {
	Data     string
	Store    string       // postgres://…; "" is SQLite in Data
	Backups  string       // "" is the folder's own
	Clock    clock.Clock  // nil is the machine's
	Secret   secret.Key   // opens what is sealed; the zero Key leaves it closed
	Progress func(string) // hears the name of each check before it begins; nil is nobody
}

// Examine looks at a data folder, beside a running server or without one, and
// changes nothing in it. An error means that it could not be looked at.
func Examine(ctx context.Context, o DoctorOptions) (*Report, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Backups == "" {
		o.Backups = store.BackupsFolder(o.Data)
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	e := &examination{o: o, report: &Report{Data: o.Data, Checks: []Check{}, Findings: []Finding{}}}
	if err := e.open(ctx); err != nil {
		return nil, err
	}
	if e.store != nil {
		defer e.store.Close() //nolint:errcheck // only read
	}
	for _, check := range e.checks() {
		if check.reads && !e.readable {
			e.report.Checks = append(e.report.Checks, Check{check.name, Fine, "not looked at: see store"})
			continue
		}
		o.Progress(check.name)
		if err := e.run(ctx, check.name, check.run); err != nil {
			return nil, err
		}
	}
	return e.report, nil
}

// check is one of an examination.
type check struct {
	name  string
	reads bool // what is in the database, in this program's schema
	run   func(context.Context) (detail string, err error)
}

// checks are those that make sense: what is in a folder is not asked of a
// database elsewhere.
func (e *examination) checks() []check {
	all := []check{
		{"store", false, e.checkStore},
		{"record", true, e.checkRecord},
		{"lines", true, e.checkLines},
		{"keys", true, e.checkKeys},
		{"secrets", true, e.checkSecrets},
		{"schedule", true, e.checkSchedule},
		{"webhooks", true, e.checkWebhooks},
		{"clock", true, e.checkClock},
	}
	if e.o.Store != "" {
		return append(all, check{"server", true, e.checkServer})
	}
	return append(all,
		check{"signing", false, e.checkSigning},
		check{"disk", false, e.checkDisk},
		check{"files", false, e.checkFiles},
		check{"backups", false, e.checkBackups},
	)
}

// look opens what is there for reading only.
func look(ctx context.Context, data, address string) (*store.Store, error) {
	if address != "" {
		return store.LookAt(ctx, address)
	}
	return store.Look(ctx, data)
}

// examination is one at work.
type examination struct {
	o        DoctorOptions
	report   *Report
	store    *store.Store // nil when it cannot even be opened
	service  *catalog.Service
	opening  error // why it cannot be opened
	facts    store.Facts
	readable bool
	current  string // the name of the check at work
}

// open opens the store. One that is damaged is a finding and not an error.
func (e *examination) open(ctx context.Context) (err error) {
	e.store, err = look(ctx, e.o.Data, e.o.Store)
	if err == nil {
		e.facts, err = e.store.Facts(ctx)
		e.service = catalog.New(e.store, catalog.Options{Clock: e.o.Clock})
	}
	if e.store != nil && e.o.Store != "" {
		e.report.Data = e.store.Name()
	}
	if store.IsDamaged(err) {
		e.opening = err
		return nil
	}
	return err
}

func (e *examination) run(ctx context.Context, name string, check func(context.Context) (string, error)) error {
	e.current = name
	before := len(e.report.Findings)
	detail, err := check(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		e.find(Problem, fmt.Sprintf("the check could not be made: %v", err), "what it looks at may be damaged", "Look at what the other checks say; if nothing else helps, restore a backup")
	}
	e.report.Checks = append(e.report.Checks, Check{name, worst(e.report.Findings[before:]), detail})
	return nil
}

// find adds a finding of the check at work.
func (e *examination) find(level Level, what, why, do string) {
	e.report.Findings = append(e.report.Findings, Finding{Check: e.current, Level: level, What: what, Why: why, Do: do})
}

// some cuts a list short, and says how many more there are.
func some(list []string, limit int) []string {
	if len(list) <= limit {
		return list
	}
	return append(list[:limit:limit], fmt.Sprintf("and %d more", len(list)-limit))
}
