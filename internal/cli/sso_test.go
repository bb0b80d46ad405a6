package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/apiclient"
)

func TestAMappingIsReadFromItsLastEqualsSign(t *testing.T) {
	got, err := readMapping([]string{"*=viewer", "cn=ops,dc=example=viewer@shop,publisher@shop/production", ""})
	want := []apiclient.RoleMapping{
		{Value: "*", Roles: []string{"viewer"}},
		{Value: "cn=ops,dc=example", Roles: []string{"viewer@shop", "publisher@shop/production"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, text := range []string{"viewer", "=viewer", "ops="} {
		if _, err := readMapping([]string{text}); exitCode(err) != exitInvalid || err == nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsNotNamedStays(t *testing.T) {
	now := apiclient.SingleSignOnSettings{
		Name: "Corp", Issuer: "https://i", ClientID: "c", Scopes: []string{"openid"}, Claim: "groups", Create: true,
		Domains: []string{"example.com"}, Passwords: "everybody", Mapping: []apiclient.RoleMapping{{Value: "*", Roles: []string{"viewer"}}},
	}
	got := now
	o := ssoOptions{said: apiclient.SingleSignOnSettings{Passwords: "owners", Issuer: "not named"}, mapping: []string{""}}
	if err := o.over(&got, func(flag string) bool { return flag == "passwords" || flag == "create" || flag == "map" }); err != nil {
		t.Fatal(err)
	}
	want := now
	want.Passwords, want.Create, want.Mapping = "owners", false, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
