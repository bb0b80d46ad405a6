package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// diskReserve is given up on a full disk, so that Off still commits: enough for
// thousands of changes.
const diskReserve = 16 << 20

// diskEvery is how often the disk of the data folder is looked at.
const diskEvery = 5 * time.Second

// storeTrouble is why the store takes no writes now, or nil.
func (a *application) storeTrouble() error {
	if err := a.store.Trouble(); err != nil {
		return err
	}
	return a.store.Outage()
}

// hasRoom says whether counts may be stored. Where the disk cannot be measured
// they are.
func (a *application) hasRoom() bool {
	space, err := a.store.Space()
	return err != nil || !space.Low()
}

// watchDisk keeps the reserve, and says in the log when the disk becomes full
// and when there is room again.
func (a *application) watchDisk(ctx context.Context) error {
	ticker := time.NewTicker(diskEvery)
	defer ticker.Stop()
	var low, refuses, away bool
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			a.store.Tend(ctx)
		}
		trouble := a.store.Trouble()
		low = a.sayDisk(low, !a.hasRoom(), "the disk of the data folder is nearly full: counts are dropped, configuration goes on", nil)
		refuses = a.sayDisk(refuses, trouble != nil, "the disk of the database takes no changes", trouble)
		outage := a.store.Outage()
		away = a.sayDisk(away, outage != nil, "the database cannot be used: programs are served as before, changes are refused", outage)
	}
}

// sayDisk logs the beginning and the end of a problem, and returns now.
func (a *application) sayDisk(before, now bool, problem string, err error) bool {
	switch {
	case now && !before && err != nil:
		a.server.logger.Error(problem, "error", err)
	case now && !before:
		a.server.logger.Warn(problem)
	case before && !now:
		a.server.logger.Info("no longer: " + problem)
	}
	return now
}

// storeProblems are what /readyz says of the disk and of the database. Neither
// keeps anybody from being served.
func (a *application) storeProblems() []environmentProblem {
	var out []environmentProblem
	if !a.hasRoom() {
		out = append(out, environmentProblem{Message: "the disk of the data folder is nearly full: counts are dropped"})
	}
	if a.store.Trouble() != nil {
		out = append(out, environmentProblem{Message: "the disk of the database takes no changes; the log says why"})
	}
	if err := a.store.Outage(); err != nil {
		out = append(out, environmentProblem{Message: "the database cannot be used (" + fault.As(err).Code + "): programs are served as before, changes are refused; the log says why"})
	}
	return out
}
