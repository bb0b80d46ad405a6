package importer

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// choice is one value that a flag can serve, as its product has it.
type choice struct {
	name  string // what it is called there; may be empty
	value json.RawMessage
}

// typeOf is the type that all values have; empty where they have none in common.
func typeOf(choices []choice) ruleset.Type {
	var found ruleset.Type
	for _, c := range choices {
		t := valueType(c.value)
		switch {
		case found == "" || found == t:
			found = t
		case found == ruleset.Integer && t == ruleset.Double, found == ruleset.Double && t == ruleset.Integer:
			found = ruleset.Double
		default:
			return ""
		}
		if found == "" {
			return ""
		}
	}
	return found
}

func valueType(raw json.RawMessage) ruleset.Type {
	raw = bytes.TrimSpace(raw)
	if absent(raw) {
		return ""
	}
	switch raw[0] {
	case 't', 'f':
		return ruleset.Boolean
	case '"':
		return ruleset.String
	case '{', '[':
		return ruleset.JSON
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil && n <= ruleset.MaxSafeInteger && n >= -ruleset.MaxSafeInteger {
		return ruleset.Integer
	}
	return ruleset.Double
}

// variations gives the choices of a flag their ids here. A boolean has its own two; else
// an id is the first of the wishes that is a key and free, or option-N.
func variations(t ruleset.Type, choices []choice, wishes func(choice) []string) (list []document.Variation, ids []string) {
	taken := map[string]bool{}
	for i, c := range choices {
		if t == ruleset.Boolean {
			ids = append(ids, string(bytes.TrimSpace(c.value)))
			continue
		}
		id := ""
		for _, wish := range append(wishes(c), "option-"+strconv.Itoa(i+1)) {
			if validKey(wish) && !taken[wish] {
				id = wish
				break
			}
		}
		for n := len(choices) + 1; id == ""; n++ {
			if wish := "option-" + strconv.Itoa(n); !taken[wish] {
				id = wish
			}
		}
		taken[id] = true
		ids = append(ids, id)
		v := document.Variation{ID: id, Value: compact(c.value)}
		if c.name != id {
			v.Name, _ = clip(c.name)
		}
		list = append(list, v)
	}
	return list, ids
}

func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// byName is the wish for an id of a product whose variants have names that programs see.
func byName(c choice) []string { return []string{c.name, slug(c.name)} }

// byValue is the wish for an id of a product that has values with labels.
func byValue(c choice) []string {
	const readable = 40
	value := strings.Trim(string(compact(c.value)), `"`)
	if len(value) > readable {
		value = ""
	}
	if c.name == "" {
		return []string{value}
	}
	return []string{value, c.name, slug(c.name)}
}

// part is the weight of one variation in a split.
type part struct {
	to     string // id of a variation, or document.Next
	weight float64
}

// shares are weights of any sum as parts per million that sum to a million: rounded
// down, what is left goes to the last that has any. Nothing where no weight is positive.
func shares(parts []part) []document.Share {
	const whole = 1_000_000
	total := 0.0
	for _, p := range parts {
		total += max(p.weight, 0)
	}
	if total <= 0 {
		return nil
	}
	var out []document.Share
	index := map[string]int{}
	rest := whole
	for _, p := range parts {
		// A weight of 30 of 100 must not lose its last millionth to binary fractions.
		ppm := int(max(p.weight, 0)*whole/total + 1e-6)
		if ppm == 0 {
			continue
		}
		rest -= ppm
		if i, again := index[p.to]; again {
			out[i].PPM += ppm
			continue
		}
		index[p.to] = len(out)
		out = append(out, document.Share{To: p.to, PPM: ppm})
	}
	if len(out) > 0 {
		out[len(out)-1].PPM += rest
	}
	return out
}

// serve is what the parts serve: one variation where one has all, else a split by a path.
func serve(parts []part, by string) document.Serve {
	out := shares(parts)
	if len(out) == 1 && out[0].To != document.Next {
		return document.Serve{Variation: out[0].To}
	}
	if by == targetingKey {
		by = "" // what is meant where nothing is said
	}
	return document.Serve{Shares: out, By: by}
}
