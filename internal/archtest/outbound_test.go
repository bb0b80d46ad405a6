package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// reaching are the names with which a program of the standard library opens a
// connection to somewhere.
var reaching = map[string][]string{
	"net/http":   {"Client", "DefaultClient", "DefaultTransport", "Transport", "Get", "Head", "Post", "PostForm"},
	"net":        {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer"},
	"crypto/tls": {"Dial", "DialWithDialer", "Dialer"},
	"net/smtp":   {"Dial", "SendMail"},
}

// reachOut are the packages that may, beside outbound, with why the addresses are
// not those that somebody types into settings.
var reachOut = map[string]string{
	"internal/apiclient": "the command line asks the server that its user names; no part of a server",
	"internal/testkit":   "tests only",
	"internal/relay":     "--upstream, which who starts a relay names",
	"internal/store":     "--store, which who starts the server names",
}

// Whoever types an address into settings must not get a way into the server's own
// network: every connection of the server to an address of somebody else goes
// through package outbound.
func TestWhatReachesOutGoesThroughOutbound(t *testing.T) {
	used := map[string]bool{}
	for _, p := range matching(list(t), []string{"internal/..."}, nil) {
		dir := strings.TrimPrefix(p.ImportPath, root)
		for _, file := range p.GoFiles {
			for _, found := range reaches(t, filepath.Join("../..", dir, file)) {
				used[dir] = true
				if dir != "internal/outbound" && reachOut[dir] == "" {
					t.Errorf("%s/%s uses %s: take a client of internal/outbound", dir, file, found)
				}
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(reachOut)) {
		if !used[dir] {
			t.Errorf("%s reaches out no more: take it off the list", dir)
		}
	}
	if !used["internal/outbound"] {
		t.Error("outbound itself was not found: the test sees nothing")
	}
}

// reaches are the uses of a file of what opens connections. A type that is only
// named, as in *http.Client, is somebody else's client.
func reaches(t *testing.T, file string) []string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]string{}
	for _, spec := range tree.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if reaching[path] != nil {
			names[name] = reaching[path]
		}
	}
	var out []string
	ast.Inspect(tree, func(n ast.Node) bool {
		if star, ok := n.(*ast.StarExpr); ok && isSelector(star.X) {
			return false
		}
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && slices.Contains(names[of.Name], selector.Sel.Name) {
			out = append(out, of.Name+"."+selector.Sel.Name)
		}
		return true
	})
	return out
}

func isSelector(e ast.Expr) bool {
	_, ok := e.(*ast.SelectorExpr)
	return ok
}
