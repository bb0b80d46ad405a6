package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

const (
	// newFlagsPerHour is how many flags the programs of one key may make.
	newFlagsPerHour = 200
	// seenAgain is how old a known declaration's last sight grows before it is
	// written again: a restart of a thousand programs writes nothing.
	seenAgain = 10 * time.Minute
	// maxTextBytes bounds what a program tells of itself.
	maxTextBytes   = 200
	maxDescription = 4000
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
		*field = cut(*field, maxTextBytes)
	}
	a.Name = cmp.Or(a.Name, "unnamed")
	return a
}

// cut shortens text to a number of bytes, at the end of a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}

func (s *Service) register(ctx context.Context, group []Registration) (Registered, error) {
	news, err := s.unknown(ctx, group)
	if err != nil || len(news) == 0 {
		return Registered{}, err
	}
	actor := account.Actor{Kind: account.Application, Name: group[0].Application.Name, Role: account.Declarer}
	if err := s.comeBack(ctx, actor, news); err != nil {
		return Registered{}, err
	}
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
	if fault.IsKind(err, fault.Invalid) {
		return s.registerSingly(ctx, news, fault.As(err))
	}
	if err != nil {
		return Registered{}, err
	}
	return done, nil
}

// registerSingly takes declarations of which one spoils the whole project, each
// by itself, and refuses that one.
func (s *Service) registerSingly(ctx context.Context, group []Registration, why *fault.Error) (Registered, error) {
	var out Registered
	if len(group) == 1 && len(group[0].Flags) == 1 {
		r := group[0]
		out.Refused = []Refusal{refusal(r, r.Flags[0], why.Code, why.Error())}
		return out, nil
	}
	for _, r := range group {
		for _, d := range r.Flags {
			r.Flags = []Declared{d}
			done, err := s.register(ctx, []Registration{r})
			out.Created = append(out.Created, done.Created...)
			out.Refused = append(out.Refused, done.Refused...)
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
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
			if row.open(environment.Key) != nil {
				continue // archived since the program was let in
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

// knownDeclarations reads the stored declarations of the flags that a group names.
func knownDeclarations(r Reader, projectID int64, group []Registration) (map[declaredID]Declaration, error) {
	var flags []string
	for _, registration := range group {
		for _, declared := range registration.Flags {
			flags = append(flags, declared.Key)
		}
	}
	if len(flags) == 0 {
		return nil, nil // no flag would be every flag
	}
	slices.Sort(flags)
	rows, err := r.Declarations(projectID, slices.Compact(flags)...)
	out := make(map[declaredID]Declaration, len(rows))
	for _, row := range rows {
		a := Application{Name: row.Application, Version: row.Version, SDK: row.SDK}
		out[declarationID(row.EnvironmentID, a, row.Flag)] = row.Declaration
	}
	return out, err
}

func sameDeclaration(stored Declaration, d Declared, a Application) bool {
	return stored.Type == d.Type && stored.Description == cut(d.Description, maxDescription) && stored.Platform == a.Platform &&
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
