package gate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
)

// A ticket opens the stream that only says that something has changed. It stands
// in a URL, since a browser's EventSource cannot send a header, and a key must
// not stand there.
//
// It is <print of the key><end, seconds since 1970><MAC>, and the MAC's key is
// the rest of the SDK key's hash, which every node and every relay has: each
// accepts what another has made, and none keeps anything. Who could forge one
// holds the SDK key, and gets a real one with it.
const (
	ticketEnd  = len(delivery.Print{})
	ticketMAC  = ticketEnd + 4
	ticketSize = ticketMAC + 16
)

// ticketWindow is how long the same key gets the same ticket: a ticket is part of
// an answer that must not change while nothing has changed. A ticket lives for
// one to two windows.
const ticketWindow = 15 * time.Minute

// Ticket returns the ticket of the key that entered.
func (p *Pass) Ticket() string {
	end := p.clock.Now().Truncate(ticketWindow).Add(2 * ticketWindow)
	return sealTicket(p.Key, uint32(end.Unix())) //nolint:gosec // good until 2106
}

func sealTicket(key delivery.KeyRef, end uint32) string {
	var ticket [ticketSize]byte
	mark := key.Print()
	copy(ticket[:], mark[:])
	binary.BigEndian.PutUint32(ticket[ticketEnd:], end)
	copy(ticket[ticketMAC:], macOf(key, ticket[:ticketMAC]))
	return base64.RawURLEncoding.EncodeToString(ticket[:])
}

func macOf(key delivery.KeyRef, body []byte) []byte {
	mac := hmac.New(sha256.New, key.Hash[len(delivery.Print{}):])
	mac.Write([]byte("burgee stream ticket "))
	mac.Write(body)
	return mac.Sum(nil)[:ticketSize-ticketMAC]
}

// EnterTicket checks a ticket. made is the earliest moment at which somebody can
// have got it.
func (g *Gate) EnterTicket(r *http.Request, ticket string) (pass *Pass, made time.Time, err error) {
	pass, made, refused := g.checkTicket(r, ticket)
	if refused != nil {
		return nil, time.Time{}, g.refuse(r, "", refused)
	}
	return pass, made, nil
}

func (g *Gate) checkTicket(r *http.Request, ticket string) (*Pass, time.Time, *fault.Error) {
	raw, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || len(raw) != ticketSize {
		return nil, time.Time{}, fault.New(fault.Unauthenticated, "ticket_malformed",
			"The stream needs the address that a bulk evaluation gives under eventStreams, whole")
	}
	cell, key, ok, known := find(g, g.directory.ByPrint, delivery.Print(raw[:ticketEnd]))
	if !known {
		return nil, time.Time{}, notReady()
	}
	if !ok || !hmac.Equal(raw[ticketMAC:], macOf(key, raw[:ticketMAC])) {
		return nil, time.Time{}, fault.New(fault.Unauthenticated, "ticket_unknown",
			"This address of the stream is of no key that counts here; ask for a bulk evaluation, which gives a new one")
	}
	end := time.Unix(int64(binary.BigEndian.Uint32(raw[ticketEnd:])), 0)
	if !g.clock.Now().Before(end) {
		return nil, time.Time{}, fault.New(fault.Unauthenticated, "ticket_ended",
			"This address of the stream has ended; ask for a bulk evaluation, which gives a new one")
	}
	pass := &Pass{Cell: cell, State: cell.State(), Key: key, Caller: CallerOf(r), clock: g.clock}
	return pass, end.Add(-2 * ticketWindow), nil
}
