package presence

import (
	"testing"

	"burgee.dev/burgee/internal/clock"
)

func TestWhoStreamsElsewhereIsShownOnceUntilThatServerIsForgotten(t *testing.T) {
	here, there := New(clock.System{}), New(clock.System{})
	if news := there.News(false); !news.Empty() {
		t.Errorf("news for nobody: %+v", news)
	}
	there.Share(true)
	stream := new(Connection)
	there.Connect(stream, calendar("a"))
	here.Hear("there", there.News(false))
	polls := calendar("a")
	polls.Transport = Poll
	here.Seen(polls)
	here.Seen(calendar("b"))
	got := here.Instances("default", "production")
	if len(got) != 2 || got[0].Caller.Instance != "a" || got[0].Transport != Stream {
		t.Fatalf("got %+v", got)
	}
	if n := here.Here(); n != 2 {
		t.Errorf("%d connected here, want 2", n)
	}
	if there.IsHere("default", "production", "b") || !here.IsHere("default", "production", "b") {
		t.Error("who is connected where is mistaken")
	}

	stream.Close()
	here.Hear("there", there.News(false))
	if got := here.Instances("", ""); len(got) != 2 || got[0].Transport != Poll {
		t.Errorf("the stream ended: %+v", got)
	}

	there.Connect(new(Connection), calendar("c"))
	here.Hear("there", there.News(true))
	if n := here.Count("default", "production"); n != 3 {
		t.Errorf("got %d instances, want 3", n)
	}
	changed := here.Changed()
	here.Forget("there")
	<-changed
	if n := here.Count("default", "production"); n != 2 {
		t.Errorf("got %d instances after the other server was forgotten, want 2", n)
	}
}

func TestARefusalIsToldOnceAndOnlyByWhoRefused(t *testing.T) {
	here, there := New(clock.System{}), New(clock.System{})
	there.Share(true)
	there.Refuse(Refusal{Cause: "key_unknown"})
	news := there.News(false)
	here.Share(true)
	here.Hear("there", news)
	if refused := here.Refused(); len(refused) != 1 || refused[0].Cause != "key_unknown" {
		t.Errorf("refused: %+v", refused)
	}
	if echo := here.News(true); len(echo.Refused) != 0 {
		t.Errorf("told back: %+v", echo.Refused)
	}
	if again := there.News(false); !again.Empty() {
		t.Errorf("told again: %+v", again)
	}
	here.Hear("there", there.News(true)) // everything anew
	if refused := here.Refused(); len(refused) != 1 {
		t.Errorf("refused twice: %+v", refused)
	}
}
