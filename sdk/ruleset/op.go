package ruleset

// Operators of clauses, by the same names in documents, API, wire and editor.
const (
	OpIn         = "in"
	OpAllIn      = "all_in"
	OpStartsWith = "starts_with"
	OpEndsWith   = "ends_with"
	OpContains   = "contains"
	OpGlob       = "glob"
	OpMatches    = "matches"
	OpLt         = "lt"
	OpLe         = "le"
	OpGt         = "gt"
	OpGe         = "ge"
	OpBetween    = "between"
	OpVerEq      = "ver_eq"
	OpVerLt      = "ver_lt"
	OpVerLe      = "ver_le"
	OpVerGt      = "ver_gt"
	OpVerGe      = "ver_ge"
	OpVerRange   = "ver_range"
	OpBefore     = "before"
	OpAfter      = "after"
	OpCIDR       = "cidr"
	OpExists     = "exists"
)

// operand says what an operator's constants are.
type operand uint8

const (
	operandScalar operand = iota + 1
	operandText
	operandGlob
	operandPattern
	operandNumber
	operandVersion
	operandRange
	operandInstant
	operandPrefix
	operandNone
)

type opSpec struct {
	operand    operand
	min, max   int // number of constants; max 0 is MaxValues
	ignoreCase bool
}

var ops = map[string]opSpec{
	OpIn:         {operandScalar, 1, 0, true},
	OpAllIn:      {operandScalar, 1, 0, false},
	OpStartsWith: {operandText, 1, 0, true},
	OpEndsWith:   {operandText, 1, 0, true},
	OpContains:   {operandText, 1, 0, true},
	OpGlob:       {operandGlob, 1, 0, true},
	OpMatches:    {operandPattern, 1, 0, false},
	OpLt:         {operandNumber, 1, 1, false},
	OpLe:         {operandNumber, 1, 1, false},
	OpGt:         {operandNumber, 1, 1, false},
	OpGe:         {operandNumber, 1, 1, false},
	OpBetween:    {operandNumber, 2, 2, false},
	OpVerEq:      {operandVersion, 1, 1, false},
	OpVerLt:      {operandVersion, 1, 1, false},
	OpVerLe:      {operandVersion, 1, 1, false},
	OpVerGt:      {operandVersion, 1, 1, false},
	OpVerGe:      {operandVersion, 1, 1, false},
	OpVerRange:   {operandRange, 1, 0, false},
	OpBefore:     {operandInstant, 1, 1, false},
	OpAfter:      {operandInstant, 1, 1, false},
	OpCIDR:       {operandPrefix, 1, 0, false},
	OpExists:     {operandNone, 0, 0, false},
}

// KnownOp says whether this engine knows an operator. A clause with another one
// makes its flag, and each flag that reads it, unsupported rather than wrong.
func KnownOp(op string) bool { return ops[op].operand != 0 }

// AllowsIgnoreCase says whether ignoreCase may stand beside an operator.
func AllowsIgnoreCase(op string) bool { return ops[op].ignoreCase }

// Arity is the number of constants that an operator takes; max 0 is no bound of
// its own.
func Arity(op string) (least, most int) { return ops[op].min, ops[op].max }
