package server_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/ruleset"
)

// hidden is in what only who reads the project default may see.
const hidden = "only-for-readers"

// places of the matrix.
var (
	everywhere = account.Scope{}
	defaults   = account.Scope{Project: "default"}
	production = account.Scope{Project: "default", Environment: "production"}
)

// need says what an operation asks for, and how it is tried.
type need struct {
	// all are the rights that it takes.
	all []right
	// asks is for what no list of rights says; it returns what the actor is told.
	asks func(account.Actor) error
	// public needs no credential at all.
	public bool
	// with makes a request that succeeds for who may: the values of the path, what
	// comes after it, and the body.
	with func(*matrix) (path map[string]string, query string, body any)
	// streams: the answer does not end.
	streams bool
	// refusal is what who may is answered where a success takes more than the right,
	// such as a code that only one member has; 0 is a success.
	refusal int
}

type right struct {
	action account.Action
	scope  account.Scope
}

func (n need) verdict(actor account.Actor) error {
	if n.asks != nil {
		return n.asks(actor)
	}
	for _, r := range n.all {
		if err := account.Can(actor, r.action, r.scope); err != nil {
			return err
		}
	}
	return nil
}

func takes(action account.Action, scope account.Scope) need {
	return need{all: []right{{action, scope}}}
}

// reads is also asked of who does something else with the project.
func reads(n need) need {
	n.all = append([]right{{account.Read, defaults}}, n.all...)
	return n
}

func (n need) by(with func(*matrix) (map[string]string, string, any)) need {
	n.with = with
	return n
}

func (n need) body(body any) need {
	return n.by(func(*matrix) (map[string]string, string, any) { return nil, "", body })
}

func (n need) query(query string) need {
	return n.by(func(*matrix) (map[string]string, string, any) { return nil, query, nil })
}

// signedIn is for what everybody may who is known at all.
func signedIn() need { return need{asks: func(account.Actor) error { return nil }} }

// aPerson is who acts for a member, with a session or a personal token.
func aPerson(a account.Actor) error {
	if a.Person != "" {
		return nil
	}
	return fault.New(fault.Forbidden, "", "")
}

// bySession is for what only a browser may.
func bySession() need {
	return need{asks: func(a account.Actor) error {
		if a.Kind == account.Member {
			return nil
		}
		return fault.New(fault.Forbidden, "", "")
	}}
}

// told is for what is refused also to who may.
func (n need) told(status int, body any) need {
	n.refusal = status
	return n.body(body)
}

// busy is for what is refused while a rollout goes on, also to who may.
func (n need) busy() need {
	n.refusal = 409
	return n.by(func(m *matrix) (map[string]string, string, any) {
		aRollout("")(m)
		return nil, "", nil
	})
}

// somewhere is for what lists what the actor manages.
func somewhere() need {
	return need{asks: func(a account.Actor) error { return account.CanSomewhere(a, account.ManageAccounts) }}
}

// overTarget is for what is decided over the member "target", a viewer of default:
// who manages people nowhere is refused, and who has nothing to do with the target
// learns nothing of them.
func overTarget(governs bool) need {
	return need{asks: func(a account.Actor) error {
		if err := account.CanSomewhere(a, account.ManageAccounts); err != nil {
			return err
		}
		whole := account.Can(a, account.ManageAccounts, defaults)
		if whole == nil {
			return nil
		}
		for _, environment := range []string{"production", "development"} { // the target may read it
			if account.Can(a, account.ManageAccounts, account.Scope{Project: "default", Environment: environment}) != nil {
				continue
			}
			if governs {
				return fault.New(fault.Forbidden, "", "")
			}
			return nil
		}
		return fault.New(fault.NotFound, "", "")
	}}
}

// operations has an entry for each operation of the OpenAPI document.
var operations = map[string]need{
	"startSSO": {public: true}, "finishSSO": {public: true}, "getSSO": takes(account.ManageServer, everywhere),
	"putSSO": takes(account.ManageServer, everywhere).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"issuer": m.provider.URL, "clientId": "x", "clientSecret": "x"}
	}),
	"checkSSO": takes(account.ManageServer, everywhere).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"issuer": m.provider.URL}
	}),
	"unlinkIdentity": bySession().told(404, nil).query("?issuer=https%3A%2F%2Flogin.example.com"), "renewRecoveryCodes": bySession().told(409, obj{"password": "x"}),
	"unlinkMember": overTarget(true).by(func(m *matrix) (map[string]string, string, any) { return map[string]string{"id": m.target}, "", nil }),
	"deleteSSO": takes(account.ManageServer, everywhere).by(func(m *matrix) (map[string]string, string, any) {
		m.want(200, "PUT", "/api/v1/sso", obj{"issuer": m.provider.URL, "clientId": "x", "clientSecret": "x", "passwords": "everybody"})
		return nil, "", nil
	}),
	"giveCode": {public: true}, "ownAccount": {asks: aPerson},
	"startTOTP": bySession().body(nil), "confirmTOTP": bySession().told(409, obj{"code": "000000"}), "stopTOTP": bySession().told(409, obj{"password": "x"}),
	"resetTOTP":  overTarget(true).by(func(m *matrix) (map[string]string, string, any) { return map[string]string{"id": m.target}, "", nil }),
	"getSession": {public: true}, "setup": {public: true}, "signIn": {public: true}, "signOut": {public: true},
	"readLink": {public: true}, "useLink": {public: true},
	"startLogin": {public: true}, "collectLogin": {public: true},
	"readLogin":    bySession().told(404, obj{"code": "BCDF-GHJK"}),
	"approveLogin": bySession().told(404, obj{"code": "BCDF-GHJK"}),
	"refuseLogin":  bySession().told(404, obj{"code": "BCDF-GHJK"}),

	"listSessions": overTarget(true).by(func(m *matrix) (map[string]string, string, any) { return nil, "?member=" + m.target, nil }),
	"endSession": overTarget(true).by(func(m *matrix) (map[string]string, string, any) {
		sessions := m.want(200, "GET", "/api/v1/sessions?member="+m.target, nil)
		if strings.Contains(string(sessions.Body), `"items":[]`) {
			m.signIn("target@example.com")
			sessions = m.want(200, "GET", "/api/v1/sessions?member="+m.target, nil)
		}
		return map[string]string{"id": sessions.At("items.0.id").(string)}, "?member=" + m.target, nil
	}),

	"listMembers": somewhere(), "listLinks": somewhere(), "listRoles": signedIn(),
	"setRoles": overTarget(false).by(func(m *matrix) (map[string]string, string, any) {
		return map[string]string{"id": m.target}, "", obj{"roles": []string{"viewer@default"}}
	}),
	"resetPassword": overTarget(true).by(func(m *matrix) (map[string]string, string, any) { return map[string]string{"id": m.target}, "", nil }),
	"removeMember": overTarget(true).by(func(m *matrix) (map[string]string, string, any) {
		return map[string]string{"id": m.leaving()}, "", nil
	}),
	"invite": takes(account.ManageAccounts, defaults).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"email": m.name("x") + "@example.com", "roles": []string{"viewer@default"}}
	}),
	"deleteLink": {asks: func(a account.Actor) error {
		if err := account.CanSomewhere(a, account.ManageAccounts); err != nil {
			return err
		}
		return orNotFound(account.Can(a, account.ManageAccounts, defaults))
	}, with: func(m *matrix) (map[string]string, string, any) {
		made := m.want(201, "POST", "/api/v1/links", obj{"email": m.name("x") + "@example.com", "roles": []string{"viewer@default"}})
		return map[string]string{"id": made.At("id").(string)}, "", nil
	}},
	"putRole": takes(account.ManageServer, everywhere).by(func(*matrix) (map[string]string, string, any) {
		return map[string]string{"role": "made"}, "", obj{"actions": []string{"off"}}
	}),
	"deleteRole": takes(account.ManageServer, everywhere).by(func(m *matrix) (map[string]string, string, any) {
		m.want(200, "PUT", "/api/v1/roles/made", obj{"actions": []string{"off"}})
		return map[string]string{"role": "made"}, "", nil
	}),
	"listTokens": signedIn(),
	"createToken": takes(account.ManageAccounts, defaults).by(func(*matrix) (map[string]string, string, any) {
		return nil, "", obj{"name": "x", "kind": "service", "scope": "viewer", "environments": []string{"default"}}
	}),
	"deleteToken": {asks: func(a account.Actor) error { return orNotFound(account.Can(a, account.ManageAccounts, defaults)) },
		with: func(m *matrix) (map[string]string, string, any) {
			made := m.want(201, "POST", "/api/v1/tokens", obj{"name": "x", "kind": "service", "scope": "viewer", "environments": []string{"default"}})
			return map[string]string{"id": made.At("id").(string)}, "", nil
		}},

	"listProjects": signedIn(), "getProject": takes(account.Read, defaults),
	"renameProject": takes(account.ManageProject, defaults).body(obj{"name": hidden}),
	"createProject": takes(account.ManageProject, everywhere).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"key": m.name("project")}
	}),
	"archiveProject": reads(takes(account.ManageProject, defaults)).busy(),
	"restoreProject": takes(account.ManageProject, defaults).told(409, nil),
	"createEnvironment": takes(account.ManageProject, defaults).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"key": m.name("environment"), "like": "production"}
	}),
	"orderEnvironments":   takes(account.ManageProject, defaults).told(422, obj{"environments": []string{"production"}}),
	"updateEnvironment":   takes(account.ManageProject, production).body(obj{"name": hidden}),
	"archiveEnvironment":  reads(takes(account.ManageProject, production)).busy(),
	"restoreEnvironment":  takes(account.ManageProject, production).told(409, nil),
	"compareEnvironments": takes(account.Read, defaults).query("?from=development"),
	"promote": reads(takes(account.Publish, production)).by(func(m *matrix) (map[string]string, string, any) {
		key := m.name("flag")
		m.want(201, "POST", project+"/flags", obj{"key": key, "type": "boolean"})
		m.want(200, "PUT", project+"/flags/"+key+"/environments/development", obj{"default": true})
		return nil, "", obj{"from": "development", "flags": []string{key}}
	}),
	"listKeys":  takes(account.Read, defaults),
	"createKey": takes(account.ManageKeys, production).body(obj{"kind": "server", "name": hidden}),
	"revokeKey": takes(account.ManageKeys, production).by(aKey(nil)),
	"rotateKey": takes(account.ManageKeys, production).by(aKey(obj{"overlapHours": 0})),

	"listFlags": takes(account.Read, defaults), "getFlag": takes(account.Read, defaults),
	"createFlag": takes(account.EditFlags, defaults).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"key": m.name("flag"), "type": "boolean"}
	}),
	"patchFlag":           takes(account.EditFlags, defaults).body(obj{"description": hidden}),
	"flagAskedBy":         takes(account.Read, defaults),
	"archiveFlag":         takes(account.EditFlags, defaults).by(aFlag),
	"restoreFlag":         takes(account.EditFlags, defaults).by(aFlag),
	"putConfiguration":    takes(account.Publish, production).body(obj{"default": true}),
	"deleteConfiguration": takes(account.Publish, production),
	"switchOff":           takes(account.SwitchOff, production).by(configured),
	"switchOn":            takes(account.Publish, production).by(configured),
	"flagEvaluations":     takes(account.Read, defaults).query("?environment=production"),

	"listGroups": takes(account.Read, defaults), "getGroup": takes(account.Read, defaults),
	"putGroup": takes(account.EditFlags, defaults).by(func(m *matrix) (map[string]string, string, any) {
		return map[string]string{"group": m.name("group")}, "", obj{"include": []string{hidden}}
	}),
	"deleteGroup": takes(account.EditFlags, defaults).by(func(m *matrix) (map[string]string, string, any) {
		m.want(200, "PUT", project+"/groups/leaving", obj{"include": []string{hidden}})
		return map[string]string{"group": "leaving"}, "", nil
	}),

	"listExperiments": takes(account.Read, defaults), "getExperiment": takes(account.Read, defaults),
	"putExperiment":    takes(account.Publish, production).by(anExperiment),
	"deleteExperiment": reads(takes(account.Publish, production)).by(anExperiment),
	"startExperiment":  reads(takes(account.Publish, production)).by(aDraft),
	"stopExperiment":   reads(takes(account.SwitchOff, production)).by(aDraft),

	"apply": reads(takes(account.EditFlags, defaults)).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"text": "apiVersion: burgee/v1\nflags: {" + m.name("flag") + ": {type: boolean}}\n"}
	}),
	"exportProject": takes(account.Read, defaults).query("?at=4000000000000"),
	"undo": takes(account.SwitchOff, production).by(func(m *matrix) (map[string]string, string, any) {
		done := m.want(200, "PUT", project+"/flags/f/environments/production", obj{"default": false, "off": m.count%2 == 0})
		return nil, "", obj{"revision": done.At("revision")}
	}),
	// It changes nothing, and asks all the same.
	"erase": takes(account.Erase, defaults).body(obj{"unit": "somebody", "project": "default", "dryRun": true}),
	"rollback": reads(takes(account.Publish, production)).by(func(m *matrix) (map[string]string, string, any) {
		now := m.want(200, "GET", project+"/environments/production/revisions?limit=1", nil).At("items.0.number")
		return nil, "", obj{"revision": now}
	}),
	"importDocument": takes(account.Read, defaults).body(obj{"product": "flagd", "environments": []string{"production"}, "files": []obj{{"name": "f", "text": `{"flags": {}}`}}}),
	"evaluate":       takes(account.Read, defaults).body(obj{"flag": "f", "context": "alice"}),

	"listRollouts": takes(account.Read, defaults), "getRollout": takes(account.Read, defaults).by(aRollout("")),
	"startRollout": reads(takes(account.Publish, production)).by(func(m *matrix) (map[string]string, string, any) {
		values, _, _ := aFlag(m)
		return nil, "", raising(values["flag"])
	}),
	"pauseRollout":    reads(takes(account.SwitchOff, production)).by(aRollout("")),
	"resumeRollout":   reads(takes(account.Publish, production)).by(aRollout("/pause")),
	"advanceRollout":  reads(takes(account.Publish, production)).by(aRollout("")),
	"stopRollout":     reads(takes(account.SwitchOff, production)).by(aRollout("")),
	"rollbackRollout": reads(takes(account.SwitchOff, production)).by(aRollout("")),

	"setApprovals":          takes(account.ManageProject, production).body(obj{"approvals": 0}),
	"listChangeRequests":    takes(account.Read, defaults),
	"getChangeRequest":      takes(account.Read, defaults).by(aRequest(nil)),
	"propose":               reads(takes(account.EditFlags, defaults)).by(aProposal(false)),
	"resubmit":              reads(takes(account.EditFlags, defaults)).by(aProposal(true)),
	"approveChangeRequest":  reads(takes(account.Approve, production)).by(aRequest(obj{"version": 1})),
	"rejectChangeRequest":   reads(takes(account.Approve, production)).by(aRequest(nil)),
	"scheduleChangeRequest": reads(takes(account.Publish, production)).by(aRequest(obj{"at": 0})),
	"publishChangeRequest":  reads(takes(account.Publish, production)).by(aRequest(nil)),
	"commentChangeRequest":  reads(need{asks: mayPropose}).by(aRequest(obj{"comment": "why?"})),
	"openChangeRequest":     reads(need{asks: mayPropose}).by(aSavedDraft),
	"withdrawChangeRequest": need{asks: func(a account.Actor) error {
		if err := account.Can(a, account.Read, defaults); err != nil {
			return err
		}
		return fault.New(fault.Forbidden, "", "") // nobody of the matrix has submitted it
	}}.by(aRequest(nil)),

	"listWebhooks": takes(account.ManageProject, defaults),
	"createWebhook": reads(takes(account.ManageProject, defaults)).by(func(m *matrix) (map[string]string, string, any) {
		return nil, "", obj{"name": m.name("hook"), "url": m.provider.URL}
	}),
	"getWebhook":     takes(account.ManageProject, defaults).by(aWebhook(nil)),
	"updateWebhook":  reads(takes(account.ManageProject, defaults)).by(aWebhook(obj{"enabled": false})),
	"deleteWebhook":  takes(account.ManageProject, defaults).by(aWebhook(nil)),
	"rotateWebhook":  takes(account.ManageProject, defaults).by(aWebhook(obj{"overlapHours": 1})),
	"testWebhook":    takes(account.ManageProject, defaults).by(aWebhook(nil)),
	"listDeliveries": takes(account.ManageProject, defaults).by(aWebhook(nil)),
	"getDelivery":    takes(account.ManageProject, defaults).by(aWebhook(nil)),
	"redeliver":      takes(account.ManageProject, defaults).by(aWebhook(nil)),

	"listChanges": takes(account.Read, defaults), "verifyChanges": takes(account.Read, defaults), "exportChanges": takes(account.Read, defaults),
	"listRevisions": takes(account.Read, production), "compareRevisions": takes(account.Read, production).query("?from=1"),
	"getReceipts": takes(account.Read, production).by(func(*matrix) (map[string]string, string, any) { return map[string]string{"revision": "2"}, "", nil }), "listConnections": takes(account.Read, defaults), "listAttributes": takes(account.Read, defaults),
	"exportSnapshot": takes(account.Read, defaults), "live": {all: []right{{account.Read, defaults}}, streams: true},
}

func orNotFound(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.NotFound, "", "")
}

// aWebhook makes a webhook of the provider's address, with a delivery that waits.
func aWebhook(body any) func(*matrix) (map[string]string, string, any) {
	return func(m *matrix) (map[string]string, string, any) {
		made := m.want(201, "POST", project+"/webhooks", obj{"name": m.name("hook"), "url": m.provider.URL}).At("id").(string)
		sent := m.want(202, "POST", project+"/webhooks/"+made+"/test", nil).At("id").(float64)
		return map[string]string{"webhook": made, "delivery": fmt.Sprint(sent)}, "", body
	}
}

func aKey(body any) func(*matrix) (map[string]string, string, any) {
	return func(m *matrix) (map[string]string, string, any) {
		made := m.want(201, "POST", project+"/environments/production/keys", obj{"kind": "server", "name": "x"})
		return map[string]string{"id": made.At("id").(string)}, "", body
	}
}

func aFlag(m *matrix) (map[string]string, string, any) {
	key := m.name("flag")
	m.want(201, "POST", project+"/flags", obj{"key": key, "type": "boolean"})
	return map[string]string{"flag": key}, "", nil
}

func configured(m *matrix) (map[string]string, string, any) {
	m.want(200, "PUT", project+"/flags/f/environments/production", obj{"default": true})
	return nil, "", nil
}

// mayPropose asks for the right to propose anything at all.
func mayPropose(a account.Actor) error {
	if err := account.Can(a, account.Read, defaults); err != nil {
		return err
	}
	for _, environment := range []string{"production", "development"} {
		if account.Can(a, account.EditFlags, account.Scope{Project: "default", Environment: environment}) == nil {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "", "")
}

// raising is the body that raises a flag step by step.
func raising(flag string) obj {
	return obj{"environment": "production", "flag": flag, "variation": "true", "rest": "false", "steps": []any{obj{"percent": 10, "wait": 3_600_000}, obj{"percent": 100}}}
}

// aRollout begins one of a flag of its own, and does something to it.
func aRollout(then string) func(*matrix) (map[string]string, string, any) {
	return func(m *matrix) (map[string]string, string, any) {
		values, _, _ := aFlag(m)
		made := m.want(201, "POST", project+"/rollouts", raising(values["flag"]))
		number := fmt.Sprint(made.At("number"))
		if then != "" {
			m.want(200, "POST", project+"/rollouts/"+number+then, nil)
		}
		return map[string]string{"number": number}, "", nil
	}
}

// aSavedDraft saves one.
func aSavedDraft(m *matrix) (map[string]string, string, any) {
	_, _, proposal := aProposal(false)(m)
	draft := proposal.(obj)
	draft["draft"] = true
	made := m.want(201, "POST", project+"/change-requests", draft)
	return map[string]string{"number": fmt.Sprint(made.At("number"))}, "", nil
}

// aRequest makes a change request about production.
func aRequest(body any) func(*matrix) (map[string]string, string, any) {
	return func(m *matrix) (map[string]string, string, any) {
		values, _, _ := aFlag(m)
		text := "apiVersion: burgee/v1\nflags: {" + values["flag"] + ": {environments: {production: {default: true}}}}\n"
		made := m.want(201, "POST", project+"/change-requests", obj{"title": hidden, "text": text})
		return map[string]string{"number": fmt.Sprint(made.At("number"))}, "", body
	}
}

// aProposal proposes a new flag, as a change request of its own or in place of the
// content of another.
func aProposal(again bool) func(*matrix) (map[string]string, string, any) {
	return func(m *matrix) (values map[string]string, _ string, _ any) {
		if again {
			values, _, _ = aRequest(nil)(m)
		}
		return values, "", obj{"title": hidden, "text": "apiVersion: burgee/v1\nflags: {" + m.name("flag") + ": {type: boolean}}\n"}
	}
}

func anExperiment(m *matrix) (map[string]string, string, any) {
	key := m.name("experiment")
	draft := obj{"environment": "production", "serve": obj{"g": true}}
	m.want(200, "PUT", project+"/experiments/"+key, draft)
	return map[string]string{"experiment": key}, "", draft
}

func aDraft(m *matrix) (map[string]string, string, any) {
	values, _, _ := anExperiment(m)
	return values, "", nil
}

// matrix is a server on which each actor tries each operation.
type matrix struct {
	t        *testing.T
	server   *testkit.Server
	client   *http.Client
	provider *provider
	target   string // id of a member who is a viewer of default
	count    int
	ready    map[string]request // by operation: what nobody was allowed to do yet
}

type request struct {
	path string
	body any
}

func (m *matrix) name(kind string) string {
	m.count++
	return fmt.Sprintf("%s%d", kind, m.count)
}

func (m *matrix) do(method, path string, body any, as string) testkit.Answer {
	return m.server.Do(testkit.Request{Method: method, Path: path, Body: body, As: as, Client: m.client})
}

func (m *matrix) want(status int, method, path string, body any) testkit.Answer {
	m.t.Helper()
	a := m.do(method, path, body, "")
	if a.Status != status {
		m.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.Status, status, a.Body)
	}
	return a
}

const matrixPassword = "correct horse battery"

// join makes a member, and returns the id.
func (m *matrix) join(email string, roles ...string) string {
	made := m.want(201, "POST", "/api/v1/links", obj{"email": email, "roles": roles})
	_, secret, _ := strings.Cut(made.At("url").(string), "#t=")
	return m.do("POST", "/api/v1/links/use", obj{"token": secret, "password": matrixPassword}, "-").At("member.id").(string)
}

// leaving is a member whom nobody has removed yet.
func (m *matrix) leaving() string {
	const email = "leaving@example.com"
	var members struct{ Items []struct{ ID, Email string } }
	m.want(200, "GET", "/api/v1/members", nil).Into(&members)
	for _, member := range members.Items {
		if member.Email == email {
			return member.ID
		}
	}
	return m.join(email, "viewer@default")
}

// signIn returns a session's cookie.
func (m *matrix) signIn(email string) string {
	a := m.do("POST", "/api/v1/session", obj{"email": email, "password": matrixPassword}, "-")
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return cookie
}

// tried is somebody who tries every operation.
type tried struct {
	name   string
	model  account.Actor
	as     string // an Authorization, or "-"
	cookie string
}

func rights(t *testing.T, roles ...string) *account.Rights {
	t.Helper()
	grants, err := account.ParseGrants(roles)
	if err != nil {
		t.Fatal(err)
	}
	for i := range grants {
		if grants[i].Role == "duty" {
			grants[i].Actions = []account.Action{account.Read, account.SwitchOff}
		}
	}
	return account.NewRights(grants...)
}

// token makes a service token with a role in places.
func (m *matrix) token(scope string, places ...string) tried {
	role := scope
	if scope == "full" {
		role = "owner"
	}
	roles := []string{role}
	if len(places) > 0 {
		roles = nil
		for _, place := range places {
			roles = append(roles, role+"@"+place)
			if project, _, inside := strings.Cut(place, "/"); inside {
				roles = append(roles, "viewer@"+project)
			}
		}
	}
	made := m.want(201, "POST", "/api/v1/tokens", obj{"name": "x", "kind": "service", "scope": scope, "environments": append([]string{}, places...)})
	return tried{
		name: fmt.Sprintf("a token with %s in %v", scope, places), as: made.At("token").(string),
		model: account.Actor{Name: "x", Rights: rights(m.t, roles...)},
	}
}

// member makes somebody with roles who is signed in.
func (m *matrix) member(email string, roles ...string) tried {
	id := m.join(email, roles...)
	return tried{
		name: fmt.Sprintf("a member who is %v", roles), as: "-", cookie: m.signIn(email),
		model: account.Actor{Kind: account.Member, Name: email, Rights: rights(m.t, roles...), Person: id},
	}
}

// personal makes a token that a member limits to a role.
func (m *matrix) personal(of tried, scope string) tried {
	request := testkit.Request{Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "x", "scope": scope}, As: "-", Header: map[string]string{"Cookie": of.cookie}, Client: m.client}
	made := m.server.Do(request)
	if made.Status != 201 {
		m.t.Fatalf("a personal token: %d %s", made.Status, made.Body)
	}
	model := of.model
	model.Kind = account.Token
	model.Rights = model.Rights.Within(account.Grant{Role: account.Role(scope)})
	return tried{name: "a token for " + scope + " of " + of.name, as: made.At("token").(string), model: model}
}

// shop makes a second project, with an environment of the same name.
func shop(t *testing.T, s *testkit.Server) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: s.Data, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	err = st.Write(t.Context(), func(tx catalog.Tx) error {
		id, err := tx.InsertProject("shop", "Shop", 1)
		if err != nil {
			return err
		}
		environment, err := tx.InsertEnvironment(id, catalog.EnvironmentRow{Key: "production", Name: "Production", Kind: catalog.Production, Revision: 1}, 1)
		if err != nil {
			return err
		}
		return tx.LogDelta(environment, catalog.DeltaRow{Revision: 1, At: 1, Root: ruleset.Root(nil)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newMatrix(t *testing.T) (*matrix, []tried) {
	t.Helper()
	s := testkit.Start(t, testkit.Options{SQLite: true, Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
	shop(t, s)
	m := &matrix{t: t, server: s, provider: startProvider(t), client: &http.Client{}, ready: map[string]request{}}
	t.Cleanup(m.client.CloseIdleConnections)
	for _, key := range []string{"f", "g"} {
		m.want(201, "POST", project+"/flags", obj{"key": key, "type": "boolean", "description": hidden})
	}
	m.want(200, "PUT", project+"/flags/f/environments/production", obj{"default": true})
	m.want(200, "PUT", project+"/groups/group", obj{"include": []string{hidden}})
	m.want(200, "PUT", project+"/experiments/experiment", obj{"environment": "production", "serve": obj{"g": true}})
	m.want(200, "PUT", "/api/v1/roles/duty", obj{"actions": []string{"off"}})
	m.target = m.join("target@example.com", "viewer@default")
	publisher := m.member("pat@example.com", "viewer@default", "publisher@default/production")
	actors := []tried{
		m.member("owner@example.com", "owner"), m.member("adm@example.com", "admin@default"), publisher,
		m.member("shop@example.com", "admin@shop"), m.member("duty@example.com", "duty@default"),
		m.member("far@example.com", "viewer@shop", "admin@shop/production"),
		m.personal(publisher, "viewer"), m.personal(publisher, "publisher"),
	}
	for _, role := range []string{"viewer", "editor", "publisher", "admin"} {
		actors = append(actors, m.token(role, "default"), m.token(role, "default/production"), m.token(role, "shop"))
	}
	return m, append(actors, m.token("full"), m.token("viewer"), m.token("admin"), m.token("admin", "default/development"), m.token("duty", "default/production"))
}

// operation is one of the OpenAPI document.
type operation struct{ id, method, path string }

// described reads the operations of the OpenAPI document, by id.
func described(m *matrix) []operation {
	var document struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	m.want(200, "GET", "/api/openapi.json", nil).Into(&document)
	var out []operation
	for path, methods := range document.Paths {
		for method, o := range methods {
			out = append(out, operation{o.OperationID, strings.ToUpper(method), path})
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return out
}

// fill puts values into a path; default's own where there is none.
func fill(path string, values map[string]string) string {
	all := map[string]string{
		"project": "default", "environment": "production", "flag": "f", "group": "group", "experiment": "experiment", "revision": "1", "id": "1", "role": "x", "number": "1",
	}
	maps.Copy(all, values)
	for name, value := range all {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

var statusOf = map[fault.Kind]int{fault.Forbidden: 403, fault.NotFound: 404}

func TestEachRoleMayDoWhatCanSaysOnEveryRoute(t *testing.T) {
	m, actors := newMatrix(t)
	known := map[string]bool{}
	for _, o := range described(m) {
		known[o.id] = true
		n, listed := operations[o.id]
		if !listed {
			t.Errorf("%s %s: the operation %s has no entry that says which right it takes", o.method, o.path, o.id)
		}
		if !listed || n.public {
			continue
		}
		if a := m.do(o.method, fill(o.path, nil), bodyFor(o.method), "-"); a.Status != 401 || strings.Contains(string(a.Body), hidden) {
			t.Errorf("%s without a session: %d %s", o.id, a.Status, a.Body)
		}
		for _, who := range actors {
			m.try(o, n, who)
		}
	}
	for id := range operations {
		if !known[id] {
			t.Errorf("there is no operation %s any more", id)
		}
	}
}

// try lets somebody try an operation, and holds the answer against Can's.
func (m *matrix) try(o operation, n need, who tried) {
	m.t.Helper()
	verdict := n.verdict(who.model)
	r := m.prepare(o, n)
	a := m.ask(o.method, r.path, r.body, who, n.streams)
	if a.Status < 300 {
		delete(m.ready, o.id)
	}
	switch status := statusOf[fault.KindOf(verdict)]; {
	case verdict != nil && a.Status != status:
		m.t.Errorf("%s by %s: %d, want %d (%v)\n%s", o.id, who.name, a.Status, status, verdict, a.Body)
	case verdict != nil && strings.Contains(string(a.Body), hidden):
		m.t.Errorf("%s by %s: the refusal tells: %s", o.id, who.name, a.Body)
	case verdict == nil && n.refusal != 0:
		if a.Status != n.refusal {
			m.t.Errorf("%s by %s: %d, want %d\n%s", o.id, who.name, a.Status, n.refusal, a.Body)
		}
	case verdict == nil && a.Status >= 300:
		m.t.Errorf("%s by %s: %d, want success\n%s", o.id, who.name, a.Status, a.Body)
	case o.id == "listProjects" && account.Can(who.model, account.Read, defaults) != nil && strings.Contains(string(a.Body), hidden):
		m.t.Errorf("%s by %s: the list tells of a project that is not theirs: %s", o.id, who.name, a.Body)
	}
}

// prepare makes what an operation is tried on, unless it is still there.
func (m *matrix) prepare(o operation, n need) request {
	if r, ready := m.ready[o.id]; ready {
		return r
	}
	r := request{path: fill(o.path, nil)}
	if n.with != nil {
		values, query, body := n.with(m)
		r = request{fill(o.path, values) + query, body}
	}
	if o.id == "restoreFlag" {
		m.want(200, "POST", strings.Replace(r.path, "/restore", "/archive", 1), nil)
	}
	m.ready[o.id] = r
	return r
}

// ask sends a request; of a stream it reads the beginning only.
func (m *matrix) ask(method, path string, body any, who tried, streams bool) testkit.Answer {
	header := map[string]string{}
	if who.cookie != "" {
		header["Cookie"] = who.cookie
	}
	if !streams {
		return m.server.Do(testkit.Request{Method: method, Path: path, Body: body, As: who.as, Header: header, Client: m.client})
	}
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, m.server.URL+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	if who.as != "-" {
		request.Header.Set("Authorization", "Bearer "+who.as)
	}
	if who.cookie != "" {
		request.Header.Set("Cookie", who.cookie)
	}
	response, err := m.client.Do(request)
	if err != nil {
		m.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return testkit.Answer{Status: response.StatusCode}
}

// What has an id is found in its own project only, also by who may do everything
// in both.
func TestTheIdentifiersOfAProjectOpenNothingInAnother(t *testing.T) {
	m, _ := newMatrix(t)
	key := m.want(201, "POST", project+"/environments/production/keys", obj{"kind": "server", "name": hidden}).At("id").(string)
	bodies := map[string]any{
		"startRollout": raising("f"), "updateWebhook": obj{"enabled": false}, "rotateWebhook": obj{"overlapHours": 1},
		"patchFlag": obj{"description": "x"}, "putConfiguration": obj{"default": true}, "rotateKey": obj{"overlapHours": 0},
		"approveChangeRequest": obj{"version": 1}, "commentChangeRequest": obj{"comment": "x"}, "scheduleChangeRequest": obj{"at": 0}, "resubmit": obj{"text": "apiVersion: burgee/v1\nflags: {new: {type: boolean}}\n"},
	}
	aRequest(nil)(m)
	aRollout("")(m)
	hook, _, _ := aWebhook(nil)(m)
	tried := 0
	for _, o := range described(m) {
		own := strings.NewReplacer("{project}", "", "{environment}", "", "{revision}", "").Replace(o.path)
		if !strings.Contains(o.path, "{project}") || !strings.Contains(own, "{") || o.id == "putGroup" || o.id == "putExperiment" {
			continue
		}
		tried++
		path := fill(o.path, map[string]string{"project": "shop", "id": key, "webhook": hook["webhook"], "delivery": hook["delivery"]})
		if o.id == "flagEvaluations" {
			path += "?environment=production"
		}
		if a := m.do(o.method, path, bodies[o.id], ""); a.Status != 404 || strings.Contains(string(a.Body), hidden) {
			m.t.Errorf("%s %s: %d %s", o.method, path, a.Status, a.Body)
		}
	}
	if tried < 15 {
		t.Errorf("only %d operations were tried", tried)
	}
	if a := m.do("POST", "/api/v1/projects/shop/environments/production/evaluate", obj{"flag": "f"}, ""); a.Status != 404 {
		t.Errorf("evaluate: %d %s", a.Status, a.Body)
	}
}

// An editor changes what reaches nobody; the rest is a publisher's.
func TestWhatEnvironmentsShareIsChangedByWhoMayPublishThere(t *testing.T) {
	m, _ := newMatrix(t)
	editor, staging := m.token("editor", "default"), m.member("dev@example.com", "editor@default", "publisher@default/development")
	m.want(200, "PUT", project+"/groups/used", obj{"include": []string{"alice"}})
	m.want(200, "PUT", project+"/flags/f/environments/production", obj{"rules": []obj{{"when": obj{"group": "used"}, "serve": true}}})
	for _, who := range []tried{editor, staging} {
		for name, c := range map[string]struct {
			method, path string
			body         any
			status       int
		}{
			"a group that production uses":   {"PUT", "/groups/used", obj{"include": []string{"mallory"}}, 403},
			"a flag that is live":            {"POST", "/flags/f/archive", nil, 403},
			"a new flag, live in production": {"POST", "/flags", obj{"key": m.name("flag"), "type": "boolean", "environments": obj{"production": obj{"default": true}}}, 403},
			"a group that nobody uses":       {"PUT", "/groups/group", obj{"include": []string{"mallory"}}, 200},
			"a live flag's description":      {"PATCH", "/flags/f", obj{"description": m.name("words")}, 200},
			"a new flag":                     {"POST", "/flags", obj{"key": m.name("flag"), "type": "boolean"}, 201},
		} {
			if a := m.ask(c.method, project+c.path, c.body, who, false); a.Status != c.status {
				t.Errorf("%s by %s: %d, want %d\n%s", name, who.name, a.Status, c.status, a.Body)
			}
		}
	}
	if a := m.ask("PUT", project+"/flags/f/environments/development", obj{"default": true}, staging, false); a.Status != 200 {
		t.Errorf("development by its publisher: %d %s", a.Status, a.Body)
	}
}

// What a token that may do less than its member may end of theirs is in no table
// of rights: nothing but itself.
func TestATokenForLessEndsNothingOfItsMember(t *testing.T) {
	m, _ := newMatrix(t)
	ben := m.member("ben@example.com", "publisher@default")
	viewer, all := m.personal(ben, "viewer"), m.personal(ben, "full")
	for _, c := range []struct {
		who    tried
		other  string // token, the oldest first
		status int
	}{{viewer, "items.1.id", 403}, {all, "items.0.id", 204}} {
		m.signIn("ben@example.com")
		session := m.ask("GET", "/api/v1/sessions", nil, c.who, false).At("items.0.id").(string)
		tokens := m.ask("GET", "/api/v1/tokens", nil, ben, false)
		for _, path := range []string{"/api/v1/sessions/" + session, "/api/v1/tokens/" + tokens.At(c.other).(string)} {
			if a := m.ask("DELETE", path, nil, c.who, false); a.Status != c.status {
				t.Errorf("DELETE %s by %s: %d, want %d\n%s", path, c.who.name, a.Status, c.status, a.Body)
			}
		}
	}
}
