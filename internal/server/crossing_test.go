package server

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/catalog"
)

func TestAProgramOverTheLimitIsToldOfOnce(t *testing.T) {
	refused := []catalog.Refusal{
		{KeyID: 1, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "bad key", Code: "declaration_invalid", Message: "is no flag key"},
		{KeyID: 1, Application: "calc", Flag: "m2", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "m3", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 2, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
	}
	want := []catalog.Refusal{
		{KeyID: 1, Application: "calc", Flag: "m1 and 2 more", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "bad key", Code: "declaration_invalid", Message: "is no flag key"},
		{KeyID: 2, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
	}
	if diff := cmp.Diff(want, together(refused)); diff != "" {
		t.Error(diff)
	}
}
