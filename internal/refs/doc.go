// Package refs finds the places in a source tree that name flags, whatever
// language they are in.
//
//	Scan(tree, keys) → []Place
//
// A text that has a flag's whole key names that flag for certain. A program that
// declares flags in a container never writes the key: it says
// flags.isHoliday.is_enabled(), or flags.IsHoliday in Go. Such places are found by
// the last part of the key, as an attribute or in a declaration, and are said to be
// found by name, since another thing may have that name too.
package refs
