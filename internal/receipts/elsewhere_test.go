package receipts

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/presence"
)

// tell hands over what is new, presence first.
func (b *bench) tell(to *bench, all bool) {
	words, commits := b.News(all)
	to.presence.Hear("another", b.presence.News(all))
	to.Hear(words, commits)
}

func TestAnInstanceThatStreamsElsewhereIsExpectedAndItsReportThereCounts(t *testing.T) {
	here, there := newBench(t, newMemory()), newBench(t, newMemory())
	there.Share(true)
	there.presence.Share(true)
	there.stream("a", 5)
	there.tell(here, false)
	here.commit(6)
	here.want(6, 1, 0, 0)
	here.after(2 * time.Second)
	there.after(2 * time.Second)
	there.commit(6)
	there.applied("a", 6, 500)
	there.tell(here, false)
	if got := here.want(6, 1, 1, 0); got.Timed != 1 {
		t.Error("the report has no time")
	}
	if got := here.Relayed(production.ID); len(got) != 0 {
		t.Errorf("taken for one behind a relay: %+v", got)
	}
	there.tell(here, true) // everything anew changes nothing
	here.want(6, 1, 1, 0)
}

func TestOfWhomNobodySaysThatItIsConnectedNothingIsTaken(t *testing.T) {
	b := newBench(t, newMemory())
	b.commit(6)
	b.Hear([]Word{{EnvironmentID: production.ID, Caller: presence.Caller{Instance: "nobody"}, Revision: 6, At: b.now, Timed: true}}, nil)
	b.want(6, 0, 0, 0)
}

func TestWhoStreamsElsewhereIsNotTakenForARelaysOne(t *testing.T) {
	here, there := newBench(t, newMemory()), newBench(t, newMemory())
	there.Share(true)
	there.presence.Share(true)
	here.Share(true)
	there.stream("reported there", 5)
	there.presence.Connect(new(presence.Connection), presence.Instance{Caller: caller("reports here"), Project: "default", Environment: "production"})
	there.tell(here, false)
	here.applied("reports here", 5, 0)
	if got := here.Relayed(production.ID); len(got) != 0 {
		t.Errorf("behind a relay: %+v", got)
	}
	here.applied("relayed", 5, 0)
	if got := here.Relayed(production.ID); len(got) != 1 {
		t.Errorf("behind a relay: %+v", got)
	}
}

func TestALongListOfOverridesIsNotKeptForTheOthers(t *testing.T) {
	b := newBench(t, newMemory())
	b.Share(true)
	many := make([]string, 100*maxOverrides)
	for i := range many {
		many[i] = fmt.Sprint("flag", i)
	}
	b.Report(Report{EnvironmentID: production.ID, Caller: caller("a"), Overrides: &many})
	words, _ := b.News(false)
	if len(words) != 1 || cap(*words[0].Overrides) > 2*maxOverrides {
		t.Errorf("%d words are told, the first of %d flags", len(words), cap(*words[0].Overrides))
	}
}
