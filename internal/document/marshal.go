package document

import "burgee.dev/burgee/internal/fault"

// The canonical JSON form is written and every form of documents.md is read.
// Errors are faults whose fields have paths below the object.

// MarshalJSON writes the canonical form.
func (f *File) MarshalJSON() ([]byte, error) { return appendJSON(nil, fileNode(f, canonical)), nil }

// UnmarshalJSON reads a document of any form; it is Parse for a body.
func (f *File) UnmarshalJSON(data []byte) error {
	read, err := Parse("", data)
	if err != nil {
		return err
	}
	*f = *read
	return nil
}

// MarshalJSON writes the canonical form, environment blocks only where they
// are set.
func (f Flag) MarshalJSON() ([]byte, error) { return appendJSON(nil, flagNode(f, canonical)), nil }

// UnmarshalJSON reads a flag.
func (f *Flag) UnmarshalJSON(data []byte) error { return unmarshal(data, f, (*decoder).flag) }

// MarshalJSON writes the canonical form: every field is there.
func (c *Configuration) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("null"), nil
	}
	return appendJSON(nil, configurationNode(c, canonical)), nil
}

// UnmarshalJSON reads an environment's block; what it leaves out has its
// default.
func (c *Configuration) UnmarshalJSON(data []byte) error {
	return unmarshal(data, c, func(d *decoder, at string, n *node) Configuration { return *d.configuration(at, n) })
}

// MarshalJSON writes the canonical form.
func (r Rule) MarshalJSON() ([]byte, error) { return appendJSON(nil, ruleNode(r, canonical)), nil }

// UnmarshalJSON reads a rule.
func (r *Rule) UnmarshalJSON(data []byte) error { return unmarshal(data, r, (*decoder).rule) }

// MarshalJSON writes the form that a default has.
func (s Serve) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, otherwiseNode(s, canonical)), nil
}

// UnmarshalJSON reads the form that a default has.
func (s *Serve) UnmarshalJSON(data []byte) error { return unmarshal(data, s, (*decoder).otherwise) }

// MarshalJSON writes the canonical form.
func (c Condition) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("null"), nil
	}
	return appendJSON(nil, conditionNode(c, canonical)), nil
}

// UnmarshalJSON reads a condition.
func (c *Condition) UnmarshalJSON(data []byte) error {
	return unmarshal(data, c, (*decoder).condition)
}

// MarshalJSON writes the canonical form.
func (v Variation) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, variationNode(v, canonical)), nil
}

// UnmarshalJSON reads a variation.
func (v *Variation) UnmarshalJSON(data []byte) error {
	return unmarshal(data, v, func(d *decoder, at string, n *node) Variation {
		if o := d.object(at, n, variationFields...); o != nil {
			return d.variation(at, o)
		}
		return Variation{}
	})
}

// MarshalJSON writes the canonical form.
func (g TargetGroup) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, groupNode(g, canonical)), nil
}

// UnmarshalJSON reads a target group.
func (g *TargetGroup) UnmarshalJSON(data []byte) error { return unmarshal(data, g, (*decoder).group) }

// MarshalJSON writes the canonical form, the phase included.
func (x Experiment) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, experimentNode(x, canonical)), nil
}

// UnmarshalJSON reads an experiment.
func (x *Experiment) UnmarshalJSON(data []byte) error {
	return unmarshal(data, x, (*decoder).experiment)
}

// MarshalJSON writes the canonical form.
func (a Attribute) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, attributeNode(a, canonical)), nil
}

// UnmarshalJSON reads an entry of the registry of attributes.
func (a *Attribute) UnmarshalJSON(data []byte) error { return unmarshal(data, a, (*decoder).attribute) }

// unmarshal reads one object from JSON.
func unmarshal[T any](data []byte, into *T, read func(*decoder, string, *node) T) error {
	docs, bad := readJSON(data)
	if bad != nil {
		return fault.New(fault.Invalid, "json_malformed", "line %d: %s", bad.line, bad.message)
	}
	if len(docs) != 1 {
		return fault.New(fault.Invalid, "json_malformed", "the body holds %d JSON values, not one", len(docs))
	}
	d := newDecoder("", "JSON")
	d.stored = true
	value := read(d, "", docs[0])
	if err := d.fault(); err != nil {
		return err
	}
	*into = value
	return nil
}
