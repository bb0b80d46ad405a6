package loopback

import (
	"net"
	"testing"
)

func TestEachAddressIsFreeAndNoneThatTheSystemGivesAway(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		address, err := FreeAddress()
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if port := l.Addr().(*net.TCPAddr).Port; seen[address] || port < 10_000 || port > 19_999 {
			t.Errorf("%s, after %v", address, seen)
		}
		seen[address] = true
	}
}

// One that is taken, as by a server of another test program, is passed over.
func TestATakenAddressIsPassedOver(t *testing.T) {
	address, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	next.Add(^uint32(0)) // so that it comes to the same one again
	again, err := FreeAddress()
	if err != nil || again == address {
		t.Errorf("%s twice, %v", again, err)
	}
}
