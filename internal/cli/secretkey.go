package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/upkeep"
)

// The variables of secret keys; each has a _FILE form.
const (
	secretKeyVariable    = "BURGEE_SECRET_KEY"
	newSecretKeyVariable = "BURGEE_NEW_SECRET_KEY"
)

func newSecretKey(stdio Stdio) *cobra.Command {
	return group("secret-key", "Make, rotate and forget the key that secrets are sealed with",
		newSecretKeyNew(stdio), newSecretKeyRotate(stdio), newSecretKeyForget(stdio))
}

func newSecretKeyNew(stdio Stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "new",
		Short: "Print a new random secret key",
		Long: `Print a new random secret key: 32 bytes in base64. Give it to every node of a server
as BURGEE_SECRET_KEY, or in a file named by BURGEE_SECRET_KEY_FILE. What the server seals
with it cannot be read without it: keep a copy apart from the backups.`,
		Example: `  (umask 077 && burgee secret-key new > secret.key)
  BURGEE_SECRET_KEY_FILE=secret.key burgee serve`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, text, err := secret.NewKey()
			if err == nil {
				_, err = fmt.Fprintln(stdio.Out, text)
			}
			return err
		},
	}
}

type rotateOptions struct {
	place  place
	asJSON bool
}

func newSecretKeyRotate(stdio Stdio) *cobra.Command {
	var o rotateOptions
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Have the sealed secrets take another secret key, on the server's own machine",
		Long: `Have the sealed secrets of a data folder take another secret key, beside the running
server or without one. The key that counts now comes by BURGEE_SECRET_KEY, the new one by
BURGEE_NEW_SECRET_KEY, each also by a file that its _FILE form names. Without a new one
the command makes it and prints it, once, before it counts.

A server that runs goes on; each node needs the new key at its next start, and those that
run without it are named. Backups made before need the old key, so keep it as long as them. Run again after it was cut off, the
command says whether the new key counts.`,
		Example: `  BURGEE_SECRET_KEY_FILE=secret.key burgee secret-key rotate --data ./data > new-secret.key
  BURGEE_SECRET_KEY_FILE=old.key BURGEE_NEW_SECRET_KEY_FILE=new.key burgee secret-key rotate --data /var/lib/burgee`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runSecretKeyRotate(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// rotated is what rotate tells, and prints with --json.
type rotated struct {
	Old     string `json:"old"` // fingerprints
	New     string `json:"new"`
	Key     string `json:"key,omitempty"` // the new key, when it was made here
	Changed bool   `json:"changed"`       // false: the new one was the one that counts already

	Running []upkeep.Running `json:"running,omitempty"` // nodes that need the new key at their next start
}

func runSecretKeyRotate(ctx context.Context, stdio Stdio, o rotateOptions) error {
	at, err := o.place.find(stdio)
	if err != nil {
		return err
	}
	old, next, made, err := secretKeys(stdio)
	if err != nil {
		return err
	}
	told := rotated{Old: old.Fingerprint(), New: next.Fingerprint(), Key: made}
	shown := false
	result, err := upkeep.RotateSecretKey(ctx, upkeep.RotateOptions{
		Data: at.Dir, Store: at.URL, Version: telemetry.Version, Old: old, New: next,
		Show: func(running []upkeep.Running) error {
			told.Running = running
			err := told.show(stdio, o.asJSON)
			shown = err == nil && made != ""
			return err
		},
	})
	if err != nil {
		if shown {
			say(stdio.Err, "keep the key above, and run this again with it as BURGEE_NEW_SECRET_KEY\n")
		}
		return err
	}
	told.Changed, told.Running = result.Changed, result.Running
	return told.end(stdio, o.asJSON)
}

// secretKeys reads the key that counts and the new one, which it makes where
// none is given.
func secretKeys(stdio Stdio) (old, next secret.Key, made string, err error) {
	if old, err = config.SecretKey(stdio.Environ, secretKeyVariable); err != nil {
		return old, next, "", err
	}
	if old.IsZero() {
		return old, next, "", fault.New(fault.Invalid, "secret_key_missing",
			"BURGEE_SECRET_KEY is missing: set the secret key that counts now, or name its file with BURGEE_SECRET_KEY_FILE")
	}
	next, err = config.SecretKey(stdio.Environ, newSecretKeyVariable)
	if err == nil && next.IsZero() {
		next, made, err = secret.NewKey()
	}
	return old, next, made, err
}

// show prints a key that was made here before it counts: whoever is cut off
// after this has the key.
func (r rotated) show(stdio Stdio, asJSON bool) error {
	if asJSON {
		r.Changed = true
		return printJSON(stdio.Out, r)
	}
	if r.Key == "" {
		return nil
	}
	_, err := fmt.Fprintln(stdio.Out, r.Key)
	return err
}

// end tells the rest.
func (r rotated) end(stdio Stdio, asJSON bool) error {
	switch {
	case asJSON && r.Changed:
		return nil // shown before
	case asJSON:
		return printJSON(stdio.Out, r)
	case !r.Changed:
		say(stdio.Err, "the secrets take the new secret key (fingerprint %s) already; nothing was changed\n", r.New)
		r.sayRunning(stdio)
		return nil
	}
	say(stdio.Err, "the secrets take the secret key of fingerprint %s now, and no longer that of %s\n", r.New, r.Old)
	say(stdio.Err, "set BURGEE_SECRET_KEY to the new key on every node before its next start; those that run go on. Keep the old key as long as backups made until now\n")
	r.sayRunning(stdio)
	return nil
}

// sayRunning names the nodes that would not start again as they are.
func (r rotated) sayRunning(stdio Stdio) {
	for _, n := range r.Running {
		say(stdio.Err, "runs without the new key: %s\n", n)
	}
}

type forgetOptions struct {
	place       place
	yes, asJSON bool
	force       bool
}

func newSecretKeyForget(stdio Stdio) *cobra.Command {
	var o forgetOptions
	cmd := &cobra.Command{
		Use:   "forget",
		Short: "Give up the sealed secrets because their key is lost; the server must be stopped",
		Long: `Give up what is sealed in a data folder, because the secret key is lost for good: without
it the server does not start, and nobody can open the secrets. Stop the server first, all
nodes of it: while one runs, the command says which and changes nothing. The next start makes another signing key: programs that pin none start over with it, those
that pin keys refuse until they pin the new one. Make a backup first, in case the key is found.`,
		Example: "  burgee backup --data ./data && burgee secret-key forget --data ./data",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSecretKeyForget(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&o.force, "force", false, "also while nodes run, which then sign with another key than those that start afterwards")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runSecretKeyForget(ctx context.Context, stdio Stdio, o forgetOptions) error {
	if !o.yes && !terminal(stdio.In) {
		return fault.New(fault.Invalid, "not_confirmed", "nobody to ask: standard input is no terminal. Nothing was changed; add --yes")
	}
	at, err := o.place.find(stdio)
	if err != nil {
		return err
	}
	names, err := upkeep.ForgetSecrets(ctx, upkeep.ForgetOptions{
		Data: at.Dir, Store: at.URL, Version: telemetry.Version, Force: o.force,
		Confirm: func(fingerprint string, names []string) error {
			say(stdio.Err, "%s sealed with the key of fingerprint %s will be gone: %s\n", count(len(names), "secret"), fingerprint, strings.Join(names, ", "))
			if o.yes {
				return nil
			}
			return agreed(ctx, stdio, "Forget them?")
		},
	})
	switch {
	case errors.Is(err, errDeclined):
		say(stdio.Err, "nothing was changed\n")
		return nil
	case err != nil:
		return interrupted(ctx, err, "nothing was changed")
	case o.asJSON:
		return printJSON(stdio.Out, map[string]any{"forgotten": append([]string{}, names...)})
	}
	say(stdio.Out, "forgotten; the next start of the server makes another signing key\n")
	return nil
}
