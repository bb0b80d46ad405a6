package nodes

import (
	"encoding/json"

	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
)

// batch is what one server tells at a time. In memory its times are of this
// server's clock; as JSON they are ages, in milliseconds before it was written.
type batch struct {
	presence presence.News
	words    []receipts.Word
	commits  []receipts.Commit
}

type batchJSON struct {
	All     bool           `json:"all,omitempty"`
	Here    []instanceJSON `json:"here,omitempty"`
	Left    []instanceJSON `json:"left,omitempty"`
	Refused []refusalJSON  `json:"refused,omitempty"`
	Words   []wordJSON     `json:"words,omitempty"`
	Commits []commitJSON   `json:"commits,omitempty"`
}

type callerJSON struct {
	Application string `json:"application,omitempty"`
	Version     string `json:"version,omitempty"`
	Platform    string `json:"platform,omitempty"`
	SDK         string `json:"sdk,omitempty"`
	Instance    string `json:"instance,omitempty"`
	Address     string `json:"address,omitempty"`
}

type instanceJSON struct {
	callerJSON
	Project     string `json:"project"`
	Environment string `json:"environment"`
	Transport   string `json:"transport,omitempty"`
	Revision    int64  `json:"revision,omitempty"`
	SinceAge    int64  `json:"sinceAge,omitempty"`
	SeenAge     int64  `json:"seenAge,omitempty"`
}

type refusalJSON struct {
	Age     int64  `json:"age"`
	Address string `json:"address"`
	Key     string `json:"key"`
	Cause   string `json:"cause"`
	Message string `json:"message"`
	Origin  string `json:"origin"`
}

type wordJSON struct {
	callerJSON
	EnvironmentID int64     `json:"environment"`
	Revision      int64     `json:"revision,omitempty"`
	Age           int64     `json:"age"`
	Timed         bool      `json:"timed,omitempty"`
	Overrides     *[]string `json:"overrides,omitempty"`
}

type commitJSON struct {
	EnvironmentID int64 `json:"environment"`
	Revision      int64 `json:"revision"`
	Age           int64 `json:"age"`
}

// encode writes a batch at a time.
func (b *batch) encode(at int64) ([]byte, error) {
	out := batchJSON{All: b.presence.All}
	for _, i := range b.presence.Here {
		out.Here = append(out.Here, instanceJSON{
			callerJSON(i.Caller), i.Project, i.Environment, string(i.Transport), i.Revision, at - i.Since, at - i.LastSeen,
		})
	}
	for _, i := range b.presence.Left {
		out.Left = append(out.Left, instanceJSON{callerJSON: callerJSON(i.Caller), Project: i.Project, Environment: i.Environment})
	}
	for _, f := range b.presence.Refused {
		out.Refused = append(out.Refused, refusalJSON{at - f.At, f.Address, f.Key, f.Cause, f.Message, f.Origin})
	}
	for _, w := range b.words {
		out.Words = append(out.Words, wordJSON{callerJSON(w.Caller), w.EnvironmentID, w.Revision, at - w.At, w.Timed, w.Overrides})
	}
	for _, c := range b.commits {
		out.Commits = append(out.Commits, commitJSON{c.EnvironmentID, c.Revision, at - c.At})
	}
	return json.Marshal(out)
}

// decode reads a batch that was written at a time.
func decode(body []byte, at int64) (b batch, err error) {
	var in batchJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return b, err
	}
	b.presence.All = in.All
	for _, i := range in.Here {
		b.presence.Here = append(b.presence.Here, presence.Instance{
			Caller: presence.Caller(i.callerJSON), Project: i.Project, Environment: i.Environment,
			Transport: presence.Transport(i.Transport), Revision: i.Revision, Since: at - i.SinceAge, LastSeen: at - i.SeenAge,
		})
	}
	for _, i := range in.Left {
		b.presence.Left = append(b.presence.Left, presence.Instance{Caller: presence.Caller(i.callerJSON), Project: i.Project, Environment: i.Environment})
	}
	for _, f := range in.Refused {
		b.presence.Refused = append(b.presence.Refused, presence.Refusal{
			At: at - f.Age, Address: f.Address, Key: f.Key, Cause: f.Cause, Message: f.Message, Origin: f.Origin,
		})
	}
	for _, w := range in.Words {
		b.words = append(b.words, receipts.Word{
			EnvironmentID: w.EnvironmentID, Caller: presence.Caller(w.callerJSON), Revision: w.Revision,
			At: at - w.Age, Timed: w.Timed, Overrides: w.Overrides,
		})
	}
	for _, c := range in.Commits {
		b.commits = append(b.commits, receipts.Commit{EnvironmentID: c.EnvironmentID, Revision: c.Revision, At: at - c.Age})
	}
	return b, nil
}
