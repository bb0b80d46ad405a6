package ruleset

// Limits on what is saved. The server refuses more with an error that names the
// limit; the depths are also checked when a payload is compiled.
const (
	SnapshotWarnBytes = 8 << 20
	MaxSnapshotBytes  = 32 << 20
	MaxFlagBytes      = 256 << 10
	MaxFlags          = 5_000 // in an environment
	MaxRules          = 200   // of a flag
	MaxValues         = 5_000 // of a clause
	MaxJSONBytes      = 64 << 10
	MaxPrerequisites  = 10 // flags in a row that read each other
	MaxGroupNesting   = 5
	MaxDepth          = 5 // of a condition, its target groups included
	MaxPatternBytes   = 256
	MaxSubjectBytes   = 1024
	MaxSeedBytes      = 64
	MaxKeyBytes       = 128
)

// MaxNumbered is how many variations, rules, arms or cells there may be in one
// place: results number them in 16 bits.
const MaxNumbered = 1<<15 - 1

// MaxSafeInteger is the largest whole number that a double holds exactly
// together with its neighbours: 2^53-1.
const MaxSafeInteger = 1<<53 - 1
