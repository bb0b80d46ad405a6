package catalog

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
)

// VerifyLines compares what programs are sent with what the configuration of a
// project says now, and returns a sentence for each line that differs.
func (s *Service) VerifyLines(ctx context.Context, actor account.Actor, project string) ([]string, error) {
	if err := account.Can(actor, account.Read, account.Scope{Project: project}); err != nil {
		return nil, err
	}
	var out []string
	err := s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		stored, err := load(r, row)
		if err != nil {
			return err
		}
		for _, e := range row.live() {
			wanted, err := stored.project.Lower(e.Key)
			if err != nil {
				return fmt.Errorf("catalog: lower %s of project %s: %w", e.Key, project, err)
			}
			sent, err := r.Lines(e.ID)
			if err != nil {
				return err
			}
			out = append(out, mismatches(e.Key, wanted, sent)...)
		}
		return nil
	})
	return out, err
}

// mismatches says which stored lines are not the wanted ones.
func mismatches(environment string, wanted, stored map[document.EntityRef][]byte) []string {
	var out []string
	for ref, line := range wanted {
		switch sent, known := stored[ref]; {
		case !known:
			out = append(out, fmt.Sprintf("%s %s in %s is not sent", ref.Kind, ref.Key, environment))
		case !bytes.Equal(line, sent):
			out = append(out, fmt.Sprintf("%s %s in %s is sent otherwise than it is configured", ref.Kind, ref.Key, environment))
		}
	}
	for ref := range stored {
		if _, known := wanted[ref]; !known {
			out = append(out, fmt.Sprintf("%s %s in %s is sent, but is no longer there", ref.Kind, ref.Key, environment))
		}
	}
	slices.Sort(out)
	return out
}
