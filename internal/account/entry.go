package account

// Entry tells the record of a change to accounts. It holds no secret and no
// hash of one. The store writes the change and its entry in one transaction.
type Entry struct {
	Kind      EntryKind
	Object    string // a member's e-mail, a token's name
	Action    EntryAction
	Before    any // a MemberState or a TokenState; nil is absent
	After     any
	Actor     Actor
	At        int64
	RequestID string // empty for what was done on the server's own host
}

// EntryKind is what an entry is about.
type EntryKind string

// The kinds of entries.
const (
	MemberEntry EntryKind = "member"
	TokenEntry  EntryKind = "token"
)

// EntryAction is what happened.
type EntryAction string

// The actions of entries.
const (
	EntryCreate EntryAction = "create"
	EntryUpdate EntryAction = "update"
	EntryDelete EntryAction = "delete"
)

// MemberState is what the record keeps of a member.
type MemberState struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Role  Role   `json:"role"`
}

// TokenState is what the record keeps of an API token.
type TokenState struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Masked string `json:"masked"`
	Role   Role   `json:"role"`
	// Environments is where a relay's token counts; absent is everywhere.
	Environments []string `json:"environments,omitempty"`
	ExpiresAt    int64    `json:"expiresAt,omitempty"`
}

func memberState(rec MemberRecord) MemberState {
	return MemberState{ID: rec.ID, Email: rec.Email, Role: rec.Role}
}

func tokenState(rec TokenRecord) TokenState {
	state := TokenState{ID: rec.ID, Name: rec.Name, Masked: rec.Masked, Role: rec.Role, ExpiresAt: rec.ExpiresAt}
	for _, scope := range rec.Environments {
		state.Environments = append(state.Environments, scope.String())
	}
	return state
}

// onHost is the actor of what is done on the server's own host: by its
// BURGEE_INIT_ variables or by a command.
func onHost() Actor { return Actor{Kind: Host, Name: "host", Role: Owner} }
