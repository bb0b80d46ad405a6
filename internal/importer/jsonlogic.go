package importer

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// mostWork bounds how many expressions of a flag are read: an if within an if is read
// twice, and so doubles with each.
const mostWork = 20_000

// deepest bounds how far expressions are followed; evaluators may refer to themselves.
const deepest = 50

const tooDeep = "the targeting is nested too deep, or an evaluator refers to itself"

func bytesReader(raw json.RawMessage) io.Reader { return bytes.NewReader(raw) }

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// operation takes {"op": args} apart; one argument may stand without a list.
func operation(raw json.RawMessage) (op string, args []json.RawMessage, ok bool) {
	fields := object(raw)
	if len(fields) != 1 || !isObject(raw) {
		return "", nil, false
	}
	for name, value := range fields {
		op = name
		if args = list(value); args == nil {
			args = []json.RawMessage{value}
		}
	}
	return op, args, true
}

func (b *fdBlock) evaluator(args []json.RawMessage) (raw json.RawMessage, why string) {
	name := ""
	if len(args) == 1 {
		name, _ = text(args[0])
	}
	raw, known := b.evaluators[name]
	if !known {
		return nil, "there is no evaluator " + name
	}
	return raw, ""
}

// holds is an expression as a condition. JSON Logic knows two truth values: below a
// negation, who lacks an attribute must fit, and holdsNot sees to that.
func (b *fdBlock) holds(raw json.RawMessage, depth int) (document.Condition, string) {
	line, why := b.line(raw, false, depth)
	if why != "" {
		return nil, why
	}
	return tidy(document.Condition{line}), ""
}

// never and always are conditions for a constant in the place of one.
var (
	always = allOf(document.Condition{})
	never  = not(always)
)

// line is an expression, or its negation, as one line.
func (b *fdBlock) line(raw json.RawMessage, negated bool, depth int) (t document.Term, why string) {
	if b.work++; depth > deepest || b.work > mostWork {
		return t, tooDeep
	}
	op, args, is := operation(raw)
	if !is {
		return constant(raw, negated)
	}
	switch op {
	case "$ref":
		inner, why := b.evaluator(args)
		if why != "" {
			return t, why
		}
		return b.line(inner, negated, depth+1)
	case "and", "or":
		return b.junction(op == "and", args, negated, depth)
	case "!", "!!":
		if len(args) != 1 {
			return t, op + " takes one argument"
		}
		return b.line(args[0], negated != (op == "!"), depth+1)
	case "if", "?:":
		return b.choice(args, negated, depth)
	}
	if op == "!=" || op == "!==" {
		op, negated = "==", !negated
	}
	if path, is := b.isNull(op, args); is {
		if negated {
			return exists(path), ""
		}
		return not(exists(path)), ""
	}
	t, why = b.test(op, args)
	if why != "" || !negated {
		return t, why
	}
	return unless(readPath(t), t), ""
}

// isNull is a comparison of an attribute with null: of all tests the one that holds for
// who lacks it.
func (b *fdBlock) isNull(op string, args []json.RawMessage) (path string, is bool) {
	if op != "==" && op != "===" {
		return "", false
	}
	path, value, _, why := b.sides(op, args)
	return path, why == "" && absent(value)
}

func readPath(t document.Term) (path string) {
	document.Condition{t}.Walk("", func(_ string, inner *document.Term) {
		if inner.Kind == document.Clause {
			path = inner.Path
		}
	})
	return path
}

func constant(raw json.RawMessage, negated bool) (t document.Term, why string) {
	var truth bool
	switch valueType(raw) {
	case ruleset.Boolean:
		truth = string(compact(raw)) == "true"
	case ruleset.String:
		s, _ := text(raw)
		truth = s != ""
	case ruleset.JSON:
		return t, "a list or an object stands in the place of a condition"
	case ruleset.Integer, ruleset.Double:
		n, _ := strconv.ParseFloat(string(compact(raw)), 64)
		truth = n != 0
	}
	if truth != negated {
		return always, ""
	}
	return never, ""
}

// junction is and, or; negated it is the other of the two, of negations.
func (b *fdBlock) junction(and bool, args []json.RawMessage, negated bool, depth int) (t document.Term, why string) {
	var lines []document.Term
	for _, arg := range args {
		line, why := b.line(arg, negated, depth+1)
		if why != "" {
			return t, why
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return t, "and, or have no arguments"
	}
	if and != negated {
		return allOf(tidy(lines)), ""
	}
	var conditions []document.Condition
	for _, line := range lines {
		conditions = append(conditions, tidy(document.Condition{line}))
	}
	return anyOf(conditions...), ""
}

// choice is if in the place of a condition.
func (b *fdBlock) choice(args []json.RawMessage, negated bool, depth int) (t document.Term, why string) {
	if len(args) < 2 {
		return t, "an if has no result"
	}
	yes, why := b.junctionOf(args[0], false, args[1], negated, depth)
	if why != "" {
		return t, why
	}
	rest := json.RawMessage("false")
	switch {
	case len(args) == 3:
		rest = args[2]
	case len(args) > 3:
		raw, err := json.Marshal(map[string][]json.RawMessage{"if": args[2:]})
		if err != nil {
			return t, "an if cannot be read"
		}
		rest = raw
	}
	no, why := b.junctionOf(args[0], true, rest, negated, depth)
	if why != "" {
		return t, why
	}
	return anyOf(tidy(document.Condition{yes}), tidy(document.Condition{no})), ""
}

// junctionOf is "the condition holds (or not), and the result holds (or not)".
func (b *fdBlock) junctionOf(condition json.RawMessage, not bool, result json.RawMessage, negated bool, depth int) (t document.Term, why string) {
	first, why := b.line(condition, not, depth+1)
	if why != "" {
		return t, why
	}
	second, why := b.line(result, negated, depth+1)
	if why != "" {
		return t, why
	}
	return allOf(tidy(document.Condition{first, second})), ""
}

// path is the attribute that var reads.
func (b *fdBlock) path(args []json.RawMessage) (path, why string) {
	if len(args) == 0 {
		return "", "a var names nothing"
	}
	path, is := text(args[0])
	switch {
	case !is || path == "":
		return "", "a var names no attribute"
	case len(args) > 1 && !absent(args[1]):
		return "", "a var has a default of its own: " + string(compact(args[1]))
	case path == "$flagd.timestamp":
		return nowPath, ""
	case strings.HasPrefix(path, "$flagd."):
		return "", "there is no attribute like " + path
	}
	return path, ""
}

// attribute is an argument that is a var.
func (b *fdBlock) attribute(raw json.RawMessage) (path string, why string, is bool) {
	op, args, ok := operation(raw)
	if !ok || op != "var" {
		return "", "", false
	}
	path, why = b.path(args)
	return path, why, true
}

var flipped = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}

var comparisons = map[string]string{"<": ruleset.OpLt, "<=": ruleset.OpLe, ">": ruleset.OpGt, ">=": ruleset.OpGe}

// test is an operation on one attribute.
func (b *fdBlock) test(op string, args []json.RawMessage) (t document.Term, why string) {
	switch op {
	case "var":
		path, why := b.path(args)
		// What JSON Logic takes for true: there, and neither false, zero nor empty.
		return document.Term{Kind: document.All, Conditions: []document.Condition{{exists(path)}, {not(clause(path, ruleset.OpIn, raws("false", "0", `""`)...))}}}, why
	case "==", "===":
		path, value, _, why := b.sides("a comparison", args)
		return clause(path, ruleset.OpIn, value), why
	case "<", "<=", ">", ">=":
		return b.compare(op, args)
	case "in":
		return b.contains(args)
	case "starts_with", "ends_with":
		return b.affix(op, args)
	case "sem_ver":
		return b.version(args)
	}
	return t, "there is nothing like " + op
}

func raws(words ...string) []json.RawMessage {
	out := make([]json.RawMessage, len(words))
	for i, w := range words {
		out[i] = json.RawMessage(w)
	}
	return out
}

// sides are the attribute and the constant of two arguments, in either order.
func (b *fdBlock) sides(op string, args []json.RawMessage) (path string, constant json.RawMessage, swapped bool, why string) {
	if len(args) != 2 {
		return "", nil, false, op + " takes two arguments"
	}
	for i, arg := range args {
		path, why, is := b.attribute(arg)
		if !is {
			continue
		}
		other := args[1-i]
		if t := valueType(other); t == ruleset.JSON {
			return "", nil, false, op + " compares with something that is no constant"
		}
		return path, other, i == 1, why
	}
	return "", nil, false, op + " reads no attribute"
}

func (b *fdBlock) compare(op string, args []json.RawMessage) (t document.Term, why string) {
	if len(args) == 3 {
		return b.between(op, args)
	}
	path, value, swapped, why := b.sides(op, args)
	if why != "" {
		return t, why
	}
	if swapped {
		op = flipped[op]
	}
	n, err := strconv.ParseFloat(string(compact(value)), 64)
	if err != nil {
		return t, op + " compares with what is no number"
	}
	if path == nowPath {
		return instant(op, n), ""
	}
	if zero := map[string]bool{"<": 0 < n, "<=": 0 <= n, ">": 0 > n, ">=": 0 >= n}; zero[op] {
		b.say("who lacks %s counts as 0 there and fits %s %s; here they do not", path, op, compact(value))
	}
	return clause(path, comparisons[op], value), ""
}

// instant compares the clock, which is in whole seconds there and in milliseconds here.
func instant(op string, seconds float64) document.Term {
	const second = 1000
	at := func(ms float64) json.RawMessage { return json.RawMessage(strconv.FormatFloat(ms, 'f', -1, 64)) }
	switch op {
	case "<":
		return clause(nowPath, ruleset.OpBefore, at(seconds*second))
	case "<=":
		return clause(nowPath, ruleset.OpBefore, at(seconds*second+second))
	case ">":
		return clause(nowPath, ruleset.OpAfter, at(seconds*second+second-1))
	}
	return clause(nowPath, ruleset.OpAfter, at(seconds*second-1))
}

// between is a < attribute < b.
func (b *fdBlock) between(op string, args []json.RawMessage) (t document.Term, why string) {
	low, why := b.compare(op, args[:2])
	if why != "" {
		return t, why
	}
	high, why := b.compare(op, args[1:])
	if why != "" {
		return t, why
	}
	return allOf(tidy(document.Condition{low, high})), ""
}

// contains is an attribute among constants, or a text within an attribute.
func (b *fdBlock) contains(args []json.RawMessage) (t document.Term, why string) {
	if len(args) != 2 {
		return t, "in takes two arguments"
	}
	if path, why, is := b.attribute(args[1]); is {
		if part, isText := text(args[0]); why != "" || isText && part != "" {
			// Of a list it is one of its elements, of a text a part of it: which it
			// is shows only with the attribute.
			in := document.Condition{clause(path, ruleset.OpContains, args[0])}
			return anyOf(in, document.Condition{clause(path, ruleset.OpIn, args[0])}), why
		}
		return t, "in looks for something that is no text"
	}
	path, why, is := b.attribute(args[0])
	values := list(args[1])
	if whole, isText := text(args[1]); isText {
		return t, "in looks for an attribute within " + strconv.Quote(whole)
	}
	switch {
	case !is:
		return t, "in reads no attribute"
	case why != "":
		return t, why
	case len(values) == 0:
		return never, ""
	case slices.ContainsFunc(values, func(v json.RawMessage) bool { return valueType(v) == ruleset.JSON || absent(v) }):
		return t, "in looks among things that are no constants"
	}
	return clause(path, ruleset.OpIn, values...), ""
}

func (b *fdBlock) affix(op string, args []json.RawMessage) (t document.Term, why string) {
	path, value, swapped, why := b.sides(op, args)
	if why != "" {
		return t, why
	}
	if part, is := text(value); !is || part == "" || swapped {
		return t, op + " takes an attribute and a text"
	}
	return clause(path, op, value), ""
}

// version is sem_ver: attribute, comparison, version.
func (b *fdBlock) version(args []json.RawMessage) (t document.Term, why string) {
	if len(args) != 3 {
		return t, "sem_ver takes three arguments"
	}
	path, why, is := b.attribute(args[0])
	if !is || why != "" {
		return t, firstWords(why, "sem_ver reads no attribute")
	}
	how, _ := text(args[1])
	version, is := text(args[2])
	if !is || !ruleset.IsVersion(version) {
		return t, "sem_ver compares with what is no version"
	}
	switch how {
	case "=":
		return clause(path, ruleset.OpVerEq, args[2]), ""
	case "!=":
		// Not a negation: who lacks the version has none that differs, there either.
		return not(clause(path, ruleset.OpVerEq, args[2])), ""
	case "<":
		return clause(path, ruleset.OpVerLt, args[2]), ""
	case "<=":
		return clause(path, ruleset.OpVerLe, args[2]), ""
	case ">":
		return clause(path, ruleset.OpVerGt, args[2]), ""
	case ">=":
		return clause(path, ruleset.OpVerGe, args[2]), ""
	case "^", "~":
		return clause(path, ruleset.OpVerRange, quoted(same(how, version))), ""
	}
	return t, "sem_ver has no comparison " + how
}

// same is the range of versions with the same major number (^) or also the same minor
// (~), whatever follows.
func same(how, version string) string {
	numbers := strings.FieldsFunc(strings.TrimPrefix(version, "v"), func(r rune) bool { return r < '0' || r > '9' })
	number := func(i int) int {
		if i >= len(numbers) {
			return 0
		}
		n, _ := strconv.Atoi(numbers[i]) // the digits of a version
		return n
	}
	major, minor := strconv.Itoa(number(0)), strconv.Itoa(number(1))
	if how == "^" {
		return ">=" + major + "-0 <" + strconv.Itoa(number(0)+1) + "-0"
	}
	return ">=" + major + "." + minor + "-0 <" + major + "." + strconv.Itoa(number(1)+1) + "-0"
}
