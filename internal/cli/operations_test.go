package cli

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// withoutCommand are the operations of the management API that no command does, each
// with its reason.
var withoutCommand = map[string]string{
	"setup":              "the first account is made with the link that the server prints; burgee user create-owner does it on the host",
	"readLink":           "a link is opened in a browser, by the person whom it is for",
	"useLink":            "a link is opened in a browser, by the person whom it is for",
	"signIn":             "people sign in in a browser; burgee login has them approve a command line there",
	"giveCode":           "the second step of a sign-in in a browser",
	"signOut":            "ends a browser's own session; burgee session revoke ends any",
	"startSSO":           "a browser is sent to the provider",
	"finishSSO":          "a browser comes back from the provider",
	"ownAccount":         "of the person who is signed in, not of a token",
	"startTOTP":          "the second step is set up where its picture is shown, by the person who is signed in",
	"confirmTOTP":        "the second step is set up where its picture is shown, by the person who is signed in",
	"stopTOTP":           "takes the password of the person who is signed in; burgee member reset-totp does it for others",
	"renewRecoveryCodes": "takes the person who is signed in",
	"unlinkIdentity":     "takes the person who is signed in; burgee member unlink does it for others",
	"startLogin":         "burgee login: it waits for a person, in e2e/login_test.go",
	"collectLogin":       "burgee login: it waits for a person, in e2e/login_test.go",
	"readLogin":          "the page on which a person approves a command line",
	"approveLogin":       "the page on which a person approves a command line",
	"refuseLogin":        "the page on which a person approves a command line",
	"getWebhook":         "burgee webhook show finds it by its name in the list, which says the same of it",
	"importDocument":     "burgee import reads the files itself, without a server",
	"live":               "a stream by which pages notice changes; burgee change-request and apply --wait look again instead",
}

// operationStep runs a command and says which operation of the API it must come to.
type operationStep struct {
	operation string
	args      string // words as a shell splits them, without quotes; {name} is what an earlier step kept
	code      int
	keep      string // NAME=PATTERN: the first group in what was printed
}

var operationSteps = []operationStep{
	{"getSession", "whoami", 0, ""},
	{"createProject", "project create shop", 0, ""},
	{"listProjects", "project list", 0, ""},
	{"renameProject", "project rename shop Shop", 0, ""},
	{"archiveProject", "project archive shop --force", 0, ""},
	{"restoreProject", "project restore shop", 0, ""},
	{"getProject", "env list", 0, ""},
	{"createEnvironment", "env create staging", 0, ""},
	{"orderEnvironments", "env order staging development production", 0, ""},
	{"updateEnvironment", "env rename staging Stage", 0, ""},
	{"createFlag", "flag create web.theme --type string --variation blue=blue --variation red=red --tag web", 0, ""},
	{"createFlag", "flag create pay.api --type boolean", 0, ""},
	{"listFlags", "flag list", 0, ""},
	{"listFlags", "flag list --tag web --text THEME --type string --serving code -e production", 0, "found=(web[.]theme)"},
	{"listFlags", "flag list --owner nobody --managed --new --rolling-out --in-experiment --kind release", 0, ""},
	{"patchFlag", "flag set web.theme --description Colours --owner team-web", 0, ""},
	{"getFlag", "flag show web.theme", 0, ""},
	{"putConfiguration", "flag configure web.theme -e production --default red --off blue", 0, ""},
	{"putConfiguration", "flag configure pay.api -e production -f block.yaml", 0, ""},
	{"deleteConfiguration", "flag clear web.theme -e production", 0, ""},
	{"flagEvaluations", "flag evaluations web.theme -e production", 0, ""},
	{"evaluate", "why pay.api -e production --user alice", 0, ""},
	{"putGroup", "group create staff --include ann,bob", 0, ""},
	{"putGroup", "group set staff --add cleo --remove bob", 0, ""},
	{"listGroups", "group list", 0, ""},
	{"getGroup", "group show staff", 0, ""},
	{"deleteGroup", "group delete staff", 0, ""},
	{"putExperiment", "experiment set trial -e production --serve web.theme=red", 0, ""},
	{"listExperiments", "experiment list", 0, ""},
	{"listExperiments", "experiment list --state draft --flag web.theme -e production", 0, "found=(trial)"},
	{"getExperiment", "experiment show trial", 0, ""},
	{"startExperiment", "experiment start trial", 0, ""},
	{"stopExperiment", "experiment stop trial", 0, ""},
	{"deleteExperiment", "experiment delete trial", 0, ""},
	{"listAttributes", "project attributes", 0, ""},
	{"listConnections", "connections", 0, ""},
	{"switchOff", "off pay.api -e production", 0, "revision=revision ([0-9]+)"},
	{"undo", "undo -e production --revision {revision}", 0, ""},
	{"switchOff", "off pay.api -e production", 0, ""},
	{"switchOn", "on pay.api -e production", 0, ""},
	{"listRevisions", "env revisions -e production", 0, ""},
	{"getReceipts", "env receipts -e production", 0, ""},
	{"compareRevisions", "history -e production --from 1", 0, ""},
	{"listChanges", "history --since 1h", 0, ""},
	{"rollback", "rollback pay.api -e production --revision {revision} --yes", 0, ""},
	{"compareEnvironments", "env compare development production", 0, ""},
	{"promote", "env promote --from production --to development pay.api --yes", 0, ""},
	{"exportProject", "export", 0, ""},
	{"exportSnapshot", "export --snapshot -e production", 0, ""},
	{"apply", "apply --yes -f file.yaml", 0, ""},
	{"startRollout", "rollout start pay.api -e production --to true --rest false --steps 10,20,30 --every 1h", 0, ""},
	{"listRollouts", "rollout list", 0, ""},
	{"getRollout", "rollout show 1", 0, ""},
	{"pauseRollout", "rollout pause 1", 0, ""},
	{"resumeRollout", "rollout resume 1", 0, ""},
	{"advanceRollout", "rollout advance 1", 0, ""},
	{"rollbackRollout", "rollout rollback 1", 0, ""},
	{"startRollout", "rollout start pay.api -e production --to true --rest false --steps 40,50 --every 1h", 0, ""},
	{"stopRollout", "rollout stop 2", 0, ""},
	{"setApprovals", "env protect -e production --approvals 1", 0, ""},
	{"propose", "change-request propose -f other.yaml --title other --draft", 0, ""},
	{"listChangeRequests", "change-request list --all", 0, ""},
	{"listChangeRequests", "change-request list --all --author BURGEE_INIT_TOKEN --text OTHER --object new.thing -e production", 0, "found=(other)"},
	{"getChangeRequest", "change-request show 1", 0, ""},
	{"resubmit", "change-request propose -f third.yaml --again 1", 0, ""},
	{"openChangeRequest", "change-request open 1", 0, ""},
	{"commentChangeRequest", "change-request comment 1 --comment why", 0, ""},
	{"scheduleChangeRequest", "change-request schedule 1 --at +90m", 4, ""}, // nobody has approved it
	{"approveChangeRequest", "change-request approve 1", 4, ""},             // nobody approves their own
	{"rejectChangeRequest", "change-request reject 1 --comment no", 0, ""},
	{"propose", "change-request propose -f other.yaml --title again", 0, ""},
	{"publishChangeRequest", "change-request publish 2 --bypass alone", 0, ""},
	{"propose", "change-request propose -f third.yaml --title third", 0, ""},
	{"withdrawChangeRequest", "change-request withdraw 3", 0, ""},
	{"setApprovals", "env protect -e production --approvals 0", 0, ""},
	{"flagAskedBy", "flag asked-by web.theme", 0, ""},
	{"archiveFlag", "flag archive web.theme", 0, ""},
	{"restoreFlag", "flag restore web.theme", 0, ""},
	{"archiveEnvironment", "env archive staging --force", 0, ""},
	{"restoreEnvironment", "env restore staging", 0, ""},
	{"createKey", "key create -e production --kind server --name worker", 0, ""},
	{"listKeys", "key list -e production --json", 0, `key="id":"([^"]+)"`},
	{"rotateKey", "key rotate {key} -e production", 0, ""},
	{"revokeKey", "key revoke {key} -e production", 0, ""},
	{"createToken", "token create pipeline --service --scope viewer --json", 0, `token="id":"([^"]+)"`},
	{"listTokens", "token list", 0, ""},
	{"deleteToken", "token revoke {token}", 0, ""},
	{"invite", "member invite ben@example.com viewer --json", 0, `link="id":"([^"]+)"`},
	{"listLinks", "member list", 0, ""},
	{"deleteLink", "member uninvite {link}", 0, ""},
	{"listMembers", "member list", 0, ""},
	{"setRoles", "member role eve@example.com viewer", 0, ""},
	{"resetPassword", "member reset-password eve@example.com", 0, ""},
	{"resetTOTP", "member reset-totp eve@example.com", 0, ""},
	{"unlinkMember", "member unlink eve@example.com", 0, ""},
	{"listSessions", "session list --member eve@example.com --json", 0, `session="id":"([^"]+)"`},
	{"endSession", "session revoke {session} --member eve@example.com", 0, ""},
	{"removeMember", "member remove eve@example.com", 0, ""},
	{"putRole", "role create duty off", 0, ""},
	{"listRoles", "role list", 0, ""},
	{"deleteRole", "role delete duty", 0, ""},
	{"getSSO", "sso show", 0, ""},
	{"checkSSO", "sso check https://127.0.0.1:1", 2, ""}, // no provider is there
	{"putSSO", "sso set --issuer https://127.0.0.1:1 --client-id burgee --client-secret-file secret.txt", 2, ""},
	{"deleteSSO", "sso off", 5, ""}, // it was off
	{"createWebhook", "webhook create deploys {receiver}", 0, ""},
	{"listWebhooks", "webhook list", 0, ""},
	{"listWebhooks", "webhook show deploys", 0, ""},
	{"updateWebhook", "webhook update deploys --event configuration", 0, ""},
	{"testWebhook", "webhook test deploys", 0, ""},
	{"listDeliveries", "webhook deliveries deploys --json", 0, `delivery="id":([0-9]+)`},
	{"getDelivery", "webhook deliveries deploys --id {delivery}", 0, ""},
	{"redeliver", "webhook redeliver deploys {delivery}", 0, ""},
	{"rotateWebhook", "webhook rotate deploys", 0, ""},
	{"deleteWebhook", "webhook delete deploys", 0, ""},
	{"exportChanges", "audit export", 0, ""},
	{"verifyChanges", "audit verify", 0, ""},
	{"erase", "erase --unit alice --yes", 0, ""},
}

var operationFiles = map[string]string{
	"block.yaml": "rules: [{when: {country: DE}, serve: true}]\ndefault: {true: 25, false: 75}\n",
	"file.yaml":  "apiVersion: burgee/v1\nattributes: {plan: {type: string}}\nflags: {pay.api: {environments: {production: {default: false}}}}\n",
	"other.yaml": "apiVersion: burgee/v1\nflags: {new.thing: {type: boolean, environments: {production: {default: true}}}}\n",
	"third.yaml": "apiVersion: burgee/v1\nflags: {new.thing: {type: boolean, environments: {production: {enabled: false}}}}\n",
	"secret.txt": "a client secret",
}

// What the management API does, the command line does: every operation of its
// document has a command, which is run here against a real server, or a reason.
func TestEveryOperationOfTheAPIHasACommand(t *testing.T) {
	watch := watchOperations(t)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(receiver.Close)
	kept := map[string]string{"receiver": receiver.URL}
	for name, text := range operationFiles {
		if err := os.WriteFile(filepath.Join(watch.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(watch.folder)
	environ := []string{"BURGEE_URL=" + watch.url, "BURGEE_TOKEN=" + testkit.Token}
	watch.join(t, run(t, "", environ, "member", "invite", "ann@example.com", "owner").out)
	watch.join(t, run(t, "", environ, "member", "invite", "eve@example.com", "viewer").out)
	shown := map[string]bool{}
	for _, step := range operationSteps {
		args := strings.Fields(step.args)
		for i, arg := range args {
			for name, value := range kept {
				arg = strings.ReplaceAll(arg, "{"+name+"}", value)
			}
			args[i] = arg
		}
		watch.forget()
		got := run(t, "", environ, args...)
		if got.code != step.code {
			t.Errorf("burgee %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got.code, step.code, got.out, got.err)
		}
		if seen := watch.seen(); !seen[step.operation] {
			t.Errorf("burgee %s came to %v and not to %s", step.args, slices.Sorted(maps.Keys(seen)), step.operation)
			continue
		}
		shown[step.operation] = true
		if name, pattern, found := strings.Cut(step.keep, "="); found {
			match := regexp.MustCompile(pattern).FindStringSubmatch(got.out)
			if match == nil {
				t.Fatalf("burgee %s printed no %s:\n%s", step.args, pattern, got.out)
			}
			kept[name] = match[1]
		}
	}
	for _, operation := range slices.Sorted(maps.Keys(watch.known)) {
		if reason := withoutCommand[operation]; (reason == "") != shown[operation] {
			t.Errorf("%s: run by a command %v, reason for none %q: it needs one of them", operation, shown[operation], reason)
		}
	}
	for operation := range withoutCommand {
		if !watch.known[operation] {
			t.Errorf("there is no operation %s", operation)
		}
	}
}

// operationWatch stands before a real server and notes which operations are asked
// for.
type operationWatch struct {
	url, folder string
	known       map[string]bool
	paths       []operationPath

	mu    sync.Mutex
	noted map[string]bool // guarded by mu
}

type operationPath struct {
	method, operation string
	pattern           *regexp.Regexp
}

func watchOperations(t *testing.T) *operationWatch {
	t.Helper()
	w := &operationWatch{folder: t.TempDir(), known: map[string]bool{}, noted: map[string]bool{}}
	raw, err := os.ReadFile("../../spec/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	for path, methods := range document.Paths {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-zA-Z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
		for method, operation := range methods {
			if operation.OperationID != "" {
				w.known[operation.OperationID] = true
				w.paths = append(w.paths, operationPath{strings.ToUpper(method), operation.OperationID, pattern})
			}
		}
	}
	server := testkit.Start(t, testkit.Options{Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.note(r)
		forward.ServeHTTP(rw, r)
	}))
	t.Cleanup(front.Close)
	w.url = front.URL
	return w
}

// note finds the operation of a request: of those that fit, the one with the fewest
// variable parts.
func (w *operationWatch) note(r *http.Request) {
	var best operationPath
	for _, p := range w.paths {
		if p.method == r.Method && p.pattern.MatchString(r.URL.Path) && (best.pattern == nil || strings.Count(p.pattern.String(), "[^/]+") < strings.Count(best.pattern.String(), "[^/]+")) {
			best = p
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noted[best.operation] = true
}

func (w *operationWatch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.noted)
}

func (w *operationWatch) seen() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.noted)
}

// join has somebody make an account with an invitation that was printed, as the page
// that it opens does.
func (w *operationWatch) join(t *testing.T, printed string) {
	t.Helper()
	_, secret, found := strings.Cut(strings.TrimSpace(printed), "#t=")
	if !found {
		t.Fatalf("no link in %q", printed)
	}
	body := strings.NewReader(`{"token":"` + secret + `","password":"a long enough password"}`)
	answer, err := http.Post(w.url+"/api/v1/links/use", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("the invitation was answered with %d", answer.StatusCode)
	}
}
