package document

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// LookAlikes finds, for each of some keys, those among all that differ from it in
// nothing but upper and lower case, "_" and "-": Flags.isHoliday looks like
// flags.is_holiday. They come in byte order; keys that look like no other are left out.
func LookAlikes(keys []string, all iter.Seq[string]) map[string][]string {
	asked := make(map[string][]string, len(keys)) // folded → keys
	var folded []byte                             // one for all: most keys look like none
	for _, key := range keys {
		folded = fold(folded[:0], key)
		asked[string(folded)] = append(asked[string(folded)], key)
	}
	out := map[string][]string{}
	for other := range all {
		folded = fold(folded[:0], other)
		for _, key := range asked[string(folded)] {
			if key != other {
				out[key] = append(out[key], other)
			}
		}
	}
	for _, others := range out {
		slices.Sort(others)
	}
	return out
}

// AlikeHint is how a message about a key that is not there goes on where it looks like
// others: "; it looks like Flags.isHoliday". Else it is empty.
func AlikeHint(key string, all iter.Seq[string]) string {
	others := LookAlikes([]string{key}, all)[key]
	if len(others) == 0 {
		return ""
	}
	return "; it looks like " + inWords(others, "and")
}

// fold appends a key without what people mix up.
func fold(to []byte, key string) []byte {
	for i := range len(key) {
		switch c := key[i]; {
		case c == '_' || c == '-':
		case 'A' <= c && c <= 'Z':
			to = append(to, c+'a'-'A')
		default:
			to = append(to, c)
		}
	}
	return to
}

// alike warns of flags that are made beside others that look like them.
func (p *Project) alike(made []string) []Warning {
	if len(made) == 0 {
		return nil
	}
	all := slices.AppendSeq(slices.Collect(maps.Keys(p.Flags)), maps.Keys(p.Archived))
	alike := LookAlikes(made, slices.Values(all))
	var out []Warning
	for _, key := range sortedKeys(alike) {
		out = append(out, Warning{join("flags", key), fmt.Sprintf("looks like %s; programs tell the two apart, so use one key if one flag is meant", inWords(alike[key], "and"))})
	}
	return out
}
