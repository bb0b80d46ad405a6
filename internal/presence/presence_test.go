package presence

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/clock"
)

func calendar(instance string) Instance {
	return Instance{
		Caller:  Caller{Application: "calendar", Version: "1.0", SDK: "python/0.1.0", Instance: instance, Address: "127.0.0.1"},
		Project: "default", Environment: "production", Revision: 3,
	}
}

func TestAStreamThatClosesLeavesAtOnce(t *testing.T) {
	r := New(clock.System{})
	before := r.Changed()
	c := new(Connection)
	r.Connect(c, calendar("a"))
	<-before
	c.Sent(7, time.Now().UnixMilli())
	got := r.Instances("default", "production")
	if len(got) != 1 || got[0].Revision != 7 || got[0].Transport != Stream {
		t.Fatalf("got %+v", got)
	}
	changed := r.Changed()
	c.Close()
	<-changed
	if got := r.Instances("", ""); len(got) != 0 {
		t.Errorf("still there: %+v", got)
	}
}

func TestAReconnectingProgramIsOneInstance(t *testing.T) {
	r := New(clock.System{})
	old := new(Connection)
	r.Connect(old, calendar("a"))
	fresh := new(Connection)
	r.Connect(fresh, calendar("a"))
	old.Close()
	if n := r.Count("default", "production"); n != 1 {
		t.Errorf("got %d instances after the old stream closed, want 1", n)
	}
	fresh.Close()
	if n := r.Count("default", "production"); n != 0 {
		t.Errorf("got %d instances after both closed, want 0", n)
	}
}

func TestAProgramThatStreamsAndFetchesIsShownAsStreaming(t *testing.T) {
	r := New(clock.System{})
	c := new(Connection)
	r.Connect(c, calendar("a"))
	defer c.Close()
	polling := calendar("a")
	polling.Transport = Poll
	r.Seen(polling)
	got := r.Instances("", "")
	if len(got) != 1 || got[0].Transport != Stream {
		t.Errorf("got %+v", got)
	}
}

func TestWhoIsNotHeardOfLeavesAfter70Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(clock.System{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = r.Run(ctx) }()
		polling := calendar("a")
		polling.Transport = Poll
		r.Seen(polling)

		time.Sleep(60 * time.Second)
		r.Seen(polling)
		time.Sleep(60 * time.Second)
		if n := len(r.Instances("", "")); n != 1 {
			t.Errorf("after a second request: %d instances, want 1", n)
		}
		changed := r.Changed()
		<-changed // the sweep tells of the departure
		if n := len(r.Instances("", "")); n != 0 {
			t.Errorf("70 s later: %d instances, want 0", n)
		}
		cancel()
		synctest.Wait()
	})
}

func TestCallersWithoutAnInstanceAreToldApartByApplicationAndAddress(t *testing.T) {
	r := New(clock.System{})
	for _, who := range []Caller{{Application: "curl", Address: "a"}, {Application: "curl", Address: "b"}, {Application: "shop", Address: "a"}, {Application: "curl", Address: "a"}} {
		r.Seen(Instance{Caller: who, Project: "default", Environment: "production", Transport: OFREP})
	}
	if n := r.Count("default", "production"); n != 3 {
		t.Errorf("got %d, want 3", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	r := New(clock.Func(func() time.Time { return time.UnixMilli(1_000_000) }))
	for i := range maxRefusals + 5 {
		r.Refuse(Refusal{Cause: fmt.Sprint(i)})
	}
	refused := r.Refused()
	if len(refused) != maxRefusals || refused[0].Cause != fmt.Sprint(maxRefusals+4) || refused[0].At != 1_000_000 {
		t.Errorf("got %d refusals, newest %+v", len(refused), refused[0])
	}
	long := calendar("a")
	long.Application = strings.Repeat("é", maxText)
	r.Seen(long)
	if got := r.Instances("", "")[0].Application; len(got) > maxText || !strings.HasSuffix(got, "é") {
		t.Errorf("a long name is kept as %d bytes: %q", len(got), got)
	}
	for i := range maxInstances + 10 {
		r.Seen(calendar(fmt.Sprint("i", i)))
	}
	if n := len(r.Instances("", "")); n != maxInstances {
		t.Errorf("got %d instances, want %d", n, maxInstances)
	}
}

func TestInstancesAreListedForOneEnvironment(t *testing.T) {
	r := New(clock.System{})
	for _, env := range []string{"production", "development"} {
		i := calendar(env)
		i.Environment, i.Transport = env, Poll
		r.Seen(i)
	}
	var got []string
	for _, i := range r.Instances("default", "development") {
		got = append(got, i.Instance)
	}
	if diff := cmp.Diff([]string{"development"}, got); diff != "" {
		t.Error(diff)
	}
}
