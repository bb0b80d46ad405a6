package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

const (
	// newFlagsPerHour is how many flags the programs of one key may make.
	newFlagsPerHour = 200
	// seenAgain is how old a known declaration's last sight grows before it is
	// written again: a restart of a thousand programs writes nothing.
	seenAgain = 10 * time.Minute
	// maxTextBytes bounds what a program tells of itself.
	maxTextBytes = 200
)

// Register takes what programs declare. Flags that are new are made, one
// transaction for each program of the batch; what a person set is never
// touched. An error means that the batch can be sent again; what was refused
// for good is in the answer.
func (s *Service) Register(ctx context.Context, batch []Registration) (Registered, error) {
	var out Registered
	for _, group := range byProgram(batch) {
		done, err := s.register(ctx, group)
		out.Created = append(out.Created, done.Created...)
		out.Refused = append(out.Refused, done.Refused...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// byProgram groups a batch by project and program, in the order of arrival.
func byProgram(batch []Registration) [][]Registration {
	var groups [][]Registration
	for _, r := range batch {
		r.Application = bounded(r.Application)
		at := slices.IndexFunc(groups, func(g []Registration) bool {
			return g[0].Project == r.Project && g[0].Application.Name == r.Application.Name
		})
		if at < 0 {
			groups = append(groups, []Registration{r})
			continue
		}
		groups[at] = append(groups[at], r)
	}
	return groups
}

func bounded(a Application) Application {
	for _, field := range []*string{&a.Name, &a.Version, &a.Platform, &a.SDK} {
		if len(*field) > maxTextBytes {
			*field = (*field)[:maxTextBytes]
		}
	}
	a.Name = cmp.Or(a.Name, "unnamed")
	return a
}

func (s *Service) register(ctx context.Context, group []Registration) (Registered, error) {
	news, err := s.unknown(ctx, group)
	if err != nil || len(news) == 0 {
		return Registered{}, err
	}
	actor := account.Actor{Kind: account.Application, Name: group[0].Application.Name, Role: account.Declarer}
	cmd := command{project: group[0].Project, action: account.Declare}
	var done Registered
	_, err = s.commit(ctx, actor, cmd, func(e *edit) error {
		i := &intake{edit: e, file: &document.File{Flags: map[string]document.Flag{}}, made: map[int64]int{}}
		for _, r := range news {
			if err := i.take(r); err != nil {
				return err
			}
		}
		done = i.done
		if len(i.file.Flags) == 0 {
			return nil
		}
		return e.merge(i.file)
	})
	if err != nil {
		return Registered{}, err
	}
	return done, nil
}

// unknown leaves the declarations that would write something: new ones, those
// that differ, and those not seen for a while.
func (s *Service) unknown(ctx context.Context, group []Registration) ([]Registration, error) {
	var out []Registration
	now := clock.Millis(s.clock)
	err := s.store.Read(ctx, func(r Reader) error {
		out = nil
		row, err := r.Project(group[0].Project)
		if err != nil {
			return err
		}
		known, err := knownDeclarations(r, row.ID, group)
		if err != nil {
			return err
		}
		for _, registration := range group {
			environment, err := (view{row: row}).environment(registration.Environment)
			if err != nil {
				return err
			}
			var flags []Declared
			for _, d := range registration.Flags {
				stored, ok := known[declarationID(environment.ID, registration.Application, d.Key)]
				if !ok || !sameDeclaration(stored, d, registration.Application) || now-stored.LastSeenAt >= seenAgain.Milliseconds() {
					flags = append(flags, d)
				}
			}
			if len(flags) > 0 {
				registration.Flags = flags
				out = append(out, registration)
			}
		}
		return nil
	})
	return out, err
}

type declaredID struct {
	environmentID      int64
	flag               string
	name, version, sdk string
}

func declarationID(environmentID int64, a Application, flag string) declaredID {
	return declaredID{environmentID, flag, a.Name, a.Version, a.SDK}
}

// knownDeclarations reads the stored declarations; of one flag where the group
// names one only.
func knownDeclarations(r Reader, projectID int64, group []Registration) (map[declaredID]Declaration, error) {
	flag := ""
	if len(group) == 1 && len(group[0].Flags) == 1 {
		flag = group[0].Flags[0].Key
	}
	rows, err := r.Declarations(projectID, flag)
	out := make(map[declaredID]Declaration, len(rows))
	for _, row := range rows {
		a := Application{Name: row.Application, Version: row.Version, SDK: row.SDK}
		out[declarationID(row.EnvironmentID, a, row.Flag)] = row.Declaration
	}
	return out, err
}

func sameDeclaration(stored Declaration, d Declared, a Application) bool {
	return stored.Type == d.Type && stored.Description == d.Description && stored.Platform == a.Platform &&
		bytes.Equal(stored.Default, compact(d.Default)) &&
		slices.EqualFunc(stored.Options, d.Options, func(a, b json.RawMessage) bool { return bytes.Equal(a, compact(b)) })
}

// compact writes JSON without spaces, so that equal values are equal bytes.
func compact(raw json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return raw
	}
	return out.Bytes()
}

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
		d.Default = compact(d.Default)
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
	if !ruleset.Type(d.Type).Valid() {
		return nil, fault.New(fault.Invalid, "declaration_invalid", "%q is no type: it is boolean, string, integer, double or json", d.Type)
	}
	return document.DeclaredVariations(ruleset.Type(d.Type), d.Default, d.Options)
}

func (i *intake) refuse(r Registration, d Declared, f *fault.Error) {
	i.done.Refused = append(i.done.Refused, Refusal{
		Project: r.Project, Environment: r.Environment, KeyID: r.KeyID, Application: r.Application.Name,
		Flag: d.Key, Code: f.Code, Message: f.Message,
	})
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
	if i.meta[key].source != FromCode {
		return false
	}
	for _, configurations := range i.project.Configurations {
		if configurations[key] != nil {
			return false
		}
	}
	rows, err := i.tx.Latest(i.row.ID, document.FlagKind, key)
	return err == nil && len(rows) == 1 && rows[0].Author.Kind == account.Application
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
