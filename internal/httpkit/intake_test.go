package httpkit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/fault"
)

func parcel(t *testing.T, in *Intake, body string) *Parcel {
	t.Helper()
	p, err := in.Receive(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mustComeAgain checks that an error says when to come again.
func mustComeAgain(t *testing.T, err error) {
	t.Helper()
	f := fault.As(err)
	if err == nil || f.Kind != fault.Unavailable || f.RetryAfter < 5*time.Second || f.RetryAfter > 10*time.Second {
		t.Fatalf("%v; want a refusal that says to come again in 5 to 10 seconds", err)
	}
}

func TestBodiesBeyondTheRoomAreToldToComeAgain(t *testing.T) {
	in := NewIntake(100<<10, 1)
	first := parcel(t, in, `"`+strings.Repeat("x", 60<<10)+`"`)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`"`+strings.Repeat("y", 10<<10)+`"`))
	_, err := in.Receive(httptest.NewRecorder(), request, Limits{})
	mustComeAgain(t, err)

	long := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", io.MultiReader(strings.NewReader(strings.Repeat("z", 50<<10))))
	long.ContentLength = -1 // nobody knows before that it does not fit
	_, err = in.Receive(httptest.NewRecorder(), long, Limits{})
	mustComeAgain(t, err)

	first.Done()
	second := parcel(t, in, `"`+strings.Repeat("y", 10<<10)+`"`)
	var text string
	if err := second.Decode(&text); err != nil || len(text) != 10<<10 {
		t.Errorf("%d characters, %v", len(text), err)
	}
	second.Done()
	parcel(t, in, `"`+strings.Repeat("x", 70<<10)+`"`).Done() // all room came back
}

func TestABodyThatIsNotReadToItsEndGivesItsRoomBack(t *testing.T) {
	in := NewIntake(100<<10, 1)
	for range 10 {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 60<<10)))
		if _, err := in.Receive(httptest.NewRecorder(), request, Limits{Body: 50 << 10}); fault.KindOf(err) != fault.TooLarge {
			t.Fatal(err)
		}
	}
}

func TestBodiesAreDecodedInTurnAndNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := NewIntake(0, 1)
		var n int
		first, second, third := parcel(t, in, "1"), parcel(t, in, "2"), parcel(t, in, "3")
		if err := first.Decode(&n); err != nil {
			t.Fatal(err)
		}
		mustComeAgain(t, second.Decode(&n))
		second.Done()
		time.AfterFunc(time.Second/2, first.Done)
		if err := third.Decode(&n); err != nil || n != 3 {
			t.Errorf("%d, %v", n, err)
		}
		third.Done()
	})
}
