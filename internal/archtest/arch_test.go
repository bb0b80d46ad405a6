package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	root = "burgee.dev/burgee/"
	sdk  = "burgee.dev/burgee/sdk"
)

// pkg is what `go list -json` tells of one package.
type pkg struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
	Doc        string
}

// rule says what the packages of one room must not import, and why.
type rule struct {
	why    string
	from   []string // package paths relative to the root module; a trailing /... takes the tree
	never  []string // the same, or a standard library path
	except []string // packages of `from` that the rule does not bind
}

var (
	dataPlane    = []string{"internal/delivery", "internal/gate", "internal/ingest", "internal/presence", "internal/receipts", "internal/nodes", "internal/sdkapi", "internal/ofrep", "internal/relay"}
	controlPlane = []string{"internal/account", "internal/catalog", "internal/sso", "internal/webhook", "internal/adminapi"}
	protocols    = []string{"internal/adminapi", "internal/sdkapi", "internal/ofrep"}
)

var rules = []rule{
	{"pure packages answer the same everywhere and know no outside world",
		[]string{"sdk/ruleset", "sdk/eval", "internal/fault", "internal/document", "internal/importer", "internal/check", "internal/audit"},
		[]string{"net/http", "database/sql", "os", "log/slog", "math/rand"}, nil},
	{"leaves know nothing of the house", []string{"internal/wholefile", "internal/clock", "internal/meter"}, []string{"internal/..."}, nil},
	{"secrets are sealed by who knows no place to keep them or to lose them", []string{"internal/secret"},
		append([]string{"internal/store", "internal/config", "net/http", "database/sql", "os"}, append(slices.Clone(dataPlane), controlPlane...)...), nil},
	{"the data plane opens no secret", dataPlane, []string{"internal/secret"}, nil},
	{"the data plane never asks the control plane", dataPlane, controlPlane, nil},
	{"only the composition root knows the store", append(slices.Clone(dataPlane), controlPlane...), []string{"internal/store"}, nil},
	{"services speak no protocol and know no data plane", []string{"internal/account", "internal/catalog"},
		append([]string{"internal/httpkit", "net/http"}, dataPlane...), nil},
	{"webhooks are sent from the record, over a client that they are given", []string{"internal/webhook"},
		append([]string{"internal/httpkit", "internal/adminapi", "internal/outbound", "database/sql"}, dataPlane...), nil},
	{"the management API meets the data plane only through the composition root", []string{"internal/adminapi"}, dataPlane, nil},
	{"the store holds no policy and speaks no protocol", []string{"internal/store"},
		[]string{"net/http", "internal/httpkit", "internal/adminapi", "internal/sdkapi", "internal/ofrep", "internal/server"}, nil},
	{"who counts does not know how the numbers are shown, nor who is traced",
		append(slices.Concat(dataPlane, controlPlane), "internal/store", "internal/httpkit", "internal/meter"),
		[]string{"github.com/prometheus/...", "go.opentelemetry.io/...", "internal/telemetry"}, nil},
	{"only the command line starts the server", []string{"internal/..."}, []string{"internal/server"},
		[]string{"internal/cli", "internal/server", "internal/testkit"}},
	{"only cmd runs the command line", []string{"internal/..."}, []string{"internal/cli"}, []string{"internal/cli"}},
	{"production code does not depend on test code", []string{"internal/...", "cmd/...", "sdk/..."},
		[]string{"testing", "internal/testkit/..."}, []string{"internal/testkit/...", "internal/store/storetest", "sdk/eval/evaltest", "sdk/sdktest"}},
}

func TestNoPackageImportsWhatItMustNot(t *testing.T) {
	packages := list(t)
	for _, r := range rules {
		for _, p := range matching(packages, r.from, r.except) {
			for _, imported := range p.Imports {
				if matches(imported, r.never) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, r.why)
				}
			}
		}
	}
}

func TestProtocolsNeverImportEachOther(t *testing.T) {
	for _, p := range matching(list(t), protocols, nil) {
		for _, imported := range p.Imports {
			if matches(imported, protocols) {
				t.Errorf("%s imports %s: one protocol, one folder", p.ImportPath, imported)
			}
		}
	}
}

func TestTheSDKDependsOnTheStandardLibraryOnly(t *testing.T) {
	for _, p := range matching(list(t), []string{"sdk/..."}, nil) {
		for _, imported := range p.Imports {
			own := imported == sdk || strings.HasPrefix(imported, sdk+"/")
			if !own && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("%s imports %s: users import the SDK into everything", p.ImportPath, imported)
			}
		}
	}
}

// A rename must not silently disarm a rule.
func TestEveryPackageThatARuleNamesExists(t *testing.T) {
	packages := list(t)
	for _, r := range rules {
		for _, name := range slices.Concat(r.from, r.never, r.except) {
			if strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "sdk/") || strings.HasPrefix(name, "cmd/") {
				if len(matching(packages, []string{name}, nil)) == 0 {
					t.Errorf("rule %q names %s, which does not exist", r.why, name)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range matching(list(t), []string{"internal/...", "cmd/...", "sdk/..."}, nil) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// list reads both modules' packages once.
func list(t *testing.T) []pkg {
	t.Helper()
	packages := decode(t, "../..", "./...")
	return append(packages, decode(t, "../../sdk", "./...")...)
}

func decode(t *testing.T, dir, pattern string) []pkg {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles,Doc", pattern)
	command.Dir, command.Stderr = dir, os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list in %s: %v", dir, err)
	}
	var packages []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list in %s: %v", dir, err)
		}
		packages = append(packages, p)
	}
}

func matching(packages []pkg, names, except []string) []pkg {
	var out []pkg
	for _, p := range packages {
		if matches(p.ImportPath, names) && !matches(p.ImportPath, except) {
			out = append(out, p)
		}
	}
	return out
}

// matches reports whether the import path is one of the names. A name of ours
// covers its own sub-packages only when it ends in "/...".
func matches(importPath string, names []string) bool {
	for _, name := range names {
		full := name
		if strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "sdk/") || strings.HasPrefix(name, "cmd/") {
			full = path.Join(root, name)
		}
		if tree, ok := strings.CutSuffix(full, "/..."); ok {
			if importPath == tree || strings.HasPrefix(importPath, tree+"/") {
				return true
			}
			continue
		}
		if importPath == full {
			return true
		}
	}
	return false
}
