package ruleset

import "unicode"

// FieldKey makes a flag's name of a Go field's name: the leading capitals are
// lowered, but the last one of several stays when a small letter follows it,
// since it begins the next word. IsHoliday → isHoliday, URLCheck → urlCheck,
// URL → url.
func FieldKey(field string) string {
	runes := []rune(field)
	capitals := 0
	for capitals < len(runes) && unicode.IsUpper(runes[capitals]) {
		capitals++
	}
	if capitals > 1 && capitals < len(runes) && unicode.IsLower(runes[capitals]) {
		capitals--
	}
	for i := range capitals {
		runes[i] = unicode.ToLower(runes[i])
	}
	return string(runes)
}
