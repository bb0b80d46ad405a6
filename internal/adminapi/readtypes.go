package adminapi

// FieldChange is one field of a change.
type FieldChange struct {
	Path   string `json:"path"`
	Before *Value `json:"before,omitempty"`
	After  *Value `json:"after,omitempty"`
}

// PlanItem is one object that an apply changes.
type PlanItem struct {
	Kind        string        `json:"kind"`
	Object      string        `json:"object"`
	Environment string        `json:"environment,omitempty"`
	Action      string        `json:"action" enum:"create,update,delete"`
	Sentences   []string      `json:"sentences"`
	Diff        []FieldChange `json:"diff"`
	Moves       []Move        `json:"moves" doc:"what edits of splits move; empty when nobody moves"`
}

// Move is how many units an edit of a split takes from one variation, or an
// experiment's arm, to another.
type Move struct {
	Rule    string  `json:"rule,omitempty" doc:"the rule's id; absent for the default and for an experiment"`
	By      string  `json:"by" doc:"the path of the unit"`
	From    string  `json:"from" doc:"a variation or arm, next, or code"`
	To      string  `json:"to" doc:"a variation or arm, next, or code"`
	Percent float64 `json:"percent" doc:"of the units that come to the split"`
}

// Warning is a remark on a change that does not stop it.
type Warning struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// ApplyResult is a plan, carried out unless it was a dry run.
type ApplyResult struct {
	Changed   bool             `json:"changed"`
	Plan      []PlanItem       `json:"plan"`
	Revisions map[string]int64 `json:"revisions" doc:"the revision of each environment afterwards"`
	Warnings  []Warning        `json:"warnings"`
	Review    map[string]int   `json:"review,omitempty" doc:"of a dry run: how many approvals it needs in which environments; it is then proposed as a change request"`
}

// ConfigurationResult answers a write of one configuration.
type ConfigurationResult struct {
	Revision      int64              `json:"revision"`
	Configuration MaybeConfiguration `json:"configuration"`
	Flag          FlagDetail         `json:"flag"`
	Moves         []Move             `json:"moves" doc:"what the edits of splits moved"`
	Warnings      []Warning          `json:"warnings" doc:"what is allowed and probably not meant; empty when nothing is"`
}

// RevisionResult answers a write to one environment.
type RevisionResult struct {
	Revision int64 `json:"revision"`
}

// RevisionsResult answers a write that several environments see.
type RevisionsResult struct {
	Revisions map[string]int64 `json:"revisions"`
}

// ActorView is who made a change.
type ActorView struct {
	Kind string `json:"kind" enum:"member,token,app,host"`
	Name string `json:"name"`
}

// Change is one entry of the audit log.
type Change struct {
	ID          int64            `json:"id"`
	At          int64            `json:"at"`
	Actor       ActorView        `json:"actor"`
	Kind        string           `json:"kind"`
	Object      string           `json:"object"`
	Environment string           `json:"environment,omitempty"`
	Action      string           `json:"action"`
	Sentences   []string         `json:"sentences"`
	Diff        []FieldChange    `json:"diff"`
	Comment     string           `json:"comment,omitempty"`
	Revisions   map[string]int64 `json:"revisions"`
	RequestID   string           `json:"requestId"`
	Erased      bool             `json:"erased,omitempty" doc:"an erasure has rewritten the entry since: a placeholder stands where an identifier was"`
}

// FlagPage is a page of the flags, by key.
type FlagPage struct {
	Items []FlagSummary `json:"items"`
	Next  string        `json:"next,omitempty" doc:"give it as after to read on; absent at the end"`
}

// ChangePage is a page of the audit log, newest first.
type ChangePage struct {
	Items []Change `json:"items"`
	Next  int64    `json:"next,omitempty" doc:"give it as before to read on; absent at the end"`
}

// ChainState says whether the audit log's hash chain holds.
type ChainState struct {
	OK        bool   `json:"ok"`
	Checked   int64  `json:"checked" doc:"entries checked"`
	Rewritten int64  `json:"rewritten,omitempty" doc:"of them, as an erasure left them"`
	BrokenAt  int64  `json:"brokenAt,omitempty" doc:"the first entry that does not fit"`
	Reason    string `json:"reason,omitempty" doc:"why it does not fit"`
}

// Revision is one committed version of an environment.
type Revision struct {
	Number    int64     `json:"number"`
	At        int64     `json:"at"`
	Actor     ActorView `json:"actor"`
	Sentences []string  `json:"sentences"`
	Comment   string    `json:"comment,omitempty"`
	Changes   []int64   `json:"changes" doc:"ids of its audit entries"`
}

// AsOf is an environment at one of its revisions, and how long that was in force.
type AsOf struct {
	Revision
	Until int64 `json:"until,omitempty" doc:"when the next revision was committed; absent while this is the newest"`
	// Erased is of the whole record: the answer is without whoever was erased.
	Erased int64 `json:"erased,omitempty" doc:"when an identifier was last erased since; for who it named the answer was another then"`
}

// Comparison says what differs between two revisions of an environment.
type Comparison struct {
	From    AsOf       `json:"from"`
	To      AsOf       `json:"to"`
	Changes []PlanItem `json:"changes" doc:"what would have to be changed to come from one to the other"`
}

// RollbackResult is the plan of a rollback, carried out unless it was a dry run.
type RollbackResult struct {
	ApplyResult
	To   AsOf       `json:"to" doc:"what was gone back to"`
	Kept []PlanItem `json:"kept" doc:"what else was different then and stays as it is, because other environments see it too"`
}

// AuditEntry is a line of the audit log's export: all that its hash covers.
type AuditEntry struct {
	Project     string           `json:"project"`
	Seq         int64            `json:"seq" doc:"counts the project's entries from 1, without gaps"`
	At          int64            `json:"at"`
	Actor       AuditActor       `json:"actor"`
	Kind        string           `json:"kind"`
	Object      string           `json:"object"`
	Environment string           `json:"environment,omitempty"`
	Action      string           `json:"action"`
	Comment     string           `json:"comment,omitempty"`
	RequestID   string           `json:"requestId,omitempty"`
	Revisions   map[string]int64 `json:"revisions"`
	Before      *Value           `json:"before,omitempty" doc:"the whole object before"`
	After       *Value           `json:"after,omitempty" doc:"the whole object after"`
	BeforeSalt  string           `json:"beforeSalt,omitempty"`
	AfterSalt   string           `json:"afterSalt,omitempty"`
	BeforeHash  string           `json:"beforeHash" doc:"SHA-256 of the salt and the object before, in hexadecimal"`
	AfterHash   string           `json:"afterHash"`
	PrevHash    string           `json:"prevHash" doc:"the hash of the entry before; zeros for the first"`
	Hash        string           `json:"hash" doc:"SHA-256 of prevHash, the fields, beforeHash and afterHash"`
}

// AuditActor is who made a change.
type AuditActor struct {
	ActorView
	ID string `json:"id"`
}

// AuditEnd is the last line of the audit log's export.
type AuditEnd struct {
	End     bool   `json:"end" doc:"true"`
	Project string `json:"project"`
	Entries int64  `json:"entries"`
	Hash    string `json:"hash" doc:"of the last entry: kept elsewhere, it proves a later export"`
}

// Receipt says which instances have applied a revision.
type Receipt struct {
	Revision       int64           `json:"revision"`
	State          string          `json:"state" enum:"unknown,waiting,applied,stale" doc:"unknown: nothing is kept of it; waiting: not all have reported yet; applied: all that were connected; stale: some lack it after the grace"`
	CommittedAt    int64           `json:"committedAt,omitempty"`
	Expected       int             `json:"expected" doc:"instances of SDKs that were connected when it was committed"`
	Applied        int             `json:"applied" doc:"of those, how many have it"`
	P50Ms          *int64          `json:"p50Ms,omitempty" doc:"milliseconds from the commit in which half had applied it"`
	P99Ms          *int64          `json:"p99Ms,omitempty"`
	SlowestMs      *int64          `json:"slowestMs,omitempty"`
	Slowest        *InstanceName   `json:"slowest,omitempty" doc:"the last that applied it"`
	Stale          int             `json:"stale" doc:"of those expected, how many lack it after the grace"`
	StaleSince     int64           `json:"staleSince,omitempty" doc:"when the one that is behind the longest was last up to date"`
	StaleInstances []StaleInstance `json:"staleInstances" doc:"the longest behind first, at most 100"`
}

// InstanceName says which process of which program.
type InstanceName struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	SDK         string `json:"sdk"`
	Instance    string `json:"instance"`
	Address     string `json:"address"`
}

// StaleInstance is an instance that lacks a revision.
type StaleInstance struct {
	InstanceName
	Applied    int64 `json:"applied,omitempty" doc:"the newest revision that it reported as applied"`
	Since      int64 `json:"since" doc:"when it was last up to date"`
	LastSeenAt int64 `json:"lastSeenAt"`
	Connected  bool  `json:"connected" doc:"false: it left, or was lost, without applying it"`
}

// Overridden says in how many connected instances a flag is overridden.
type Overridden struct {
	Instances int            `json:"instances"`
	Of        int            `json:"of" doc:"instances of SDKs that are connected"`
	Which     []InstanceName `json:"which" doc:"at most 100"`
}

// Connections are the programs connected now and the attempts refused lately.
type Connections struct {
	Items   []ConnectedApplication `json:"items"`
	Refused []RefusedAttempt       `json:"refused"`
	Nodes   []Node                 `json:"nodes" doc:"the nodes whose programs these are; empty where there can be one only"`
}

// Node is a server of this store. One that stopped in order is not listed.
type Node struct {
	ID        string `json:"id" doc:"of the process"`
	Name      string `json:"name" doc:"its host and port"`
	Here      bool   `json:"here,omitempty" doc:"it is the one that answers"`
	SeenAgoMs int64  `json:"seenAgoMs" doc:"how long ago the one that answers last heard of it"`
	Silent    bool   `json:"silent,omitempty" doc:"it was not heard of for so long that something is wrong: its programs are shown as they were"`
	Missing   bool   `json:"missing,omitempty" doc:"it was silent for so long that its programs are no longer listed"`
}

// ConnectedApplication is a program with its running instances.
type ConnectedApplication struct {
	Application string              `json:"application"`
	Version     string              `json:"version"`
	Platform    string              `json:"platform"`
	SDK         string              `json:"sdk"`
	Environment string              `json:"environment"`
	Instances   []ConnectedInstance `json:"instances"`
	Hosts       int                 `json:"hosts"`
	Processes   int                 `json:"processes"`
}

// ConnectedInstance is one running process.
type ConnectedInstance struct {
	Instance   string `json:"instance"`
	Address    string `json:"address"`
	Transport  string `json:"transport" enum:"stream,poll,ofrep,relay" doc:"relay: known through its reports only"`
	Revision   int64  `json:"revision" doc:"the newest revision sent to it"`
	Since      int64  `json:"since"`
	LastSeenAt int64  `json:"lastSeenAt"`

	Applied    int64    `json:"applied,omitempty" doc:"the newest revision that it reported as applied"`
	StaleSince int64    `json:"staleSince,omitempty" doc:"when it was last up to date, if it lacks a revision for longer than it should"`
	Overrides  []string `json:"overrides,omitempty" doc:"the flags that it overrides by BURGEE_OVERRIDES"`
}

// RefusedAttempt is a request of a program that was turned away.
type RefusedAttempt struct {
	At      int64  `json:"at"`
	Address string `json:"address"`
	Key     string `json:"key" doc:"masked"`
	Cause   string `json:"cause" doc:"for example key_unknown, client_key, key_malformed"`
	Message string `json:"message"`
	Origin  string `json:"origin,omitempty"`
}

// Attribute is one entry of the registry of context attributes.
type Attribute struct {
	Path    string  `json:"path"`
	Type    string  `json:"type"`
	Values  []Value `json:"values,omitempty"`
	Privacy string  `json:"privacy,omitempty"`
}

// LiveEvent is one hint of the live stream; the reader fetches again.
type LiveEvent struct {
	Type        string   `json:"type" enum:"revision,presence,counts,keys,receipts,requests"`
	Environment string   `json:"environment,omitempty"`
	Revision    int64    `json:"revision,omitempty"`
	Actor       string   `json:"actor,omitempty"`
	Sentences   []string `json:"sentences,omitempty"`
}
