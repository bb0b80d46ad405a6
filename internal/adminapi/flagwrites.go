package adminapi

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

func (a *API) createFlag(ctx context.Context, in *createFlagInput) (*body[FlagDetail], error) {
	key, flag, err := newFlag(in.Body.RawMessage)
	if err != nil {
		return nil, err
	}
	write := options(ctx, in.Comment)
	write.Force = in.Force
	if _, err := a.deps.Catalog.CreateFlag(ctx, actorOf(ctx), in.Project, key, flag, write); err != nil {
		return nil, relativeTo(err, "flags."+key, "key")
	}
	return a.getFlag(ctx, &FlagPath{in.ProjectPath, key})
}

// newFlag reads a flag in the shape of documents with its key beside.
func newFlag(data json.RawMessage) (string, document.Flag, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return "", document.Flag{}, notAnObject()
	}
	var key string
	if err := json.Unmarshal(fields["key"], &key); err != nil || key == "" {
		return "", document.Flag{}, fault.New(fault.Invalid, "key_missing", "The flag has no key").
			WithField("key", "name it like Flags.isHoliday: letters, digits, . _ -")
	}
	delete(fields, "key")
	rest, err := json.Marshal(fields)
	if err != nil {
		return "", document.Flag{}, err
	}
	var flag document.Flag
	if err := json.Unmarshal(rest, &flag); err != nil {
		return "", flag, relative(err, "")
	}
	return key, flag, nil
}

func notAnObject() *fault.Error {
	return fault.New(fault.Invalid, "body_invalid", "The body must be a JSON object")
}

func (a *API) patchFlag(ctx context.Context, in *patchFlagInput) (*body[FlagDetail], error) {
	var flag document.Flag
	if err := json.Unmarshal(in.Body.RawMessage, &flag); err != nil {
		return nil, relative(err, "")
	}
	if flag.Environments != nil {
		return nil, fault.New(fault.Invalid, "not_here", "A flag's environments are not changed here").
			WithField("environments", "use PUT /api/v1/projects/%s/flags/%s/environments/{environment}", in.Project, in.Flag)
	}
	write, err := ofVersion(ctx, in.VersionOptions)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.PatchFlag(ctx, actorOf(ctx), in.Project, in.Flag, flag, write); err != nil {
		return nil, relative(err, "flags."+in.Flag)
	}
	return a.getFlag(ctx, &in.FlagPath)
}

func (a *API) archiveFlag(ctx context.Context, in *archiveFlagInput) (*body[FlagDetail], error) {
	write := options(ctx, in.Comment)
	if in.Body != nil {
		write.Comment, write.Force = cmp.Or(in.Body.Comment, in.Comment), in.Body.Force
	}
	if _, err := a.deps.Catalog.ArchiveFlag(ctx, actorOf(ctx), in.Project, in.Flag, write); err != nil {
		return nil, err
	}
	return a.getFlag(ctx, &in.FlagPath)
}

func (a *API) restoreFlag(ctx context.Context, in *flagActionInput) (*body[FlagDetail], error) {
	if _, err := a.deps.Catalog.RestoreFlag(ctx, actorOf(ctx), in.Project, in.Flag, options(ctx, in.comment())); err != nil {
		return nil, err
	}
	return a.getFlag(ctx, &in.FlagPath)
}

func (in *flagActionInput) comment() string {
	if in.Body != nil && in.Body.Comment != "" {
		return in.Body.Comment
	}
	return in.Comment
}

func (a *API) putConfiguration(ctx context.Context, in *putConfigurationInput) (*body[ConfigurationResult], error) {
	var configuration document.Configuration
	if err := json.Unmarshal(in.Body.RawMessage, &configuration); err != nil {
		return nil, relative(err, "")
	}
	write, err := conditional(ctx, in.WriteOptions)
	if err != nil {
		return nil, err
	}
	out, err := a.deps.Catalog.PutConfiguration(ctx, actorOf(ctx), in.Project, in.Flag, in.Environment, &configuration, write)
	if err != nil {
		return nil, relative(err, "flags."+in.Flag+".environments."+in.Environment)
	}
	return a.configurationResult(ctx, in.FlagEnvironmentPath, out)
}

func (a *API) deleteConfiguration(ctx context.Context, in *deleteConfigurationInput) (*body[ConfigurationResult], error) {
	write, err := conditional(ctx, in.WriteOptions)
	if err != nil {
		return nil, err
	}
	out, err := a.deps.Catalog.ClearConfiguration(ctx, actorOf(ctx), in.Project, in.Flag, in.Environment, write)
	if err != nil {
		return nil, err
	}
	return a.configurationResult(ctx, in.FlagEnvironmentPath, out)
}

func (a *API) configurationResult(ctx context.Context, at FlagEnvironmentPath, out catalog.Outcome) (*body[ConfigurationResult], error) {
	flag, err := a.flagDetail(ctx, at.Project, at.Flag)
	if err != nil {
		return nil, err
	}
	return &body[ConfigurationResult]{ConfigurationResult{
		Revision: out.Revisions[at.Environment], Configuration: flag.Configurations[at.Environment], Flag: flag,
		Moves: movesView(out.Moves), Warnings: warningsView(out.Warnings),
	}}, nil
}

func (a *API) switchOff(ctx context.Context, in *switchInput) (*body[RevisionResult], error) {
	out, err := a.deps.Catalog.SwitchOff(ctx, actorOf(ctx), in.Project, in.Flag, in.Environment, options(ctx, in.reason()))
	return revisionResult(out, in.Environment, err)
}

func (a *API) switchOn(ctx context.Context, in *switchInput) (*body[RevisionResult], error) {
	out, err := a.deps.Catalog.SwitchOn(ctx, actorOf(ctx), in.Project, in.Flag, in.Environment, options(ctx, in.reason()))
	return revisionResult(out, in.Environment, err)
}

func (in *switchInput) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

func revisionResult(out catalog.Outcome, environment string, err error) (*body[RevisionResult], error) {
	if err != nil {
		return nil, err
	}
	return &body[RevisionResult]{RevisionResult{out.Revisions[environment]}}, nil
}

// options are what every write carries.
func options(ctx context.Context, comment string) catalog.WriteOptions {
	return catalog.WriteOptions{Comment: comment, RequestID: httpkit.RequestID(ctx)}
}

// conditional reads If-Match too: "812", as the answers' revision.
func conditional(ctx context.Context, in WriteOptions) (catalog.WriteOptions, error) {
	o := options(ctx, in.Comment)
	var err error
	o.IfRevision, err = ifMatch(in.IfMatch, "revision")
	return o, err
}

// ofVersion is conditional of a write to one object: "812", as the answers'
// version.
func ofVersion(ctx context.Context, in VersionOptions) (catalog.WriteOptions, error) {
	o := options(ctx, in.Comment)
	var err error
	o.IfVersion, err = ifMatch(in.IfMatch, "version")
	return o, err
}

// options are those of a change that has no comment.
func (in SeenVersion) options(ctx context.Context) (catalog.WriteOptions, error) {
	return ofVersion(ctx, VersionOptions{IfMatch: in.IfMatch})
}

// ifMatch reads the header; nil is any.
func ifMatch(header, what string) (*int64, error) {
	if header == "" || header == "*" {
		return nil, nil
	}
	number, err := strconv.ParseInt(strings.Trim(header, `"`), 10, 64)
	if err != nil {
		return nil, fault.New(fault.Invalid, "if_match_malformed", "The If-Match header is not a %s", what).
			WithField("If-Match", `write the %s that you changed, for example "812"`, what)
	}
	return &number, nil
}

// relative names the fields at fault as the caller wrote them: a document's
// path less the part that the request's own path says.
func relative(err error, prefix string) error { return relativeTo(err, prefix, "") }

// relativeTo is relative with the name of what has no path of its own.
func relativeTo(err error, prefix, itself string) error {
	f := fault.As(err)
	if f.Kind == fault.Internal || len(f.Fields) == 0 {
		return err
	}
	moved := *f
	moved.Fields = make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		field.Field = strings.TrimPrefix(strings.TrimPrefix(field.Field, prefix), ".")
		field.Field = cmp.Or(field.Field, itself)
		moved.Fields[i] = field
	}
	if f.Kind == fault.Invalid { // other faults say in words of their own what to do
		moved.Message = "Nothing was changed. " + inWords(moved.Fields)
	}
	return &moved
}
