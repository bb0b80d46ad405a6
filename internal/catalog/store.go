package catalog

import (
	"context"
	"encoding/json"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/lease"
)

// Store keeps what the catalog writes. Both methods run fn in one transaction
// and hand its error back unchanged; Write commits when fn returns nil.
type Store interface {
	Read(ctx context.Context, fn func(Reader) error) error
	Write(ctx context.Context, fn func(Tx) error) error
}

// Announcer hears, after COMMIT, that an environment may have changed: its
// rules or its keys. A hint only: the store is the truth. ctx tells whose
// change it is, and no more: its end does not take the hint back.
type Announcer interface {
	Announce(ctx context.Context, environmentID, revision int64)
	// AnnounceRequest is about change requests and rollouts: something happened to one, which
	// may have published nothing.
	AnnounceRequest(ctx context.Context)
}

// Reader reads in one transaction.
type Reader interface {
	// Projects lists the projects with their environments, by age.
	Projects() ([]ProjectRow, error)
	// Project finds a project; NotFound with the code project_not_found.
	Project(key string) (ProjectRow, error)
	// FlagCount counts a project's flags without the archived ones.
	FlagCount(projectID int64) (int, error)
	// Objects returns every entity of a project.
	Objects(projectID int64) (ObjectRows, error)
	// ObjectsOf returns those entities of one kind that have these keys; of
	// configurations, in all environments.
	ObjectsOf(projectID int64, kind document.Kind, keys ...string) ([]ObjectRow, error)
	// DeltasSince returns what is kept of an environment's revisions after one,
	// the oldest first; there may be gaps.
	DeltasSince(environmentID, revision int64) ([]DeltaRow, error)
	// Lines returns every wire line of an environment.
	Lines(environmentID int64) (map[document.EntityRef][]byte, error)
	// Latest returns the newest change of every object of a project; with a
	// kind, those of this kind, and with objects, those of these keys.
	Latest(projectID int64, kind document.Kind, objects ...string) ([]LatestRow, error)
	// LatestOf returns the newest change of the revision that each environment
	// of a project is at, by environment id.
	LatestOf(projectID int64) (map[int64]LastChange, error)
	// Changes reads the record, newest first.
	Changes(ChangeQuery) ([]ChangeRow, error)
	// ChangesWith calls visit for every entry of a project's record whose values or
	// comment have a text in them, in upper or lower case, oldest first; with "" for
	// every entry.
	ChangesWith(projectID int64, text string, visit func(ChangeRow) error) error
	// ChangesNaming counts the entries whose actor or object has a name.
	ChangesNaming(projectID int64, name string) (int, error)
	// Chain calls visit for every entry of a project's record, oldest first.
	Chain(projectID int64, visit func(ChangeRow) error) error
	// ChainAfter calls visit for the entries of a project's record that follow the
	// one with a number, the oldest first, at most as many as limit.
	ChainAfter(projectID, seq int64, limit int, visit func(ChangeRow) error) error
	// Revisions lists an environment's revisions with a number below before
	// (0: all), newest first, each with the ids of its changes.
	Revisions(environmentID, before int64, limit int) ([]RevisionRow, error)
	// EntryAt returns the id of the newest entry of a project's record that was
	// made no later than a time; 0 where there is none.
	EntryAt(projectID, at int64) (int64, error)
	// RevisionAt returns an environment's newest revision among the entries up
	// to one; 0 where there is none.
	RevisionAt(environmentID, entryID int64) (int64, error)
	// ObjectsAt returns, of each object of a project, the newest entry up to one.
	ObjectsAt(projectID, entryID int64) ([]PastRow, error)
	// Declarations lists how programs declare flags: these, or all when none is
	// named.
	Declarations(projectID int64, flags ...string) ([]DeclarationRow, error)
	// Asked lists which programs evaluated these flags from a time on.
	Asked(projectID, since int64, flags ...string) ([]AskedRow, error)
	// Served tells what flags have served: these, or all when none is named.
	Served(projectID int64, flags ...string) ([]ServedRow, error)
	// DeclaredSince counts the flags that a key's registrations made.
	DeclaredSince(keyID, since int64) (int, error)
	// Keys lists an environment's SDK keys, the oldest first.
	Keys(environmentID int64) ([]KeyRow, error)
	// ChangeRequests lists change requests without their changes, newest first.
	ChangeRequests(ChangeRequestQuery) ([]ChangeRequestRow, error)
	// ChangeRequest finds one; NotFound with the code change_request_not_found.
	ChangeRequest(projectID, number int64) (ChangeRequestRow, error)
	// ChangeRequestEvents lists the events of the change requests from one number
	// to another, the oldest first.
	ChangeRequestEvents(projectID, first, last int64) ([]ChangeRequestEventRow, error)
	// DueChangeRequests lists those whose time has come, the longest due first.
	DueChangeRequests(at int64) ([]DueRow, error)
	// Rollouts lists rollouts, newest first.
	Rollouts(RolloutQuery) ([]RolloutRow, error)
	// Rollout finds one; NotFound with the code rollout_not_found.
	Rollout(projectID, number int64) (RolloutRow, error)
	// DueRollouts lists those whose next step is due, the longest due first.
	DueRollouts(at int64) ([]DueRow, error)
}

// Tx writes in one transaction. What it has written, it reads.
type Tx interface {
	Reader
	InsertProject(key, name string, at int64) (int64, error)
	InsertEnvironment(projectID int64, e EnvironmentRow, at int64) (int64, error)
	RenameProject(projectID int64, name string) error
	// ArchiveProject archives a project; with 0 it is restored. KeyGeneration tells
	// the data plane, of each of its environments.
	ArchiveProject(projectID, at int64) error
	// UpdateEnvironment writes what an environment is called, where it stands, how
	// many approvals it asks for and whether it is archived.
	UpdateEnvironment(e EnvironmentRow) error
	// PutObject writes an entity whole; DeleteObject removes it.
	PutObject(projectID int64, o ObjectRow) error
	DeleteObject(projectID int64, kind document.Kind, environmentID int64, key string) error
	// PutLine writes one wire line; nil removes it.
	PutLine(environmentID int64, ref document.EntityRef, line []byte) error
	// AppendChange writes an entry of the record, makes it the newest of its
	// object and the end of the project's chain, and returns its id.
	AppendChange(c ChangeRow) (int64, error)
	// RewriteChange writes an entry's values, salts, their hashes and its comment
	// anew. Its own hash and place stay.
	RewriteChange(c ChangeRow) error
	// PutWaiting keeps an entry for the record of the first project, which is
	// not there yet; TakeWaiting removes the kept ones and returns them, the
	// oldest first.
	PutWaiting(c ChangeRow) error
	TakeWaiting() ([]ChangeRow, error)
	// DropLines removes every wire line of an environment.
	DropLines(environmentID int64) error
	// RaiseRevision moves an environment to the next revision and returns it.
	RaiseRevision(environmentID int64) (int64, error)
	// LogDelta keeps what led to a revision, for programs that have the one before.
	LogDelta(environmentID int64, d DeltaRow) error
	// DropDeltas removes what is kept of the revisions of an environment up to now.
	DropDeltas(environmentID int64) error
	// ForgetReplays drops the answers that are kept for requests that are sent again:
	// they are told that they were done.
	ForgetReplays() error
	// LinkRevision notes that a change is part of a revision.
	LinkRevision(environmentID, revision, changeID int64) error
	// RaiseGeneration says that something of the project has changed.
	RaiseGeneration(projectID int64) (int64, error)
	PutDeclaration(projectID int64, d DeclarationRow) error
	InsertKey(k KeyRow) (int64, error)
	// RevokeKey and ExpireKey end a key; KeyGeneration tells the data plane.
	RevokeKey(keyID, at int64) error
	ExpireKey(keyID, at int64) error
	RaiseKeyGeneration(environmentID int64) error
	// SetApprovals sets how many approvals a change of an environment needs.
	SetApprovals(environmentID int64, approvals int) error
	// PutChangeRequest writes a change request whole; one with the number 0 is new
	// and gets the next one, which is returned.
	PutChangeRequest(c ChangeRequestRow) (number int64, err error)
	// AppendChangeRequestEvent writes the next event of a change request.
	AppendChangeRequestEvent(e ChangeRequestEventRow) error
	// PutRollout writes a rollout whole; one with the number 0 is new and gets the
	// next one, which is returned.
	PutRollout(r RolloutRow) (number int64, err error)
	// PutAttempt notes that what was due failed, why, and when it is tried again.
	PutAttempt(due DueRow, attempts int, retryAt int64, problem string) error
	// PutChangeRequestText writes the text of an event anew.
	PutChangeRequestText(e ChangeRequestEventRow) error
	// ForgetAnswers removes what the receivers of a project's webhooks have answered:
	// they may repeat what they were sent.
	ForgetAnswers(projectID int64) error
	// Hold makes the transaction one of who holds a lease: it commits only while
	// nobody else does. lease.ErrLost is that somebody else has it.
	Hold(fence lease.Fence) error
}

// ProjectRow is a project as stored.
type ProjectRow struct {
	ID           int64
	Key          string
	Name         string
	CreatedAt    int64
	ArchivedAt   int64            // 0 while it is not archived
	Generation   int64            // grows with each commit to the project
	ChainSeq     int64            // number of the last entry of the record
	ChainHash    []byte           // hash of the last entry; nil before the first
	Environments []EnvironmentRow // the archived ones too
}

// live are the environments that are not archived.
func (p ProjectRow) live() []EnvironmentRow {
	out := make([]EnvironmentRow, 0, len(p.Environments))
	for _, e := range p.Environments {
		if e.ArchivedAt == 0 {
			out = append(out, e)
		}
	}
	return out
}

// EnvironmentRow is an environment as stored.
type EnvironmentRow struct {
	ID       int64
	Key      string
	Name     string
	Kind     EnvironmentKind
	Position int
	Revision int64
	// Approvals is how many a change needs; 0 is none.
	Approvals  int
	ArchivedAt int64 // 0 while it is not archived
}

// DeltaRow is what one revision changed of an environment's wire lines.
type DeltaRow struct {
	Revision int64
	At       int64  // of the commit, in milliseconds since 1970
	Root     string // ruleset.Root of all lines after it
	Lines    []LineRow
}

// LineRow is one wire line; nil says that it was removed.
type LineRow struct {
	Ref  document.EntityRef
	Line []byte
}

// ObjectRow is one entity as stored: a flag's own fields, a configuration, a
// target group, an experiment or an attribute.
type ObjectRow struct {
	Kind          document.Kind
	Key           string // of a configuration: the flag's
	EnvironmentID int64  // of a configuration or an experiment
	Body          json.RawMessage

	// Of flags only.
	Source     Source
	CreatedAt  int64
	ArchivedAt int64
	DeclaredBy int64 // id of the key whose registration made it; 0 is a person
	// ArchivedReason is why it archived itself; empty is that somebody archived it.
	ArchivedReason string
	RestoredAt     int64 // when it was last brought back; 0 is never

	StartedAt int64 // of experiments only
}

// ObjectRows are all entities of a project.
type ObjectRows struct {
	Flags          []ObjectRow
	Configurations []ObjectRow
	Groups         []ObjectRow
	Experiments    []ObjectRow
	Attributes     []ObjectRow
}

// ChangeRow is an entry of the record as stored.
type ChangeRow struct {
	ID            int64
	ProjectID     int64
	Seq           int64 // counts the project's entries from 1, without gaps
	EnvironmentID int64 // 0 where the object belongs to the project
	Environment   string
	At            int64
	Author        Author
	Kind          document.Kind
	Object        string
	Action        ActionKind
	Before        json.RawMessage // nil is absent
	After         json.RawMessage
	BeforeSalt    []byte
	AfterSalt     []byte
	BeforeHash    []byte // of salt and value; outlives an erasure of both
	AfterHash     []byte
	Comment       string
	RequestID     string
	PrevHash      []byte
	Hash          []byte
	Revisions     map[string]int64 // by environment key; read only
	FromFile      bool             // it came from a file; written only
}

// ChangeQuery selects entries of the record.
type ChangeQuery struct {
	ProjectID     int64
	EnvironmentID int64 // also entries of the project that are a revision of it
	Kind          document.Kind
	Object        string
	Actor         string
	Before        int64
	Revision      int64 // with EnvironmentID: the entries of this revision
	Through       int64 // with Revision: and of those after it, up to this one
	Limit         int
}

// PastRow is the entry that made an object what it was at some time.
type PastRow struct {
	Kind          document.Kind
	Object        string
	EnvironmentID int64
	At            int64
	Before        json.RawMessage // nil is absent
	After         json.RawMessage
}

// LatestRow is the newest change of one object.
type LatestRow struct {
	Kind          document.Kind
	Object        string
	EnvironmentID int64
	ChangeID      int64
	FileChangeID  int64 // the newest that came from a file; 0 is none
	At            int64
	Author        Author
	Revisions     map[int64]int64 // environment id → revision
}

// RevisionRow is a revision as stored.
type RevisionRow struct {
	Number    int64
	ChangeIDs []int64
}

// DeclarationRow is a declaration as stored.
type DeclarationRow struct {
	EnvironmentID int64
	Declaration
}

// AskedRow is one version of a program that evaluated a flag in an environment.
type AskedRow struct {
	EnvironmentID        int64
	Flag                 string
	Application, Version string
	LastAt               int64 // the last minute, in milliseconds since 1970
	Count                int64
}

// ServedRow is one variation that a flag has served in an environment.
type ServedRow struct {
	EnvironmentID   int64
	Flag            string
	Variation       string // "" is the program's own default, UnknownVariation is not known any more
	FirstAt, LastAt int64  // the minutes, in milliseconds since 1970
}

// UnknownVariation stands for what a flag served before that was written down.
const UnknownVariation = "?"

// KeyRow is an SDK key as stored.
type KeyRow struct {
	Key
	EnvironmentID int64
	Hash          [32]byte
}

// ChangeRequestQuery selects change requests.
type ChangeRequestQuery struct {
	ProjectID int64
	State     ChangeRequestState // "" is all
	Scheduled bool               // only those that are to be published at a time
	Digest    []byte             // only those that were submitted as this
	Before    int64              // only those with a smaller number; 0 is all
	Limit     int
}

// ChangeRequestRow is a change request as stored.
type ChangeRequestRow struct {
	ProjectID    int64
	Number       int64
	Title        string
	State        ChangeRequestState
	Version      int64
	Digest       []byte
	Base         map[string]int64
	Environments []string
	Objects      int
	Changes      json.RawMessage // of proposedChange; nil in lists
	Author       Author
	CreatedAt    int64
	UpdatedAt    int64
	PublishAt    int64
	Problem      string
	Revisions    map[string]int64
	Attempts     int             // to publish it at its time that failed, one after the other
	RetryAt      int64           // it is not tried again before
	Rollout      json.RawMessage // of RolloutPlan: what begins when it is published; nil is nothing
}

// ChangeRequestEventRow is an event of a change request as stored.
type ChangeRequestEventRow struct {
	ProjectID    int64
	Number       int64
	Seq          int64 // counts the request's events from 1; given by the store
	Kind         ChangeRequestEventKind
	Version      int64
	At           int64
	Author       Author
	Person       string
	Environments []string
	Text         string
}

// DueRow names a change request, or a step of a rollout, whose time has come.
type DueRow struct {
	Project   string
	ProjectID int64
	Number    int64
	Rollout   bool  // it is one's next step
	At        int64 // when it was due
	Attempts  int   // that failed until now
}

// RolloutQuery selects rollouts.
type RolloutQuery struct {
	ProjectID     int64
	EnvironmentID int64 // 0 is all
	Kind          document.Kind
	Object        string
	States        []RolloutState // none is all
	Before        int64          // only those with a smaller number; 0 is all
	Limit         int
}

// RolloutRow is a rollout as stored.
type RolloutRow struct {
	ProjectID     int64
	Number        int64
	EnvironmentID int64
	Kind          document.Kind
	Object        string
	Rule          string
	Variation     string
	Rest          string
	By            string
	State         RolloutState
	Steps         []RolloutStep
	Made          int
	NextAt        int64
	Remaining     int64
	Problem       string
	Began         json.RawMessage // nil is absent
	Remains       json.RawMessage
	Approvals     int
	Request       int64
	Author        Author
	Person        string
	CreatedAt     int64
	UpdatedAt     int64
	Attempts      int
	RetryAt       int64
}
