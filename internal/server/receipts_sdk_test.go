package server_test

import (
	"fmt"
	"testing"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/testkit"
)

// connect starts a real client and waits for its stream.
func connect(t *testing.T, s *testkit.Server, name, overrides string) *burgee.Client {
	t.Helper()
	t.Setenv("BURGEE_OVERRIDES", overrides)
	client, err := burgee.New(burgee.Options{Key: testkit.ServerKey, URL: s.URL, Application: name, CacheDir: "off"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	eventually(t, name+" streams", func() bool { return client.Status().Source == "stream" })
	return client
}

func TestTwoProgramsReportWhatTheyAppliedAndWhatTheyOverride(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	plain, overriding := connect(t, s, "plain", ""), connect(t, s, "overriding", `{"f":true}`)
	put := s.Want(200, "PUT", project+"/flags/f/environments/production", obj{"default": true})
	revision := int(put.At("revision").(float64))
	eventually(t, "both have the change", func() bool {
		return plain.Status().Revision >= int64(revision) && overriding.Status().Revision >= int64(revision)
	})
	if got := receipts(s, revision); got.At("expected") != 2.0 {
		t.Errorf("expected: %s", got.Body)
	}
	eventually(t, "both have reported", func() bool { return receipts(s, revision).At("applied") == 2.0 })
	got := receipts(s, revision)
	if got.At("state") != "applied" || got.At("slowestMs") == nil {
		t.Errorf("receipt: %s", got.Body)
	}
	eventually(t, "the override is told", func() bool {
		flag := s.Want(200, "GET", project+"/flags/f", nil)
		return fmt.Sprint(flag.At("overridden.production.instances"), flag.At("overridden.production.of")) == "1 2"
	})
	flag := s.Want(200, "GET", project+"/flags/f", nil)
	if flag.At("overridden.production.which.0.application") != "overriding" {
		t.Errorf("overridden: %v", flag.At("overridden"))
	}
}
