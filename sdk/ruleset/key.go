package ruleset

// ValidKey says whether s may be the key of a project, environment, flag, group
// or experiment, or the id of a rule or variation:
// [A-Za-z0-9][A-Za-z0-9._-]{0,127}.
func ValidKey(s string) bool {
	if s == "" || len(s) > MaxKeyBytes || !alphanumeric(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; !alphanumeric(c) && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// Reserved says whether s has a meaning of its own where a variation's id can
// stand, and so is never one.
func Reserved(s string) bool { return s == "code" || s == "next" }

func alphanumeric(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
