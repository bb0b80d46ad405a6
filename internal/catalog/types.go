package catalog

import (
	"encoding/json"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
)

// Project is a set of flags shared by the programs of one product.
type Project struct {
	Key          string
	Name         string
	CreatedAt    int64         // milliseconds since 1970, like every time here
	ArchivedAt   int64         // 0 while it is not archived
	Environments []Environment // in the project's own order, without the archived ones
	Archived     []Environment // the archived ones
	FlagCount    int           // without the archived ones
	Version      int64         // of its name, the order of its environments and its place in the archive, as WriteOptions.IfVersion takes it
}

// EnvironmentKind selects how an environment looks and how careful it is.
type EnvironmentKind string

// The kinds of environments.
const (
	Production  EnvironmentKind = "production"
	Development EnvironmentKind = "development"
	Other       EnvironmentKind = "other"
)

// Environment is one environment of a project.
type Environment struct {
	ID         int64
	Key        string
	Name       string
	Kind       EnvironmentKind
	Revision   int64
	Approvals  int         // how many a change needs; 0 is none
	ArchivedAt int64       // 0 while it is not archived
	LastChange *LastChange // nil before the first
	Version    int64       // of its name, kind, approvals and place in the archive, as WriteOptions.IfVersion takes it
}

// Author is who made a change, as the record keeps it.
type Author struct {
	Kind account.ActorKind
	ID   string
	Name string
}

// String names the author for people; a program is told from a person.
func (a Author) String() string {
	if a.Kind == account.Application {
		return "app:" + a.Name
	}
	return a.Name
}

// LastChange says who touched an object last.
type LastChange struct {
	ID       int64 // of the change
	At       int64
	Author   Author
	Revision int64 // of the environment; 0 where there is none
}

// Version is the id of the change, as WriteOptions.IfVersion takes it; 0 of nil.
func (c *LastChange) Version() int64 {
	if c == nil {
		return 0
	}
	return c.ID
}

// Source says who made a flag.
type Source string

// The sources of flags.
const (
	FromCode   Source = "code"   // a program registered it
	FromPerson Source = "person" // a person or a file
)

// FlagFilter selects flags: those that fit all of it.
type FlagFilter struct {
	Archived bool // the archived ones instead of the others

	// Of a flag's own fields; empty is any.
	Text    string // in the key, the description, a tag, or a variation's name or value, whatever the case
	Type    string
	Tag     string
	Owner   string
	Kind    string
	Managed bool // by a file

	// Of what it does; these never fit an archived one.
	Stale        bool
	New          bool   // a program declared it, and nobody has configured it anywhere
	RollingOut   bool   // in some environment
	InExperiment bool   // in some environment
	Serving      string // a kind of document.Serving, in Environment; "" is any
	Environment  string // that Serving is about

	After string // only flags with a larger key
	Limit int    // 0 is 100; at most 500
}

// FlagPage is a page of the flags, by key.
type FlagPage struct {
	Items []FlagSummary
	Next  string // give it as After to read on; "" at the end
}

// FlagSummary is a flag as lists show it.
type FlagSummary struct {
	Key         string
	Flag        document.Flag // own fields only
	Source      Source
	CodeDefault json.RawMessage // of the newest declaration; nil when no program declares it
	CreatedAt   int64
	ArchivedAt  int64 // 0 while it is not archived
	// ArchivedReason is why it archived itself; empty is that somebody archived it.
	ArchivedReason string
	LooksLike      []string // keys of flags, archived ones too, that differ in case, "_" and "-" alone
	Drift          []string // sentences: programs that declare it otherwise, or still ask for an archived one
	Stale          []Stale  // why it may have done its work; none while it is in use
	Environments   map[string]FlagState
}

// FlagState is what a flag does in one environment, in short.
type FlagState struct {
	Configured bool
	Enabled    bool
	Serving    document.Serving
	LastChange *LastChange // of the flag, its configuration there, or an experiment on it there
}

// FlagDetail is a whole flag.
type FlagDetail struct {
	FlagSummary
	Version        int64                              // of its own fields: the id of their newest change; 0 where none is known
	Configurations map[string]*document.Configuration // nil where nobody configured it
	Experiments    []Experiment                       // those that act on it, by order and key
	Declarations   []Declaration
	UsedBy         []document.Use
}

// Declaration is how one program declares a flag in its code.
type Declaration struct {
	Flag        string
	Environment string
	Application string
	Version     string
	Platform    string
	SDK         string
	Type        string
	Default     json.RawMessage
	Options     []json.RawMessage
	Description string
	FirstSeenAt int64
	LastSeenAt  int64
}

// Group is a target group with who uses it.
type Group struct {
	Key string
	document.TargetGroup
	UsedBy     []document.Use
	LastChange *LastChange
}

// Experiment is an experiment with what the server knows about it.
type Experiment struct {
	Key string
	document.Experiment
	StartedAt  int64 // when it last began to run; 0 is never
	LastChange *LastChange
}

// WriteOptions stand beside every write.
type WriteOptions struct {
	Comment   string
	RequestID string
	// IfRevision refuses the write, with a Precondition fault, when the
	// environment written to is at another revision. Nil does not ask.
	IfRevision *int64
	// IfVersion refuses the write, with a Precondition fault, when the flag's own
	// fields, the target group, the experiment, the project or the environment that
	// is written to is at another version. Nil does not ask; writes of configurations go by IfRevision.
	IfVersion *int64
	// Force archives a flag also when programs asked for it lately, and makes one also
	// when its key looks like another's.
	Force bool
	// Bypass is the reason for which a change that needs approvals is published
	// without them; it takes the right to do so.
	Bypass string
}

// Outcome answers every write.
type Outcome struct {
	Changed   bool               // false: everything was so already and nothing was written
	Revisions map[string]int64   // of every environment of the project, afterwards
	ChangeIDs []int64            // of the change rows written
	Moves     []document.Move    // what edits of splits take from whom
	Warnings  []document.Warning // what is probably not meant, of Apply and PutConfiguration
}

// ApplyRequest is a file to apply.
type ApplyRequest struct {
	File      *document.File
	Comment   string
	RequestID string
	FromFile  bool             // it is a file's: it may change flags that files manage
	Prune     bool             // take out what the file leaves out, as document.Project.Missing lists it
	DryRun    bool             // plan only
	Force     bool             // overwrite what others changed after the file, archive what programs still ask for
	Expect    map[string]int64 // environment → revision that the change was made on
	Bypass    string           // as that of WriteOptions
}

// PlanItem is one object that an apply changes, with words for people.
type PlanItem struct {
	document.Change
	Sentences []string
	Diff      []document.FieldChange
	Moves     []document.Move
}

// ApplyResult is a plan, carried out unless it was a dry run.
type ApplyResult struct {
	Outcome
	Plan []PlanItem
	// Review is, of a dry run, how many approvals the change would need in which
	// environments.
	Review map[string]int
}

// ActionKind says what a recorded change did.
type ActionKind string

// The actions of recorded changes; those of documents and a few of their own.
const (
	ActionCreate  ActionKind = "create"
	ActionUpdate  ActionKind = "update"
	ActionDelete  ActionKind = "delete"
	ActionArchive ActionKind = "archive"
	ActionRestore ActionKind = "restore"
	ActionRevoke  ActionKind = "revoke"
	ActionRotate  ActionKind = "rotate"
)

// Kinds of recorded changes beside those of package document.
const (
	ProjectKind    document.Kind = "project"
	EnvironmentKey document.Kind = "environment"
	SDKKeyKind     document.Kind = "sdk_key"
	MemberKind                   = document.Kind(account.MemberEntry)
	TokenKind                    = document.Kind(account.TokenEntry)
	LinkKind                     = document.Kind(account.LinkEntry)
	RoleKind                     = document.Kind(account.RoleEntry)
	SessionKind                  = document.Kind(account.SessionEntry)
	SignInKind                   = document.Kind(account.SignInEntry)
	// ChangeRequestKind is of an entry about a change request; its object is the number.
	ChangeRequestKind document.Kind = "change_request"
	// RolloutKind is of an entry about a rollout; its object is the number.
	RolloutKind document.Kind = "rollout"
	// WebhookKind is of an entry about a webhook; its object is the name.
	WebhookKind document.Kind = "webhook"
	// StoreKind is of an entry about everything at once: a backup was restored.
	StoreKind document.Kind = "store"
)

// Change is one entry of the record.
type Change struct {
	ID          int64
	At          int64
	Author      Author
	Kind        document.Kind
	Object      string
	Environment string
	Action      ActionKind
	Before      json.RawMessage
	After       json.RawMessage
	Sentences   []string
	Diff        []document.FieldChange
	Comment     string
	RequestID   string
	Revisions   map[string]int64 // environment → the revision that the change is part of
	Erased      bool             // an erasure has rewritten it since
}

// ChangeFilter selects entries of the record; zero fields do not select.
type ChangeFilter struct {
	Project     string
	Environment string
	Kind        document.Kind
	Object      string
	Actor       string // the name as the record shows it
	Before      int64  // only entries with a smaller ID
	Limit       int    // 0 is 50; at most 200
}

// ChangePage is a page of the record, newest first.
type ChangePage struct {
	Items []Change
	Next  int64 // give it as Before to read on; 0 at the end
}

// Revision is one committed version of an environment.
type Revision struct {
	Number    int64
	At        int64
	Author    Author
	Sentences []string
	Comment   string
	ChangeIDs []int64
}

// ChainState says whether a project's hash chain holds.
type ChainState struct {
	OK        bool
	Checked   int64  // entries checked
	Rewritten int64  // of them, as an erasure left them
	BrokenAt  int64  // ID of the first entry that does not fit; 0 when OK
	Reason    string // why, for people
}
