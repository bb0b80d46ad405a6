package adminapi

import (
	"net/http"

	"burgee.dev/burgee/internal/catalog"
)

// body wraps an answer as huma wants it.
type body[T any] struct{ Body T }

// none is an input or answer without parts.
type none struct{}

// ProjectPath names a project in a path.
type ProjectPath struct {
	Project string `path:"project" doc:"the project's key" example:"default"`
}

// EnvironmentPath names an environment in a path.
type EnvironmentPath struct {
	ProjectPath
	Environment string `path:"environment" doc:"the environment's key" example:"production"`
}

// RevisionPath names a revision in a path.
type RevisionPath struct {
	EnvironmentPath
	Revision int64 `path:"revision" minimum:"1" doc:"the revision's number" example:"18231"`
}

// FlagPath names a flag in a path.
type FlagPath struct {
	ProjectPath
	Flag string `path:"flag" doc:"the flag's key" example:"Flags.isHoliday"`
}

// FlagEnvironmentPath names a flag and an environment in a path.
type FlagEnvironmentPath struct {
	FlagPath
	Environment string `path:"environment" doc:"the environment's key" example:"production"`
}

// KeyPath names an SDK key in a path.
type KeyPath struct {
	EnvironmentPath
	ID string `path:"id" doc:"the key's id"`
}

// GroupPath names a target group in a path.
type GroupPath struct {
	ProjectPath
	Group string `path:"group" doc:"the target group's key" example:"beta"`
}

// ExperimentPath names an experiment in a path.
type ExperimentPath struct {
	ProjectPath
	Experiment string `path:"experiment" doc:"the experiment's key" example:"checkout"`
}

// CommentQuery is a note that stands beside a write.
type CommentQuery struct {
	Comment string `query:"comment" maxLength:"2000" doc:"a note for the audit log"`
}

// WriteOptions stand beside a write to one environment.
type WriteOptions struct {
	CommentQuery
	IfMatch string `header:"If-Match" doc:"the revision the change was made on; another one answers 412"`
}

// VersionOptions stand beside a write to one object of a project.
type VersionOptions struct {
	CommentQuery
	IfMatch string `header:"If-Match" doc:"the version of the object that the change was made on, as the answers' version; another one answers 412"`
}

// SeenVersion stands beside a change of what people edit side by side.
type SeenVersion struct {
	IfMatch string `header:"If-Match" doc:"the version that the change was made on, as the answers' version; another one answers 412"`
}

// Credentials are an e-mail address and a password.
type Credentials struct {
	Email    string `json:"email" maxLength:"254"`
	Password string `json:"password" maxLength:"1024"`
}

type setupInput struct {
	Body struct {
		Token string `json:"token" doc:"from the link that the server printed: /start#t=…" maxLength:"200"`
		Credentials
	}
}

type signInInput struct{ Body Credentials }

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Session
}

type signOutOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

type createTokenInput struct {
	Body struct {
		Name          string   `json:"name" minLength:"1" maxLength:"100"`
		Kind          string   `json:"kind,omitempty" enum:"personal,service" doc:"personal, which is the default of a person: it ends with its member, and does nothing that the member may not. service: nobody's, with rights of its own"`
		Scope         string   `json:"scope,omitempty" maxLength:"40" doc:"full, which is the default; relay: only burgee relay, which carries configuration on; or a role, such as viewer"`
		Environments  []string `json:"environments,omitempty" maxItems:"100" doc:"where it counts, each as project/environment or, not of a relay, project; none is everywhere"`
		ExpiresInDays int      `json:"expiresInDays,omitempty" minimum:"1" maximum:"3650" doc:"at most 3650; without it the token does not expire, and a token that expires makes none that lives longer"`
	}
}

type tokenPath struct {
	ID string `path:"id" doc:"the token's id"`
}

// MemberPath names a member in a path.
type MemberPath struct {
	ID string `path:"id" doc:"the member's id"`
}

type rolesInput struct {
	MemberPath
	SeenVersion
	Body struct {
		Roles []string `json:"roles" maxItems:"100" doc:"each as viewer (everywhere), viewer@project or viewer@project/environment"`
	}
}

type inviteInput struct {
	Body struct {
		Email string   `json:"email" maxLength:"254"`
		Roles []string `json:"roles" maxItems:"100" doc:"each as viewer (everywhere), viewer@project or viewer@project/environment"`
	}
}

type linkPath struct {
	ID string `path:"id" doc:"the link's id"`
}

type readLinkInput struct {
	Body struct {
		Token string `json:"token" maxLength:"200" doc:"from the link: /join#t=…"`
	}
}

type useLinkInput struct {
	Body struct {
		Token    string `json:"token" maxLength:"200" doc:"from the link: /join#t=…"`
		Password string `json:"password" maxLength:"1024"`
	}
}

// RolePath names a role in a path.
type RolePath struct {
	Role string `path:"role" maxLength:"40" doc:"the role's name"`
}

type putRoleInput struct {
	RolePath
	SeenVersion
	IfNoneMatch string `header:"If-None-Match" enum:"*" doc:"*: make the role, and answer 412 where there is one of this name"`
	Body        struct {
		Description string   `json:"description,omitempty" maxLength:"200"`
		Actions     []string `json:"actions" maxItems:"20" doc:"read, edit_flags, publish, off, manage_keys, manage_project, manage_accounts; read is always among them"`
	}
}

// MemberQuery says whose sessions are meant.
type MemberQuery struct {
	Member string `query:"member" maxLength:"100" doc:"a member's id; your own when absent"`
}

type sessionPath struct {
	MemberQuery
	ID string `path:"id" doc:"the session's id"`
}

type renameProjectInput struct {
	ProjectPath
	SeenVersion
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}

type createKeyInput struct {
	EnvironmentPath
	Body struct {
		Kind           string `json:"kind" enum:"server,client"`
		Name           string `json:"name" minLength:"1" maxLength:"100"`
		SignedContexts bool   `json:"signedContexts,omitempty" doc:"of a client key: take contexts only that a service has signed with a server key of the environment"`
	}
}

type revokeKeyInput struct {
	KeyPath
	IfUnused bool `query:"ifUnused" doc:"revoke it only when no program has used it"`
}

type rotateKeyInput struct {
	KeyPath
	Body struct {
		OverlapHours int `json:"overlapHours" minimum:"0" maximum:"720" doc:"how long the old key goes on working"`
	}
}

type listFlagsInput struct {
	ProjectPath
	Archived     bool   `query:"archived" doc:"list the archived flags instead"`
	Text         string `query:"text" maxLength:"200" doc:"only flags with this text in the key, the description, a tag, or a variation's name or value, whatever the case"`
	Type         string `query:"type" enum:"boolean,string,integer,double,json" doc:"only flags of this type"`
	Tag          string `query:"tag" maxLength:"200" doc:"only flags with this tag"`
	Owner        string `query:"owner" maxLength:"200" doc:"only flags of this owner"`
	Kind         string `query:"kind" enum:"release,experiment,operational,permission" doc:"only flags of this kind; one that names none is release"`
	Managed      bool   `query:"managed" doc:"only flags that a file manages"`
	Stale        bool   `query:"stale" doc:"only flags that may have done their work"`
	New          bool   `query:"new" doc:"only flags that programs declared and nobody has configured yet"`
	RollingOut   bool   `query:"rollingOut" doc:"only flags that are being rolled out somewhere"`
	InExperiment bool   `query:"inExperiment" doc:"only flags that an experiment holds somewhere"`
	Serving      string `query:"serving" enum:"code,variation,split,rules,experiment,off" doc:"only flags that serve this in the environment"`
	Environment  string `query:"environment" doc:"with serving: where"`
	After        string `query:"after" doc:"only flags with a larger key"`
	Limit        int    `query:"limit" default:"100" minimum:"1" maximum:"500"`
}

func (in *listFlagsInput) filter() catalog.FlagFilter {
	return catalog.FlagFilter{
		Archived: in.Archived, Text: in.Text, Type: in.Type, Tag: in.Tag, Owner: in.Owner, Kind: in.Kind, Managed: in.Managed,
		Stale: in.Stale, New: in.New, RollingOut: in.RollingOut, InExperiment: in.InExperiment,
		Serving: in.Serving, Environment: in.Environment, After: in.After, Limit: in.Limit,
	}
}

// FlagFields are what all environments share of a flag, as writes name it.
type FlagFields struct {
	Description string           `json:"description,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	Owner       string           `json:"owner,omitempty"`
	Kind        string           `json:"kind,omitempty" enum:"release,experiment,operational,permission,"`
	Expires     string           `json:"expires,omitempty" doc:"expected removal, 2027-03-31"`
	KeepUntil   string           `json:"keepUntil,omitempty" doc:"the last day on which it counts as in use whatever it serves, 2027-02-26, or always; empty for no longer"`
	Client      bool             `json:"client,omitempty"`
	ManagedBy   string           `json:"managedBy,omitempty" enum:"file," doc:"file: from then on a file alone changes the flag, but for off and on"`
	ManagedIn   string           `json:"managedIn,omitempty" doc:"where that file is, for people"`
	Seed        string           `json:"seed,omitempty" doc:"what its splits deal by; the server makes one when left out"`
	Variations  []variationInput `json:"variations,omitempty" doc:"a boolean flag has true and false by itself"`
}

// NewFlag is a flag to make.
type NewFlag struct {
	Key  string `json:"key" doc:"letters, digits, . _ -"`
	Type string `json:"type" enum:"boolean,string,integer,double,json"`
	FlagFields
	Environments map[string]configurationInput `json:"environments,omitempty"`
}

// FlagPatch changes a flag's own fields; those left out stay.
type FlagPatch struct{ FlagFields }

type createFlagInput struct {
	ProjectPath
	CommentQuery
	Force bool `query:"force" doc:"also where the key differs from another flag's in upper and lower case, _ or - alone"`
	Body  newFlagBody
}

type patchFlagInput struct {
	FlagPath
	VersionOptions
	Body flagPatchBody
}

type flagActionInput struct {
	FlagPath
	CommentQuery
	Body *struct {
		Comment string `json:"comment,omitempty" maxLength:"2000"`
	}
}

type archiveFlagInput struct {
	FlagPath
	CommentQuery
	Body *struct {
		Comment string `json:"comment,omitempty" maxLength:"2000"`
		Force   bool   `json:"force,omitempty" doc:"also while programs ask for it, or did in the last 7 days: they get their own default"`
	}
}

type putConfigurationInput struct {
	FlagEnvironmentPath
	WriteOptions
	Body configurationBody
}

type deleteConfigurationInput struct {
	FlagEnvironmentPath
	WriteOptions
}

type switchInput struct {
	FlagEnvironmentPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

type evaluationsInput struct {
	FlagPath
	Environment string `query:"environment" required:"true"`
	Hours       int    `query:"hours" default:"24" minimum:"1" maximum:"336"`
}

type putGroupInput struct {
	GroupPath
	VersionOptions
	Body targetGroupBody
}

type deleteGroupInput struct {
	GroupPath
	VersionOptions
}

type listExperimentsInput struct {
	ProjectPath
	Environment string `query:"environment" doc:"only those of this environment"`
	State       string `query:"state" enum:"draft,running,stopped" doc:"only those that are so"`
	Flag        string `query:"flag" maxLength:"200" doc:"only those that act on this flag"`
}

type putExperimentInput struct {
	ExperimentPath
	VersionOptions
	Body experimentBody
}

type deleteExperimentInput struct {
	ExperimentPath
	VersionOptions
}

type experimentActionInput struct {
	ExperimentPath
	CommentQuery
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

// Apply is a file to apply, as text or as JSON.
type Apply struct {
	Text     string           `json:"text,omitempty" doc:"the file's text, YAML or JSON"`
	File     string           `json:"file,omitempty" doc:"the file's name, for messages. What has one comes from a file: it may change flags that are managed by a file, and is refused where somebody changed by hand what a file had set"`
	Document *Document        `json:"document,omitempty" doc:"the document, instead of text"`
	Prune    bool             `json:"prune,omitempty" doc:"take out what the document leaves out: flags are archived, and of the environments that it speaks of experiments and flags' configurations go too"`
	Comment  string           `json:"comment,omitempty" maxLength:"2000"`
	DryRun   bool             `json:"dryRun,omitempty" doc:"plan only"`
	Force    bool             `json:"force,omitempty" doc:"overwrite changes made after the file, and archive flags that programs still ask for"`
	Expect   map[string]int64 `json:"expect,omitempty" doc:"the revision of each environment the change was made on"`
	Bypass   string           `json:"bypass,omitempty" maxLength:"2000" doc:"the reason to publish without the approvals that it needs, which takes the right to do so"`
}

type applyInput struct {
	ProjectPath
	Body Apply
}

type exportInput struct {
	ProjectPath
	Format      string `query:"format" enum:"yaml,json" default:"yaml"`
	At          int64  `query:"at" minimum:"1" doc:"as it was at this time, in milliseconds since 1970"`
	Revision    int64  `query:"revision" minimum:"1" doc:"as it was at this revision of the environment"`
	Environment string `query:"environment" doc:"with revision: the environment that counts it"`
}

type exportOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

type undoInput struct {
	EnvironmentPath
	Body struct {
		Revision int64 `json:"revision" minimum:"1"`
	}
}

type evaluateInput struct {
	EnvironmentPath
	Body struct {
		Flag    string `json:"flag"`
		Context Value  `json:"context,omitempty" doc:"targetingKey, attributes, nested objects; or a string, the targeting key"`
		Now     int64  `json:"now,omitempty" doc:"the clock of the evaluation, in milliseconds since 1970; without it the present, or at"`
		Explain bool   `json:"explain,omitempty"`

		Revision int64 `json:"revision,omitempty" minimum:"1" doc:"evaluate the state of this revision instead of the newest"`
		At       int64 `json:"at,omitempty" minimum:"1" doc:"evaluate what was in force at this time, by the clock of then, in milliseconds since 1970"`
	}
}

type importInput struct {
	ProjectPath
	Body struct {
		Product string `json:"product" enum:"launchdarkly,unleash,flagd" doc:"whose export it is"`
		Files   []struct {
			Name string `json:"name" maxLength:"200" doc:"what to call it in messages"`
			Text string `json:"text" doc:"JSON or YAML"`
		} `json:"files" minItems:"1" maxItems:"50" nullable:"false"`
		Environments []string `json:"environments,omitempty" maxItems:"50" nullable:"false" doc:"the environments to take, each KEY or THEIRS=OURS; an export that names none needs one"`
	}
}

type revisionsInput struct {
	EnvironmentPath
	Before int64 `query:"before" minimum:"0" doc:"only revisions with a smaller number"`
	Limit  int   `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

type compareInput struct {
	EnvironmentPath
	From   int64  `query:"from" minimum:"1" required:"true" doc:"a revision"`
	To     int64  `query:"to" minimum:"1" doc:"another one, later or earlier; the newest when absent"`
	Object string `query:"object" doc:"only the objects with this key"`
}

type rollbackInput struct {
	EnvironmentPath
	WriteOptions
	Body struct {
		Revision int64  `json:"revision,omitempty" minimum:"1" doc:"the revision to go back to"`
		At       int64  `json:"at,omitempty" minimum:"1" doc:"or the time, in milliseconds since 1970"`
		Kind     string `json:"kind,omitempty" enum:"configuration,flag,target_group,experiment,attribute" doc:"of the one object to take back; without it the environment: its configurations and experiments"`
		Object   string `json:"object,omitempty" doc:"the key of the one object"`
		Shared   bool   `json:"shared,omitempty" doc:"with the environment also the flags' own fields, target groups and attributes, which other environments see too"`
		DryRun   bool   `json:"dryRun,omitempty" doc:"plan only"`
		Comment  string `json:"comment,omitempty" maxLength:"2000"`
		Bypass   string `json:"bypass,omitempty" maxLength:"2000" doc:"the reason to publish without the approvals that it needs, which takes the right to do so"`
	}
}

type changesInput struct {
	ProjectPath
	Environment string `query:"environment"`
	Object      string `query:"object" doc:"a flag's, group's or experiment's key"`
	Kind        string `query:"kind" doc:"flag, configuration, target_group, experiment, attribute, sdk_key, project, environment, member, token, link, role, session, change_request, rollout, erasure, store"`
	Actor       string `query:"actor" doc:"the name as the log shows it"`
	Before      int64  `query:"before" minimum:"0"`
	Limit       int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

type connectionsInput struct {
	ProjectPath
	Environment string `query:"environment"`
}
