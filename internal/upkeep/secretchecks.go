package upkeep

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// checkSecrets opens everything that is sealed, and keeps nothing of it.
func (e *examination) checkSecrets(ctx context.Context) (string, error) {
	w, found, err := e.store.DataKey(ctx)
	if err != nil {
		return "", err
	}
	all, err := e.store.AllSealed(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case !found && len(all) > 0:
		e.find(Problem, fmt.Sprintf("%d sealed in the database, but the data key that opens them is gone", len(all)),
			"nobody can open them, the signing key among them", e.advice())
		return "", nil
	case !found && e.o.Secret.IsZero():
		return "none sealed", nil
	case !found:
		return "none sealed yet: the server does it at its next start with BURGEE_SECRET_KEY", nil
	case e.o.Secret.IsZero():
		return fmt.Sprintf("%d sealed with the key of fingerprint %s; not opened: BURGEE_SECRET_KEY is not set here", len(all), w.Fingerprint), nil
	}
	box, err := e.o.Secret.Unwrap(w)
	if err != nil {
		e.find(Problem, err.Error(), "the server does not start with it", "Set the key that counts; if it is lost for good, see burgee secret-key forget --help")
		return "", nil
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, err := box.Open(name, all[name]); err != nil {
			e.find(Problem, fmt.Sprintf("the sealed secret %s does not open", name), "it was damaged, or altered past Burgee, and what needs it does not work", e.advice())
		}
	}
	return fmt.Sprintf("%d sealed with the key of fingerprint %s", len(all), w.Fingerprint), nil
}
