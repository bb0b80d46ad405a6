package account_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

// company is a server with an owner, whose name is ann, and a project default.
func company(t *testing.T) (h *home, ann account.Actor) {
	t.Helper()
	h = open(t)
	_, err := catalog.New(h.store, catalog.Options{}).EnsureFirstRun(t.Context(), catalog.FirstRun{})
	check(t, err)
	_, err = h.CreateOwner(t.Context(), "ann@example.test", password)
	check(t, err)
	ann = h.signIn(t, "ann@example.test")
	h.wrote()
	return h, ann
}

func (h *home) signIn(t *testing.T, email string) account.Actor {
	t.Helper()
	in, err := h.SignIn(t.Context(), email, password, account.Client{Address: "::1"})
	check(t, err)
	actor, _, err := h.BySession(t.Context(), in.Secret)
	check(t, err)
	return actor
}

func grants(t *testing.T, roles ...string) []account.Grant {
	t.Helper()
	out, err := account.ParseGrants(roles)
	check(t, err)
	return out
}

// join invites somebody and lets them make their account.
func (h *home) join(t *testing.T, by account.Actor, email string, roles ...string) account.Actor {
	t.Helper()
	_, secret, err := h.Invite(t.Context(), by, email, grants(t, roles...), "")
	check(t, err)
	_, err = h.UseLink(t.Context(), secret, password, account.Client{Address: "::1"})
	check(t, err)
	return h.signIn(t, email)
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if fault.As(err).Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestWhatARoleLetsDoAndWhere(t *testing.T) {
	actions := []account.Action{account.Read, account.EditFlags, account.Publish, account.SwitchOff, account.ManageKeys,
		account.ManageProject, account.ManageAccounts, account.ManageServer}
	for roles, want := range map[string]string{ // of the actions above, in default/production, default, shop and the server
		"owner":                        "11111111 11111111 11111111 11111111",
		"admin":                        "11111110 11111110 11111110 11111110",
		"viewer":                       "10000000 10000000 10000000 10000000",
		"admin@default":                "11111110 11111110 00000000 00000000",
		"publisher@default":            "11110000 11110000 00000000 00000000",
		"editor@default":               "11000000 11000000 00000000 00000000",
		"viewer@default":               "10000000 10000000 00000000 00000000",
		"publisher@default/production": "11110000 00000000 00000000 00000000",
		"viewer@shop admin@default/qa": "00000000 00000000 10000000 00000000",
		"relay":                        "00000000 00000000 00000000 00000000",
		"":                             "00000000 00000000 00000000 00000000",
	} {
		actor := account.Actor{Name: "ben", Rights: account.NewRights(grants(t, strings.Fields(roles)...)...)}
		var got []string
		for _, scope := range []account.Scope{{Project: "default", Environment: "production"}, {Project: "default"}, {Project: "shop"}, {}} {
			bits := ""
			for _, action := range actions {
				bit := "0"
				if account.Can(actor, action, scope) == nil {
					bit = "1"
				}
				bits += bit
			}
			got = append(got, bits)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%q: got %s, want %s", roles, got, want)
		}
	}
}

func TestWhoHasNothingToDoWithAPlaceIsToldThatThereIsNone(t *testing.T) {
	actor := account.Actor{Name: "ben", Rights: account.NewRights(grants(t, "viewer@shop/qa")...)}
	for scope, kind := range map[account.Scope]fault.Kind{
		{Project: "default"}:                   fault.NotFound,
		{Project: "no-such"}:                   fault.NotFound,
		{Project: "shop", Environment: "prod"}: fault.NotFound,
		{Project: "shop", Environment: "qa"}:   fault.Forbidden,
		{Project: "shop"}:                      fault.Forbidden,
		{}:                                     fault.Forbidden,
	} {
		if err := account.Can(actor, account.Publish, scope); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", scope, err)
		}
	}
	one, other := account.Can(actor, account.Read, account.Scope{Project: "default"}), account.Can(actor, account.Read, account.Scope{Project: "no-such"})
	if strings.Replace(one.Error(), "default", "no-such", 1) != other.Error() {
		t.Errorf("%q and %q tell which exists", one, other)
	}
}

func TestATokenDoesNothingThatItsMemberMayNot(t *testing.T) {
	h, ann := company(t)
	ben := h.join(t, ann, "ben@example.test", "publisher@default")
	ctx := t.Context()
	made, secret, err := h.CreateToken(ctx, ben, account.TokenRequest{Name: "all mine", Role: account.Owner})
	check(t, err)
	reader, readerSecret, err := h.CreateToken(ctx, ben, account.TokenRequest{Name: "reads", Role: account.Viewer})
	check(t, err)
	may := func(secret string, action account.Action) bool {
		t.Helper()
		actor, err := h.ByToken(ctx, secret)
		check(t, err)
		return account.Can(actor, action, account.Scope{Project: "default", Environment: "production"}) == nil
	}
	if !may(secret, account.Publish) || may(secret, account.ManageKeys) || !may(readerSecret, account.Read) || may(readerSecret, account.Publish) {
		t.Error("a token is not what its member is, within its scope")
	}
	weak, err := h.ByToken(ctx, readerSecret)
	check(t, err)
	_, _, err = h.CreateToken(ctx, weak, account.TokenRequest{Name: "more", Role: account.Owner})
	wantCode(t, err, "more_than_own")
	_, _, err = h.CreateToken(ctx, ben, account.TokenRequest{Name: "robot", Kind: account.ServiceToken, Role: account.Viewer, Scopes: []account.Scope{{Project: "default"}}})
	wantCode(t, err, "forbidden")

	_, err = h.SetRoles(ctx, ann, ben.ID, grants(t, "viewer@default"), nil, "")
	check(t, err)
	if may(secret, account.Publish) {
		t.Error("the token kept what its member lost")
	}
	list, err := h.Tokens(ctx, ben)
	check(t, err)
	if len(list) != 2 || list[0].ID != made.ID || list[1].ID != reader.ID || list[0].Owner != "ben@example.test" {
		t.Errorf("his tokens: %+v", list)
	}
	eve := h.join(t, ann, "eve@example.test", "admin@default")
	wantCode(t, h.DeleteToken(ctx, eve, made.ID, ""), "token_not_found") // another's
	robot, robotSecret, err := h.CreateToken(ctx, eve, account.TokenRequest{Name: "robot", Kind: account.ServiceToken, Role: account.Publisher, Scopes: []account.Scope{{Project: "default"}}})
	check(t, err)
	check(t, h.RemoveMember(ctx, ann, eve.ID, ""))
	if !may(robotSecret, account.Publish) {
		t.Error("the service token ended with who made it")
	}
	check(t, h.DeleteToken(ctx, ann, robot.ID, ""))
}

func TestNobodyGivesOrTakesMoreThanTheirOwn(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	adm := h.join(t, ann, "adm@example.test", "admin@default")
	ben := h.join(t, ann, "ben@example.test", "viewer@default")
	root := h.join(t, ann, "root@example.test", "admin")
	h.wrote()
	refused := map[string]error{}
	_, refused["owner by admin"] = h.SetRoles(ctx, root, ben.ID, grants(t, "owner"), nil, "")
	_, refused["everywhere by an admin of a project"] = h.SetRoles(ctx, adm, ben.ID, grants(t, "viewer"), nil, "")
	_, refused["an owner by an admin"] = h.SetRoles(ctx, root, ann.ID, nil, nil, "")
	refused["an owner removed by an admin"] = h.RemoveMember(ctx, root, ann.ID, "")
	_, _, refused["an owner's password by an admin"] = h.ResetLink(ctx, root, ann.ID, "")
	_, refused["an owner's sessions by an admin"] = h.Sessions(ctx, root, ann.ID)
	_, _, refused["an invitation by a viewer"] = h.Invite(ctx, ben, "x@example.test", grants(t, "viewer@default"), "")
	_, refused["the members for a viewer"] = h.Members(ctx, ben)
	_, refused["another's role by a viewer"] = h.SetRoles(ctx, ben, adm.ID, nil, nil, "")
	_, _, refused["a service token by an admin with more"] = h.CreateToken(ctx, root, account.TokenRequest{Name: "x", Kind: account.ServiceToken, Role: account.Owner})
	_, refused["a role by an admin"] = h.PutRole(ctx, root, account.RoleChange{Name: "duty", Description: "", Actions: nil}, "")
	for what, err := range refused {
		if !fault.IsKind(err, fault.Forbidden) && !fault.IsKind(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if entries := h.wrote(); len(entries) > 0 {
		t.Errorf("entries %+v", entries)
	}
	for roles, code := range map[string]string{
		"owner@default": "owner_everywhere", "publisher@default/production": "role_needs_project",
		"nobody": "role_not_found", "viewer@moon": "project_not_found", "viewer@default publisher@default/moon": "environment_not_found",
	} {
		_, err := h.SetRoles(ctx, ann, adm.ID, grants(t, strings.Fields(roles)...), nil, "")
		wantCode(t, err, code)
	}
	_, err := h.SetRoles(ctx, adm, ben.ID, grants(t, "viewer@default", "publisher@default/production"), nil, "r")
	check(t, err)
	want(t, h.wrote(), account.Entry{
		Kind: "member", Object: "ben@example.test", Action: "update",
		Before: account.MemberState{ID: ben.ID, Email: "ben@example.test", Roles: []string{"viewer@default"}},
		After:  account.MemberState{ID: ben.ID, Email: "ben@example.test", Roles: []string{"viewer@default", "publisher@default/production"}},
		Actor:  account.Actor{Kind: account.Member, ID: adm.ID, Name: "adm@example.test"}, At: 1_800_000_000_000, RequestID: "r",
	})
}

func TestRolesOfOtherPlacesStayAndAreNotShown(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	adm := h.join(t, ann, "adm@example.test", "viewer@default", "admin@default/development")
	ben := h.join(t, ann, "ben@example.test", "viewer@default", "publisher@default/production")
	h.join(t, ann, "far@example.test", "viewer@default", "viewer@default/production")
	people, err := h.Members(ctx, adm)
	check(t, err)
	var shown []string
	for _, p := range people {
		for _, g := range p.Grants {
			shown = append(shown, p.Email+" "+g.String())
		}
	}
	// Who may read the project may read its development, so they are shown.
	if diff := cmp.Diff([]string{"adm@example.test viewer@default", "adm@example.test admin@default/development",
		"ann@example.test owner", "ben@example.test viewer@default", "far@example.test viewer@default"}, shown); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, err = h.SetRoles(ctx, adm, ben.ID, grants(t, "publisher@default/development"), nil, "")
	check(t, err)
	people, err = h.Members(ctx, ann)
	check(t, err)
	at := slices.IndexFunc(people, func(p account.Person) bool { return p.ID == ben.ID })
	if got := people[at].Grants; len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

func TestSomebodyStaysOwner(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	wantCode(t, h.RemoveMember(ctx, ann, ann.ID, ""), "last_owner")
	_, err := h.SetRoles(ctx, ann, ann.ID, grants(t, "admin"), nil, "")
	wantCode(t, err, "last_owner")
	ben := h.join(t, ann, "ben@example.test", "owner")
	check(t, h.RemoveMember(ctx, ben, ann.ID, ""))
	wantCode(t, h.RemoveMember(ctx, ben, ben.ID, ""), "last_owner")
}

func TestWhoIsRemovedIsOutAtOnce(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	h.join(t, ann, "ben@example.test", "admin")
	in, err := h.SignIn(ctx, "ben@example.test", password, account.Client{})
	check(t, err)
	ben, _, err := h.BySession(ctx, in.Secret)
	check(t, err)
	_, token, err := h.CreateToken(ctx, ben, account.TokenRequest{Name: "mine", Role: account.Owner})
	check(t, err)
	mine, err := h.ByToken(ctx, token)
	check(t, err)
	_, byHim, err := h.Invite(ctx, ben, "x@example.test", grants(t, "viewer"), "")
	check(t, err)
	_, byToken, err := h.Invite(ctx, mine, "y@example.test", grants(t, "viewer"), "")
	check(t, err)
	_, toHim, err := h.ResetLink(ctx, ann, ben.ID, "")
	check(t, err)
	check(t, h.RemoveMember(ctx, ann, ben.ID, ""))
	_, _, err = h.BySession(ctx, in.Secret)
	wantCode(t, err, "session_expired")
	_, err = h.ByToken(ctx, token)
	wantCode(t, err, "token_unknown")
	_, err = h.SignIn(ctx, "ben@example.test", password, account.Client{})
	wantCode(t, err, "sign_in_failed")
	for _, secret := range []string{byHim, byToken, toHim} {
		_, err = h.UseLink(ctx, secret, password, account.Client{Address: "::1"})
		wantCode(t, err, account.CodeLinkUsed)
	}
}

func TestALinkWorksOnceAndForSevenDays(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	client := account.Client{Address: "::1", RequestID: "r2"}
	first, replaced, err := h.Invite(ctx, ann, "ben@example.test", grants(t, "viewer"), "")
	check(t, err)
	link, secret, err := h.Invite(ctx, ann, " Ben@example.test", grants(t, "viewer@default"), "")
	check(t, err)
	if first.Replaced || !link.Replaced {
		t.Errorf("replaced: the first %v, the second %v", first.Replaced, link.Replaced)
	}
	link.Replaced = false // is about the making alone
	h.wrote()
	_, err = h.ReadLink(ctx, replaced, client)
	wantCode(t, err, account.CodeLinkUsed)
	read, err := h.ReadLink(ctx, secret, client)
	check(t, err)
	if diff := cmp.Diff(link, read); diff != "" || read.ExpiresAt-read.CreatedAt != 7*24*3600*1000 || read.Maker != "ann@example.test" {
		t.Errorf("%+v\n%s", read, diff)
	}
	_, err = h.UseLink(ctx, secret, "short", client)
	wantCode(t, err, "password_short")
	in, err := h.UseLink(ctx, secret, password, client)
	check(t, err)
	ben := account.Actor{Kind: account.Member, ID: in.Member.ID, Name: "Ben@example.test"}
	want(t, h.wrote(), account.Entry{
		Kind: "member", Object: "Ben@example.test", Action: "create", Actor: ben, At: 1_800_000_000_000, RequestID: "r2",
		After: account.MemberState{ID: ben.ID, Email: "Ben@example.test", Roles: []string{"viewer@default"}},
	})
	_, err = h.UseLink(ctx, secret, password, client)
	wantCode(t, err, account.CodeLinkUsed)
	_, _, err = h.Invite(ctx, ann, "BEN@example.test", grants(t, "viewer"), "")
	wantCode(t, err, "email_taken")

	_, late, err := h.Invite(ctx, ann, "eve@example.test", grants(t, "viewer"), "")
	check(t, err)
	links, err := h.Links(ctx, ann)
	check(t, err)
	if len(links) != 1 || links[0].Email != "eve@example.test" {
		t.Errorf("links %+v", links)
	}
	h.ahead = account.LinkLife
	_, err = h.UseLink(ctx, late, password, client)
	wantCode(t, err, account.CodeLinkUsed)
	if links, err := h.Links(ctx, ann); err != nil || len(links) != 0 {
		t.Errorf("links %+v, %v", links, err)
	}
	h.ahead = 0
	check(t, h.DeleteLink(ctx, ann, links[0].ID, ""))
	_, err = h.UseLink(ctx, late, password, account.Client{Address: "2001:db8::2"})
	wantCode(t, err, account.CodeLinkUsed)
}

func TestAnInvitationEndsWhenItsMakerHasOtherRights(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	ben := h.join(t, ann, "ben@example.test", "admin@default")
	_, secret, err := h.Invite(ctx, ben, "eve@example.test", grants(t, "publisher@default"), "")
	check(t, err)
	_, err = h.SetRoles(ctx, ann, ben.ID, grants(t, "viewer@default"), nil, "")
	check(t, err)
	_, err = h.UseLink(ctx, secret, password, account.Client{Address: "::1"})
	wantCode(t, err, account.CodeLinkUsed)
}

func TestAResetLinkSetsAPasswordOnceAndEndsSessions(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	link, secret, err := h.HostResetLink(ctx, "ANN@example.test")
	check(t, err)
	if link.Kind != account.Reset || link.URL("http://x/", secret) != "http://x/reset#t="+secret {
		t.Errorf("%+v", link)
	}
	old, err := h.SignIn(ctx, "ann@example.test", password, account.Client{})
	check(t, err)
	in, err := h.UseLink(ctx, secret, "another horse battery", account.Client{Address: "::1"})
	check(t, err)
	if in.Member.ID != ann.ID {
		t.Errorf("signed in %+v", in)
	}
	_, _, err = h.BySession(ctx, old.Secret)
	wantCode(t, err, "session_expired")
	_, err = h.SignIn(ctx, "ann@example.test", password, account.Client{})
	wantCode(t, err, "sign_in_failed")
	_, err = h.UseLink(ctx, secret, password, account.Client{Address: "::1"})
	wantCode(t, err, account.CodeLinkUsed)
}

func TestARoleOfOnesOwnIsASetOfActions(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	duty, err := h.PutRole(ctx, ann, account.RoleChange{Name: "duty", Description: " Switches off ", Actions: []account.Action{account.SwitchOff}}, "")
	check(t, err)
	if diff := cmp.Diff(account.RoleInfo{Name: "duty", Description: "Switches off", Actions: []account.Action{account.Read, account.SwitchOff}, Version: duty.Version}, duty); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	ben := h.join(t, ann, "ben@example.test", "duty@default")
	production := account.Scope{Project: "default", Environment: "production"}
	if account.Can(ben, account.SwitchOff, production) != nil || account.Can(ben, account.Publish, production) == nil {
		t.Error("the role is not what it says")
	}
	_, err = h.PutRole(ctx, ann, account.RoleChange{Name: "duty", Description: "", Actions: []account.Action{account.Publish}}, "")
	check(t, err)
	if ben = h.signIn(t, "ben@example.test"); account.Can(ben, account.SwitchOff, production) == nil || account.Can(ben, account.Publish, production) != nil {
		t.Error("the role does not count at once")
	}
	wantCode(t, h.DeleteRole(ctx, ann, "duty", ""), "role_used")
	_, err = h.SetRoles(ctx, ann, ben.ID, grants(t, "viewer@default"), nil, "")
	check(t, err)
	check(t, h.DeleteRole(ctx, ann, "duty", ""))
	wantCode(t, h.DeleteRole(ctx, ann, "duty", ""), "role_not_found")
	for name, code := range map[account.Role]string{"admin": "role_built_in", "relay": "role_built_in", "full": "role_built_in", "No": "role_malformed"} {
		_, err := h.PutRole(ctx, ann, account.RoleChange{Name: name, Description: "", Actions: nil}, "")
		wantCode(t, err, code)
	}
	_, err = h.PutRole(ctx, ann, account.RoleChange{Name: "god", Description: "", Actions: []account.Action{account.ManageServer}}, "")
	wantCode(t, err, "action_unknown")
}

// Of two who make one role at once one is told, and of two who change it too: nobody
// overwrites what they have not seen.
func TestARoleIsMadeOnce(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	const tries = 8
	outcomes := make([]error, tries)
	var wg sync.WaitGroup
	for i := range tries {
		wg.Go(func() {
			change := account.RoleChange{Name: "duty", Description: fmt.Sprint(i), Actions: []account.Action{account.SwitchOff}, New: true}
			_, outcomes[i] = h.PutRole(ctx, ann, change, "")
		})
	}
	wg.Wait()
	roles, err := h.Roles(ctx)
	check(t, err)
	made := roles[len(roles)-1]
	winners := 0
	for i, err := range outcomes {
		if err == nil {
			winners++
			if made.Description != fmt.Sprint(i) {
				t.Errorf("made by %d, and the role is that of %s", i, made.Description)
			}
			continue
		}
		wantCode(t, err, "role_exists")
	}
	if winners != 1 {
		t.Errorf("%d made the role", winners)
	}
	_, err = h.PutRole(ctx, ann, account.RoleChange{Name: "duty", Description: "on duty"}, "")
	check(t, err)
}

func TestAMemberEndsASession(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	other, err := h.SignIn(ctx, "ann@example.test", password, account.Client{UserAgent: "curl", Address: "::2"})
	check(t, err)
	list, err := h.Sessions(ctx, ann, "")
	check(t, err)
	id := account.SessionID(other.Secret)
	if len(list) != 2 || !slices.ContainsFunc(list, func(s account.Session) bool { return s.ID == id && s.UserAgent == "curl" && s.Address == "::2" }) {
		t.Errorf("sessions %+v", list)
	}
	check(t, h.EndSession(ctx, ann, "", id, ""))
	_, _, err = h.BySession(ctx, other.Secret)
	wantCode(t, err, "session_expired")
	wantCode(t, h.EndSession(ctx, ann, "", id, ""), "session_not_found")
	ben := h.join(t, ann, "ben@example.test", "viewer")
	_, err = h.Sessions(ctx, ben, ann.ID)
	wantCode(t, err, "forbidden")
	_, err = h.Sessions(ctx, ann, ben.ID)
	check(t, err)
}

// A token that was given away for a day is not good for longer by making another.
func TestATokenMakesNoneThatOutlivesIt(t *testing.T) {
	const day = 24 * time.Hour
	h, ann := company(t)
	ctx := t.Context()
	made, secret, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "sa", Kind: account.ServiceToken, Role: account.Admin, Scopes: []account.Scope{{Project: "default"}}, Life: 2 * day})
	check(t, err)
	service, err := h.ByToken(ctx, secret)
	check(t, err)
	_, secret, err = h.CreateToken(ctx, ann, account.TokenRequest{Name: "mine", Role: account.Owner, Life: 2 * day})
	check(t, err)
	personal, err := h.ByToken(ctx, secret)
	check(t, err)
	h.ahead = time.Hour
	for _, by := range []account.Actor{service, personal} {
		for _, request := range []account.TokenRequest{
			{Name: "robot", Kind: account.ServiceToken, Role: account.Viewer, Scopes: []account.Scope{{Project: "default"}}},
			{Name: "edge", Kind: account.ServiceToken, Role: account.Relay, Scopes: []account.Scope{{Project: "default", Environment: "production"}}},
			{Name: "reads", Kind: account.PersonalToken, Role: account.Viewer},
		} {
			if by.Person == "" && request.Kind == account.PersonalToken {
				continue
			}
			got, _, err := h.CreateToken(ctx, by, request)
			check(t, err)
			if got.ExpiresAt != made.ExpiresAt {
				t.Errorf("%s by %s ends at %d, want %d", request.Name, by.Name, got.ExpiresAt, made.ExpiresAt)
			}
			request.Life = day
			got, _, err = h.CreateToken(ctx, by, request)
			check(t, err)
			if got.ExpiresAt >= made.ExpiresAt {
				t.Errorf("%s by %s for a day ends at %d", request.Name, by.Name, got.ExpiresAt)
			}
			request.Life = 2 * day
			_, _, err = h.CreateToken(ctx, by, request)
			wantCode(t, err, "life_longer")
			if f := fault.As(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Field != "expiresInDays" {
				t.Errorf("%s by %s: %+v", request.Name, by.Name, f)
			}
		}
	}
	got, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "for ever", Role: account.Owner})
	check(t, err)
	if got.ExpiresAt != 0 {
		t.Errorf("a token that a member makes ends at %d", got.ExpiresAt)
	}
}

// A token that may do less than its member was given away for something: whoever
// has it does not sign the member out.
func TestATokenThatMayDoLessEndsOnlyItself(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	ben := h.join(t, ann, "ben@example.test", "publisher@default")
	token := func(of account.Actor, role account.Role) (account.Actor, string) {
		t.Helper()
		made, secret, err := h.CreateToken(ctx, of, account.TokenRequest{Name: string(role), Role: role})
		check(t, err)
		actor, err := h.ByToken(ctx, secret)
		check(t, err)
		return actor, made.ID
	}
	session := func(email string) string {
		t.Helper()
		in, err := h.SignIn(ctx, email, password, account.Client{Address: "::2"})
		check(t, err)
		return account.SessionID(in.Secret)
	}
	for _, c := range []struct {
		of    account.Actor
		email string
		role  account.Role
		ends  bool
	}{
		{ben, "ben@example.test", account.Viewer, false},
		{ben, "ben@example.test", account.Editor, false},
		{ben, "ben@example.test", account.Publisher, true}, // all that he may
		{ben, "ben@example.test", account.Owner, true},
		{ann, "ann@example.test", account.Publisher, false},
		{ann, "ann@example.test", account.Owner, true},
	} {
		actor, own := token(c.of, c.role)
		_, other := token(c.of, account.Owner)
		for what, err := range map[string]error{
			"a session":     h.EndSession(ctx, actor, "", session(c.email), ""),
			"a session, by": h.EndSession(ctx, actor, c.of.ID, session(c.email), ""),
			"a token":       h.DeleteToken(ctx, actor, other, ""),
		} {
			if c.ends {
				check(t, err)
			} else if wantCode(t, err, "more_than_own"); !fault.IsKind(err, fault.Forbidden) {
				t.Errorf("%s of %s by their token for %s: %v", what, c.email, c.role, err)
			}
		}
		check(t, h.DeleteToken(ctx, actor, own, ""))
	}
	manages, _ := token(ann, account.Admin) // revokes tokens of members, also of this one
	_, other := token(ann, account.Owner)
	check(t, h.DeleteToken(ctx, manages, other, ""))
}

// A service token is nobody's, but from somebody: also one that another token made.
func TestAServiceTokenComesFromAMember(t *testing.T) {
	h, ann := company(t)
	ctx := t.Context()
	make := func(by account.Actor, kind account.TokenKind) account.Actor {
		t.Helper()
		_, secret, err := h.CreateToken(ctx, by, account.TokenRequest{Name: "x", Kind: kind, Role: account.Owner})
		check(t, err)
		actor, err := h.ByToken(ctx, secret)
		check(t, err)
		return actor
	}
	personal := make(ann, account.PersonalToken)
	first := make(personal, account.ServiceToken)
	for name, actor := range map[string]account.Actor{"by her": make(ann, account.ServiceToken), "by her token": first, "by a token of that": make(first, account.ServiceToken)} {
		if actor.Maker != ann.ID || actor.Person != "" {
			t.Errorf("%s: comes from %q, and is %q", name, actor.Maker, actor.Person)
		}
	}
	later, err := h.Actor(ctx, account.Token, first.ID, "token:"+first.ID+"/"+ann.ID)
	check(t, err)
	if later.ID != first.ID || later.Maker != ann.ID || later.Person != "" {
		t.Errorf("later it is %+v", later)
	}
	installed := account.TokenPrefix + strings.Repeat("a", 43)
	check(t, h.InstallToken(ctx, installed, "BURGEE_INIT_TOKEN"))
	root, err := h.ByToken(ctx, installed)
	check(t, err)
	if made := make(root, account.ServiceToken); root.Maker != "" || made.Maker != "" {
		t.Errorf("from nobody: %q and %q", root.Maker, made.Maker)
	}
}
