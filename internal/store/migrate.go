package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"burgee.dev/burgee/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date. A store beside a running server only
// looks: the schema is that server's.
func (s *Store) migrate(ctx context.Context, dir string) error {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writer, files)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", translate(err))
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	found, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: read the schema's version: %w", translate(err))
	}
	if found > newest {
		return fault.New(fault.Unavailable, "schema_newer",
			"The data in %s was written by a newer Burgee (schema %d; this one knows %d). Run that version, or restore a backup made before it", dir, found, newest)
	}
	if found == newest {
		return nil
	}
	if s.lock == nil {
		return fault.New(fault.Unavailable, "schema_older",
			"The burgee that is using %s is of another version (schema %d; this one has %d). Use its own binary, or stop it first", dir, found, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate from schema %d to %d: %w", found, newest, translate(err))
	}
	return nil
}
