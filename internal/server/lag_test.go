package server

import (
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/sdk/ruleset"
)

// lagAt is a lag whose clock the test moves.
func lagAt() (*lag, *time.Time) {
	now := time.Date(2026, 11, 3, 3, 0, 0, 0, time.UTC)
	return newLag(clock.Func(func() time.Time { return now })), &now
}

func inStore(epoch, revision int64) []delivery.EnvironmentState {
	return []delivery.EnvironmentState{{ID: 1, Project: "default", Key: "production", Epoch: epoch, Revision: revision}}
}

func served(revision int64) *delivery.State {
	return &delivery.State{EnvironmentID: 1, Header: ruleset.Header{Revision: revision}}
}

// stand is what the metrics would show of the one environment.
func stand(t *testing.T, l *lag) (stored int64, behind time.Duration) {
	t.Helper()
	n := 0
	l.each(func(s standing, b time.Duration) { stored, behind, n = s.stored, b, n+1 })
	if n != 1 {
		t.Fatalf("%d environments", n)
	}
	return stored, behind
}

func TestAnEnvironmentIsBehindFromTheFirstCommitThatIsNotServed(t *testing.T) {
	l, now := lagAt()
	l.seen(inStore(7, 4))
	if _, _, _, waited := l.published(served(4)); waited {
		t.Error("the first load counts as a change that was waited for")
	}
	if stored, behind := stand(t, l); stored != 4 || behind != 0 {
		t.Errorf("at rest: revision %d, behind %v", stored, behind)
	}

	l.committed(1, 5, telemetry.Cause{})
	first := *now
	*now = now.Add(3 * time.Second)
	l.committed(1, 6, telemetry.Cause{})
	*now = now.Add(2 * time.Second)
	if stored, behind := stand(t, l); stored != 6 || behind != 5*time.Second {
		t.Errorf("two commits: revision %d, behind %v", stored, behind)
	}
	since, at, _, waited := l.published(served(6))
	if !waited || since != first || at != *now {
		t.Errorf("published: since %v, at %v, %v", since, at, waited)
	}
	if _, behind := stand(t, l); behind != 0 {
		t.Errorf("after the publication: behind %v", behind)
	}
	if _, _, _, waited := l.published(served(6)); waited {
		t.Error("a publication of keys counts as a change that was waited for")
	}
}

func TestACommitThatNobodyAnnouncedIsSeenInTheStore(t *testing.T) {
	l, now := lagAt()
	l.seen(inStore(7, 4))
	l.published(served(4))
	l.seen(inStore(7, 5))
	*now = now.Add(time.Minute)
	l.seen(inStore(7, 5))
	if stored, behind := stand(t, l); stored != 5 || behind != time.Minute {
		t.Errorf("revision %d, behind %v", stored, behind)
	}
	if !l.lastRead().Equal(*now) {
		t.Errorf("last read %v", l.lastRead())
	}
}

func TestAStoreMadeAnewBeginsAgain(t *testing.T) {
	l, _ := lagAt()
	l.seen(inStore(7, 40))
	l.published(served(40))
	l.seen(inStore(8, 2))
	l.published(served(2))
	if stored, behind := stand(t, l); stored != 2 || behind != 0 {
		t.Errorf("revision %d, behind %v", stored, behind)
	}
	l.seen(nil)
	l.each(func(s standing, _ time.Duration) { t.Errorf("an environment that is gone is shown: %+v", s) })
}
