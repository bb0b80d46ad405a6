package importer

import (
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// reader reads one product's exports into a draft.
type reader func(d *draft, sources []source) error

var readers = map[string]reader{
	"launchdarkly": readLaunchDarkly,
	"unleash":      readUnleash,
	"flagd":        readFlagd,
}

// Products are the products whose exports can be read, in their order.
func Products() []string { return []string{"launchdarkly", "unleash", "flagd"} }

// Input is one exported text.
type Input struct {
	Name string // as the user named it; for messages
	Text []byte // JSON or YAML
}

// Options say what the export does not.
type Options struct {
	// Project is the key that the file gets; empty is left out.
	Project string
	// Environments are the environments to take, each KEY or THEIRS=OURS. Empty is all
	// that the export names, by their own keys. An export that names none needs one.
	Environments []string
}

// Loss is one thing that was not carried over, or not as it was.
type Loss struct {
	Object string `json:"object"` // what it was part of, such as "checkout in production"
	What   string `json:"what"`   // what is lost or different, and what to do where something can be done
}

func (l Loss) String() string { return l.Object + ": " + l.What }

// Result is a file that applies as it is, and what it lacks.
type Result struct {
	File *document.File
	Lost []Loss // in the order in which they were found: flag by flag
}

// Import reads the exports of a product. Errors are faults of kind Invalid: an unknown
// product, a text that is none of its exports, an environment that is not there.
func Import(product string, inputs []Input, o Options) (*Result, error) {
	read, known := readers[product]
	if !known {
		return nil, fault.New(fault.Invalid, "product_unknown", "there is no importer for %q; there are %s", product, strings.Join(Products(), ", "))
	}
	d, err := newDraft(o)
	if err != nil {
		return nil, err
	}
	sources := make([]source, 0, len(inputs))
	for _, in := range inputs {
		s, err := parse(in)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	if err := read(d, sources); err != nil {
		return nil, err
	}
	if missing := d.unseen(); len(missing) > 0 {
		return nil, fault.New(fault.NotFound, "environment_not_found", "the export has no environment %s; it has %s",
			strings.Join(missing, ", "), strings.Join(d.seenWords(), ", "))
	}
	if err := d.settle(); err != nil {
		return nil, err
	}
	return &Result{File: d.file, Lost: d.lost}, nil
}

// environments is which of the export's environments become which of ours.
type environments struct {
	wanted map[string]string // theirs → ours; empty is all, by their own keys
	order  []string          // theirs, as they were asked for
	seen   []string          // theirs, as they were met
}

func newEnvironments(asked []string) (environments, error) {
	e := environments{wanted: map[string]string{}}
	for _, one := range asked {
		theirs, ours, both := strings.Cut(one, "=")
		if !both {
			ours = theirs
		}
		if theirs == "" || !validKey(ours) {
			return e, fault.New(fault.Invalid, "environment_invalid", "%q is no environment to take; write KEY, or THEIRS=OURS to give it another key", one)
		}
		e.wanted[theirs] = ours
		e.order = append(e.order, theirs)
	}
	return e, nil
}

// ours is the key here of an environment of the export; ok is false where it is not
// wanted.
func (e *environments) ours(theirs string) (key string, ok bool) {
	if !slices.Contains(e.seen, theirs) {
		e.seen = append(e.seen, theirs)
	}
	if len(e.wanted) == 0 {
		return fit(theirs), true
	}
	key, ok = e.wanted[theirs]
	return key, ok
}

// only is the one environment that an export which names none is taken for.
func (e *environments) only(product string) (string, error) {
	if len(e.order) != 1 {
		return "", fault.New(fault.Invalid, "environment_missing", "this export of %s holds one environment and does not say which: name it with --environment, such as --environment production", product)
	}
	e.seen = append(e.seen, e.order[0])
	return e.wanted[e.order[0]], nil
}

// unseen are the environments asked for that the export does not have.
func (e *environments) unseen() []string {
	var missing []string
	for _, theirs := range e.order {
		if !slices.Contains(e.seen, theirs) {
			missing = append(missing, theirs)
		}
	}
	return missing
}

func (e *environments) seenWords() []string {
	if len(e.seen) == 0 {
		return []string{"none"}
	}
	return slices.Sorted(slices.Values(e.seen))
}

func in(flag, environment string) string { return fmt.Sprintf("%s in %s", flag, environment) }
