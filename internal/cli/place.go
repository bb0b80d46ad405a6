package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/store"
)

// place is where a command finds what a server keeps: --data and --store, which
// fall back to their variables and to ./data.
type place struct{ data, store string }

func (p *place) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.data, "data", "", "the server's data folder (BURGEE_DATA; ./data when not set)")
	cmd.Flags().StringVar(&p.store, "store", "", "the server's PostgreSQL database, postgres://… (BURGEE_STORE or BURGEE_STORE_FILE; SQLite in the data folder when not set)")
}

// find resolves a place. A folder that was named beats a database of the
// environment.
func (p *place) find(stdio Stdio) (at store.Place, err error) {
	at.Dir = cmp.Or(p.data, stdio.getenv("BURGEE_DATA"), "./data")
	if p.data == "" || p.store != "" {
		at.URL, err = config.StoreAddress(stdio.Environ, p.store)
	}
	return at, err
}
