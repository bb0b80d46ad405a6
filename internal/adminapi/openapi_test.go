package adminapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const specFile = "../../spec/openapi.json"

func TestTheCommittedDocumentIsTheOneThatTheHandlersGive(t *testing.T) {
	got := specification(t)
	if *update {
		if err := os.WriteFile(specFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("spec/openapi.json is old; run `make golden` and read the diff")
	}
}

func specification(t *testing.T) []byte {
	t.Helper()
	doc, err := Register(http.NewServeMux(), Deps{Version: "0.1.0"}).OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, doc, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	return pretty.Bytes()
}
