package apiclient

import (
	"context"
	"net/http"
)

// EraseRequest asks to take an identifier out of everything.
type EraseRequest struct {
	Unit    string `json:"unit"`
	Project string `json:"project,omitempty"` // "" is each in which one may erase
	Comment string `json:"comment,omitempty"`
	DryRun  bool   `json:"dryRun,omitempty"`
}

// Erasure says what an erasure did, or would do.
type Erasure struct {
	DryRun      bool            `json:"dryRun"`
	Placeholder string          `json:"placeholder,omitempty"`
	Projects    []ErasedProject `json:"projects"`
	Skipped     []string        `json:"skipped"`
}

// ErasedProject is what was found in one project.
type ErasedProject struct {
	Project        string           `json:"project"`
	Objects        []ErasedObject   `json:"objects"`
	Entries        int              `json:"entries"`
	ChangeRequests int              `json:"changeRequests"`
	Revisions      map[string]int64 `json:"revisions"`
	Kept           []ErasedObject   `json:"kept"`
	Named          int              `json:"named"`
}

// ErasedObject is an object with the identifier in it.
type ErasedObject struct {
	Kind        string   `json:"kind"`
	Key         string   `json:"key"`
	Environment string   `json:"environment,omitempty"`
	Archived    bool     `json:"archived,omitempty"`
	Places      []string `json:"places"`
}

// Erase erases an identifier, or says what that would do.
func (c *Client) Erase(ctx context.Context, request EraseRequest) (Erasure, error) {
	var out Erasure
	err := c.call(ctx, http.MethodPost, path("erasures"), request, &out)
	return out, err
}
