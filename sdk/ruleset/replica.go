package ruleset

import (
	"errors"
	"fmt"
)

// Replica is what one reader has of an environment: the newest document that it
// took, and whose signatures it goes by. It is a value: Full and Delta return
// the next one, and nothing is half taken. Versions never go back.
type Replica struct {
	document *Document // nil before the first
	trust    Trust
}

// NewReplica is an empty replica that begins with a trust.
func NewReplica(t Trust) Replica { return Replica{trust: t} }

// Document is the newest document, nil before the first.
func (r Replica) Document() *Document { return r.document }

// ID is the id of the newest revision, empty before the first.
func (r Replica) ID() string {
	if r.document == nil {
		return ""
	}
	return r.document.header.ID()
}

// ErrNotNewer says that what came is what the reader has, or older. Nothing is
// wrong then: two servers may be at different revisions for a moment.
var ErrNotNewer = errors.New("the configuration is not newer than the one that is here")

// Full takes a whole snapshot. The bytes must not change afterwards.
func (r Replica) Full(ndjson []byte) (Replica, error) {
	document, err := ParseDocument(ndjson)
	if err != nil {
		return r, err
	}
	return r.take(document)
}

// Delta takes a delta to the newest document. The bytes must not change
// afterwards. Errors other than ErrNotNewer mean that a whole snapshot is
// needed.
func (r Replica) Delta(ndjson []byte) (Replica, error) {
	delta, err := ParseDelta(ndjson)
	if err != nil {
		return r, err
	}
	if r.document == nil {
		return r, fmt.Errorf("%w: there is none", ErrGap)
	}
	var h Header
	if err := readHeader(delta.HeaderLine, &h); err != nil {
		return r, err
	}
	if h.Epoch == r.document.header.Epoch && h.Revision <= r.document.header.Revision {
		return r, ErrNotNewer
	}
	document, err := r.document.Apply(delta)
	if err != nil {
		return r, err
	}
	return r.take(document)
}

func (r Replica) take(document *Document) (Replica, error) {
	trust, err := r.trust.Accept(document.header, document.headerLine, document.signature)
	if err != nil {
		return r, err
	}
	if r.document != nil && !document.header.Newer(r.document.header) {
		return r, ErrNotNewer
	}
	return Replica{document, trust}, nil
}
