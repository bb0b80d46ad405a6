package adminapi

// Items is how a list is answered: an object, so that it can grow.
type Items[T any] struct {
	Items []T `json:"items"`
}

// LastChange says who touched an object last.
type LastChange struct {
	Actor    string `json:"actor"`
	At       int64  `json:"at" doc:"milliseconds since 1970"`
	Revision int64  `json:"revision,omitempty"`
}

// Use is one place that refers to an object.
type Use struct {
	Kind        string `json:"kind" doc:"flag, configuration, experiment or target_group"`
	Key         string `json:"key"`
	Environment string `json:"environment,omitempty"`
}

// Session says who is signed in, and what the sign-in page needs to know.
type Session struct {
	OwnerExists  bool       `json:"ownerExists"`
	SignedIn     bool       `json:"signedIn"`
	Pending      string     `json:"pending,omitempty" doc:"the sign-in waits for a code: give it with this, within 5 minutes"`
	Member       *Member    `json:"member,omitempty"`
	Token        string     `json:"token,omitempty" doc:"the name of the API token that the request bears"`
	SingleSignOn *SSOChoice `json:"singleSignOn,omitempty"`
	Encrypted    bool       `json:"encrypted" doc:"false: the page says that the connection is not encrypted"`
	Loopback     bool       `json:"loopback" doc:"the browser runs on the server's own machine"`
	Version      string     `json:"version"`
	PublicURL    string     `json:"publicUrl" doc:"where programs reach this server"`
	Downloads    Downloads  `json:"downloads"`
}

// Member is a person with an account.
type Member struct {
	ID      string   `json:"id"`
	Email   string   `json:"email"`
	Roles   []string `json:"roles" doc:"each as viewer (everywhere), viewer@project or viewer@project/environment"`
	Manages bool     `json:"manages" doc:"may manage members somewhere"`
	Rights  []Right  `json:"rights" doc:"what the roles let do, and where; it is asked again for each request"`
}

// Right is what a member may do in one place.
type Right struct {
	Place   string   `json:"place" doc:"project or project/environment; empty is everywhere"`
	Actions []string `json:"actions"`
}

// PersonView is a person as who manages members sees them.
type PersonView struct {
	ID           string   `json:"id"`
	Email        string   `json:"email"`
	Roles        []string `json:"roles" doc:"those that count where you manage members, each as viewer (everywhere), viewer@project or viewer@project/environment"`
	Password     bool     `json:"password" doc:"signs in with a password"`
	TOTP         bool     `json:"totp" doc:"signs in with a second step"`
	SingleSignOn bool     `json:"singleSignOn" doc:"is known to a provider of single sign-on"`
	Version      int64    `json:"version" doc:"of the roles, for If-Match"`
}

// Role is a named set of actions.
type Role struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Actions     []string `json:"actions"`
	BuiltIn     bool     `json:"builtIn" doc:"of Burgee itself"`
	Version     int64    `json:"version" doc:"for If-Match; 0 of a built-in one"`
}

// Link is an invitation or a link that resets a password, without its secret.
type Link struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind" enum:"invitation,reset"`
	Email     string   `json:"email"`
	Roles     []string `json:"roles" doc:"what an invitation gives"`
	MadeBy    string   `json:"madeBy"`
	CreatedAt int64    `json:"createdAt"`
	ExpiresAt int64    `json:"expiresAt"`
}

// NewLink is a link just made, to copy and send.
type NewLink struct {
	Link
	URL      string `json:"url" doc:"works once; shown this once"`
	Replaced bool   `json:"replaced,omitempty" doc:"an earlier link of this kind for this person ended"`
}

// SignedInAt is one session: a browser that somebody signed in with.
type SignedInAt struct {
	ID         string `json:"id"`
	Current    bool   `json:"current" doc:"the one of this request"`
	CreatedAt  int64  `json:"createdAt"`
	LastSeenAt int64  `json:"lastSeenAt"`
	ExpiresAt  int64  `json:"expiresAt"`
	UserAgent  string `json:"userAgent"`
	Address    string `json:"address"`
}

// Downloads are the SDKs that come with this server.
type Downloads struct {
	Python string `json:"python,omitempty" doc:"the path of the wheel"`
	Go     string `json:"go,omitempty" doc:"the path of the module proxy"`
	Hint   string `json:"hint,omitempty" doc:"how to build them, where they are absent"`
}

// Token is an API token; the secret itself is shown once.
type Token struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Prefix       string   `json:"prefix" doc:"the token, masked"`
	Kind         string   `json:"kind" enum:"personal,service" doc:"personal: ends with its member, and does nothing that the member may not; service: nobody's"`
	Member       string   `json:"member,omitempty" doc:"whose it is, of a personal token"`
	Scope        string   `json:"scope" doc:"full: all that its kind allows; relay: only burgee relay; else a role"`
	Environments []string `json:"environments" doc:"where it counts, each as project/environment or project; empty is everywhere"`
	CreatedAt    int64    `json:"createdAt"`
	LastUsedAt   int64    `json:"lastUsedAt,omitempty"`
	ExpiresAt    int64    `json:"expiresAt,omitempty"`
}

// NewToken is a token just made, with its secret.
type NewToken struct {
	Token
	Secret string `json:"token" doc:"shown this once"`
}

// Project is a set of flags shared by the programs of one product.
type Project struct {
	Key          string        `json:"key"`
	Name         string        `json:"name"`
	Environments []Environment `json:"environments" doc:"in the project's own order, without the archived ones"`
	Archived     []Environment `json:"archivedEnvironments"`
	FlagCount    int           `json:"flagCount"`
	Version      int64         `json:"version" doc:"of the name and the order of the environments, for If-Match"`
	ArchivedAt   int64         `json:"archivedAt,omitempty" doc:"when it was archived"`
}

// Environment is one environment of a project.
type Environment struct {
	Key                string      `json:"key"`
	Name               string      `json:"name"`
	Kind               string      `json:"kind" enum:"production,development,other"`
	Revision           int64       `json:"revision"`
	Approvals          int         `json:"approvals" doc:"how many a change needs; 0 is none"`
	ConnectedInstances int         `json:"connectedInstances"`
	ArchivedAt         int64       `json:"archivedAt,omitempty" doc:"when it was archived"`
	LastChange         *LastChange `json:"lastChange,omitempty"`
	Version            int64       `json:"version" doc:"of name, kind and approvals: write it as If-Match to change nothing that somebody changed after you read it"`
}

// Key is an SDK key of one environment.
type Key struct {
	ID             string `json:"id"`
	Kind           string `json:"kind" enum:"server,client"`
	Name           string `json:"name"`
	Masked         string `json:"masked"`
	Key            string `json:"key,omitempty" doc:"a client key always; a server key only in the answer that made it"`
	SignedContexts bool   `json:"signedContexts,omitempty" doc:"of a client key: contexts are taken only that a service has signed"`
	CreatedAt      int64  `json:"createdAt"`
	LastUsedAt     int64  `json:"lastUsedAt,omitempty"`
	Uses           int64  `json:"uses" doc:"requests seen since this server started"`
	LastSDK        string `json:"lastSdk,omitempty"`
	ExpiresAt      int64  `json:"expiresAt,omitempty"`
	RevokedAt      int64  `json:"revokedAt,omitempty"`
}

// Variation is a named value of a flag.
type Variation struct {
	ID    string `json:"id"`
	Value Value  `json:"value"`
	Name  string `json:"name,omitempty"`
}

// FlagSummary is a flag as lists show it.
type FlagSummary struct {
	Key            string                     `json:"key"`
	Type           string                     `json:"type" enum:"boolean,string,integer,double,json"`
	Description    string                     `json:"description"`
	Tags           []string                   `json:"tags"`
	Owner          string                     `json:"owner"`
	Kind           string                     `json:"kind" enum:"release,experiment,operational,permission"`
	Client         bool                       `json:"client" doc:"client keys may see it"`
	Source         string                     `json:"source" enum:"code,person"`
	ManagedBy      string                     `json:"managedBy,omitempty" enum:"file" doc:"a file alone changes it, but for off and on; absent where nothing does"`
	ManagedIn      string                     `json:"managedIn,omitempty" doc:"where that file is"`
	CodeDefault    *Value                     `json:"codeDefault,omitempty" doc:"what the newest declaration serves by itself"`
	CreatedAt      int64                      `json:"createdAt"`
	ArchivedAt     int64                      `json:"archivedAt,omitempty"`
	ArchivedReason string                     `json:"archivedReason,omitempty" doc:"why it archived itself; absent where somebody archived it"`
	Drift          []string                   `json:"drift" doc:"sentences: programs that declare it otherwise"`
	KeepUntil      string                     `json:"keepUntil,omitempty" doc:"the last day on which it is not stale, whatever it serves, or always"`
	LooksLike      []string                   `json:"looksLike,omitempty" doc:"keys of flags, archived ones too, that differ from this one in upper and lower case, _ or - alone"`
	Stale          []Stale                    `json:"stale" doc:"why it may have done its work; empty while it is in use"`
	Variations     []Variation                `json:"variations"`
	Environments   map[string]FlagEnvironment `json:"environments"`
}

// Stale is one reason for which a flag may be taken out.
type Stale struct {
	Reason string `json:"reason" enum:"one_variation,not_asked,expired"`
	Since  int64  `json:"since" doc:"when that began, in milliseconds since 1970"`
	Words  string `json:"words" doc:"one sentence"`
}

// Asker is a version of a program that asked for a flag lately.
type Asker struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	Environment string `json:"environment"`
	LastAt      int64  `json:"lastAt" doc:"when it evaluated or declared it last, in milliseconds since 1970"`
	Evaluations int64  `json:"evaluations" doc:"in the last 7 days; 0 where it declared the flag and evaluated nothing"`
}

// FlagEnvironment is what a flag does in one environment, in short.
type FlagEnvironment struct {
	Configured      bool        `json:"configured"`
	Enabled         bool        `json:"enabled"`
	Serving         string      `json:"serving" doc:"for example: code default false, 25 % of DE, OFF"`
	ServingKind     string      `json:"servingKind" enum:"code,variation,split,rules,experiment,off"`
	RollingOut      bool        `json:"rollingOut"`
	Experiment      string      `json:"experiment,omitempty"`
	LastEvaluatedAt int64       `json:"lastEvaluatedAt,omitempty"`
	Hourly          []int64     `json:"hourly" doc:"evaluations of the last 24 hours, oldest first"`
	LastChange      *LastChange `json:"lastChange,omitempty"`
}

// FlagDetail is a whole flag.
type FlagDetail struct {
	FlagSummary
	Version        int64                         `json:"version" doc:"of the flag's own fields: write it as If-Match to change nothing that somebody changed after you read it"`
	Seed           string                        `json:"seed"`
	Expires        string                        `json:"expires,omitempty"`
	Configurations map[string]MaybeConfiguration `json:"configurations"`
	Experiments    []ExperimentView              `json:"experiments"`
	Declarations   []Declaration                 `json:"declarations"`
	UsedBy         []Use                         `json:"usedBy"`
	Overridden     map[string]Overridden         `json:"overridden" doc:"by environment: where BURGEE_OVERRIDES decides instead"`
}

// Declaration is how one program declares a flag in its code.
type Declaration struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	Platform    string `json:"platform,omitempty"`
	SDK         string `json:"sdk"`
	Environment string `json:"environment"`
	Type        string `json:"type"`
	Default     Value  `json:"default"`
	FirstSeenAt int64  `json:"firstSeenAt"`
	LastSeenAt  int64  `json:"lastSeenAt"`
}

// Evaluations are the counts of one flag in one environment over time.
type Evaluations struct {
	From          int64              `json:"from"`
	To            int64              `json:"to"`
	StepMs        int64              `json:"stepMs"`
	Series        []Series           `json:"series"`
	Total         int64              `json:"total"`
	ByApplication []ApplicationCount `json:"byApplication"`
}

// Series counts the evaluations that served one variation, or none.
type Series struct {
	Variation *string `json:"variation" doc:"null where the program's own default was served"`
	Reason    string  `json:"reason,omitempty"`
	Label     string  `json:"label"`
	Points    []Point `json:"points"`
}

// Point is one step of a series.
type Point struct {
	At    int64 `json:"at"`
	Count int64 `json:"count"`
}

// ApplicationCount counts the evaluations of one program.
type ApplicationCount struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	SDK         string `json:"sdk"`
	Count       int64  `json:"count"`
}

// Imported is a document made of another product's export.
type Imported struct {
	Document     string       `json:"document" doc:"a burgee/v1 file as YAML, for apply"`
	Flags        int          `json:"flags"`
	TargetGroups int          `json:"targetGroups"`
	Lost         []ImportLoss `json:"lost" nullable:"false" doc:"what is not carried over, or not as it was, a line each"`
}

// ImportLoss is one thing that was not carried over, or not as it was.
type ImportLoss struct {
	Object string `json:"object" doc:"what it was part of"`
	What   string `json:"what"`
}
