package server

import (
	"fmt"
	"io"
	"strings"

	"burgee.dev/burgee/internal/telemetry"
)

// greeting is what the server says on standard error when it has started. It
// never goes through the logger: it holds secrets.
type greeting struct {
	url, data string
	store     string // the database's address without its password; "" is that in data
	setup     string // secret of the set-up link; "" when an owner exists
	serverKey string // only when it was made just now
	ignored   bool   // BURGEE_INIT_ variables were set on a store that is not empty
	upstream  string // of a relay
}

func (g greeting) print(w io.Writer) error {
	var b strings.Builder
	switch {
	case g.upstream != "":
		fmt.Fprintf(&b, "Burgee relay %s   %s   from %s   data %s\n", telemetry.Version, g.url, g.upstream, g.data)
	case g.store != "":
		fmt.Fprintf(&b, "Burgee %s   %s   store %s\n", telemetry.Version, g.url, g.store)
	default:
		fmt.Fprintf(&b, "Burgee %s   %s   data %s\n", telemetry.Version, g.url, g.data)
	}
	if g.setup != "" {
		fmt.Fprintf(&b, "  Create your account   %s   (printed again at every start until used)\n", setupURL(g.url, g.setup))
		if g.store != "" {
			b.WriteString("  Or from a shell       burgee user create-owner   (with BURGEE_STORE as here)\n")
		} else {
			fmt.Fprintf(&b, "  Or from this shell    burgee user create-owner --data %s\n", g.data)
		}
	}
	if g.serverKey != "" {
		fmt.Fprintf(&b, "  Server key            %s   (default / production)\n", g.serverKey)
	}
	if g.ignored {
		b.WriteString("  BURGEE_INIT_… ignored: the store is not empty\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// setupURL keeps the secret after the #, so that no log of a proxy holds it.
func setupURL(base, secret string) string { return base + "/start#t=" + secret }
