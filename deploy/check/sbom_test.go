package check

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"burgee.dev/burgee/internal/release"
)

// The schema comes with the module of CycloneDX's types.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	for url, file := range map[string]string{
		"bom-1.6.schema.json": "bom-1.6.schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		parsed, err := jsonschema.UnmarshalJSON(open(t, filepath.Join(strings.TrimSpace(string(folder)), "schema", file)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource("http://cyclonedx.org/schema/"+url, parsed); err != nil {
			t.Fatal(err)
		}
	}
	compiled, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// bill is one of everything that go.sum lists, and of the dashboard.
func bill(t *testing.T) []byte {
	t.Helper()
	info := &debug.BuildInfo{GoVersion: "go1.26.8"}
	for line := range strings.Lines(string(read(t, "../../go.sum"))) {
		if part := strings.Fields(line); !strings.HasSuffix(part[1], "/go.mod") {
			info.Deps = append(info.Deps, &debug.Module{Path: part[0], Version: part[1], Sum: part[2]})
		}
	}
	components, err := release.GoModules("0.1.0", map[string]*debug.BuildInfo{"linux_amd64": info, "windows_amd64": {GoVersion: "go1.26.8"}})
	if err != nil {
		t.Fatal(err)
	}
	packages, err := release.NpmPackages(read(t, "../../dashboard/package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := release.BillOfMaterials("0.1.0", append(components, packages...), time.Unix(1_790_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheBillOfMaterialsKeepsItsSchema(t *testing.T) {
	text := bill(t)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(parsed); err != nil {
		t.Error(err)
	}
	var decoded cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, c := range *decoded.Components {
		names[c.Name] = true
	}
	for _, want := range []string{"std", "github.com/spf13/cobra", "react", "@mantine/core"} {
		if !names[want] {
			t.Errorf("%s is not in it", want)
		}
	}
	if names["vitest"] {
		t.Error("it lists what only tests need")
	}
}

// That the schema refuses something is what makes the test above one.
func TestTheSchemaRefusesAnotherBill(t *testing.T) {
	text := bytes.Replace(bill(t), []byte(`"type": "application"`), []byte(`"type": "flag"`), 1)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if schema(t).Validate(parsed) == nil {
		t.Error("it takes a component of type flag")
	}
}
