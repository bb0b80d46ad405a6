package catalog

import (
	"context"
	"fmt"
	"reflect"
)

// CatchUp brings what the Service knows of a project up to the store's state, as
// a change would, and says where the result differs from what is loaded afresh.
// followed says whether the record was followed for it.
func (s *Service) CatchUp(ctx context.Context, project string) (followed bool, err error) {
	err = s.store.Read(ctx, func(r Reader) error {
		row, err := r.Project(project)
		if err != nil {
			return err
		}
		present, err := follow(r, row, s.states[row.ID])
		if err != nil || present == nil {
			_, err = s.view(r, project)
			return err
		}
		followed = true
		loaded, err := load(r, row)
		if err != nil {
			return err
		}
		s.remember(row.ID, present)
		return differ(r, row, present, loaded)
	})
	return followed, err
}

func differ(r Reader, row ProjectRow, got, want *state) error {
	for _, part := range []struct {
		name      string
		got, want any
	}{
		{"generation", got.generation, want.generation},
		{"entry", got.entry, want.entry},
		{"number of the entry", got.seq, want.seq},
		{"flags", got.project.Flags, want.project.Flags},
		{"archived flags", got.project.Archived, want.project.Archived},
		{"configurations", got.project.Configurations, want.project.Configurations},
		{"groups", got.project.TargetGroups, want.project.TargetGroups},
		{"experiments", got.project.Experiments, want.project.Experiments},
		{"attributes", got.project.Attributes, want.project.Attributes},
		{"meta", got.meta, want.meta},
		{"starts", got.started, want.started},
		{"what archived flags were", got.hidden, want.hidden},
	} {
		if !reflect.DeepEqual(part.got, part.want) {
			return fmt.Errorf("%s: got %+v, want %+v", part.name, part.got, part.want)
		}
	}
	for _, environment := range row.Environments {
		known, ok := got.lines.get(environment.ID)
		if !ok {
			continue
		}
		read, err := want.linesOf(r, environment.ID)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(known, read) {
			return fmt.Errorf("lines of %s: got %d, want %d", environment.Key, len(known), len(read))
		}
	}
	return nil
}

// KnownLines is of how many environments of a project the Service knows the lines.
func (s *Service) KnownLines(projectID int64) int {
	return len(s.states[projectID].lines.byEnvironment)
}
