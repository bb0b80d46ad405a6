package adminapi

import (
	"context"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// The tags that group the operations.
const (
	tagSession     = "Session"
	tagMembers     = "Members"
	tagTokens      = "Tokens"
	tagProjects    = "Projects"
	tagKeys        = "Keys"
	tagFlags       = "Flags"
	tagGroups      = "Target groups"
	tagExperiments = "Experiments"
	tagDocuments   = "Documents"
	tagRequests    = "Change requests"
	tagRollouts    = "Rollouts"
	tagWebhooks    = "Webhooks"
	tagPrivacy     = "Privacy"
	tagHistory     = "History"
	tagLive        = "Live"
)

// tags is the order in which the documentation shows them.
var tags = []string{
	tagSession, tagMembers, tagTokens, tagProjects, tagKeys, tagFlags, tagGroups, tagExperiments, tagDocuments, tagRequests, tagRollouts, tagWebhooks, tagPrivacy, tagHistory, tagLive,
}

const (
	get    = http.MethodGet
	put    = http.MethodPut
	post   = http.MethodPost
	patch  = http.MethodPatch
	remove = http.MethodDelete
)

// op declares an operation; every one may answer 400, 401, 403, 422, 429 and 500.
func op(id, method, path, tag, summary string, errs ...int) huma.Operation {
	errs = append([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests}, errs...)
	return huma.Operation{
		OperationID: id, Method: method, Path: "/api/v1" + path, Tags: []string{tag}, Summary: summary,
		Errors:       errs,
		MaxBodyBytes: maxBody,
		// The body is read before, within the listener's time. A deadline that stays
		// on the connection would end the handler's context: after five seconds of
		// waiting for a busy store, where nothing is said here.
		BodyReadTimeout: -1,
		Security:        []map[string][]string{{"session": {}}, {"token": {}}},
	}
}

// public marks an operation that needs no credential.
func public(o huma.Operation) huma.Operation {
	o.Security = []map[string][]string{{}}
	return o
}

// answers sets the status of success.
func answers(o huma.Operation, status int) huma.Operation {
	o.DefaultStatus = status
	return o
}

// asDocument leaves the checking of the body to package document, which names
// the place better than a schema does.
func asDocument(o huma.Operation) huma.Operation {
	o.SkipValidateBody = true
	return o
}

// holdsFile lets the body be as large as a whole project.
func holdsFile(o huma.Operation) huma.Operation {
	o.MaxBodyBytes = maxFile
	return o
}

// asks marks a POST that changes nothing: what it asks does not fit into an
// address. Each other POST of somebody who is signed in may be sent with a key, so
// that it is done once.
func asks(o huma.Operation) huma.Operation { return marked(o, markAsks, true) }

// unkept marks an operation whose answer must not be kept for a repetition.
func unkept(o huma.Operation, u unkeptAnswer) huma.Operation { return marked(o, markUnkept, u) }

// The marks of operations, for the code that goes before their handlers.
const (
	markAsks   = "asks"
	markUnkept = "unkept"
)

func marked(o huma.Operation, mark string, value any) huma.Operation {
	o.Metadata = maps.Clone(o.Metadata)
	if o.Metadata == nil {
		o.Metadata = map[string]any{}
	}
	o.Metadata[mark] = value
	return o
}

// signedIn says whether an operation takes a credential.
func signedIn(o huma.Operation) bool { return len(o.Security[0]) > 0 }

// route registers one operation with its handler.
func route[I, O any](a *API, o huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if signedIn(o) {
		o.Middlewares = append(o.Middlewares, a.requireActor)
	}
	if o.Method != get && o.Method != remove {
		o.Middlewares = append(o.Middlewares, a.wellFormed)
	}
	if takesKey(o) {
		o = a.withKey(o)
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return out, nil
	})
}

func (a *API) routes() {
	a.sessionRoutes()
	a.memberRoutes()
	a.projectRoutes()
	a.environmentRoutes()
	a.flagRoutes()
	a.groupRoutes()
	a.experimentRoutes()
	a.documentRoutes()
	a.changeRequestRoutes()
	a.rolloutRoutes()
	a.webhookRoutes()
	a.readingRoutes()
	route(a, unkept(op("erase", post, "/erasures", tagPrivacy, "Erase an identifier from targets, groups, texts and the audit log, or say what that would do", 404), unkeptAnswer{why: "names what was erased"}), a.erase)
	a.showExamples()
	a.mux.HandleFunc("GET /api/docs", a.docs)
}

func (a *API) sessionRoutes() {
	route(a, public(op("getSession", get, "/session", tagSession, "Say who is signed in, and what the sign-in page needs to know")), a.getSession)
	route(a, public(answers(op("setup", post, "/setup", tagSession, "Create the owner with the link that the server printed", 409, 410), 201)), a.setup)
	route(a, public(op("signIn", post, "/session", tagSession, "Sign in with e-mail and password")), a.signIn)
	route(a, public(op("giveCode", post, "/session/code", tagSession, "Give the code that a sign-in waits for", 410, 503)), a.giveCode)
	route(a, public(answers(op("signOut", remove, "/session", tagSession, "Sign out"), 204)), a.signOut)
	route(a, public(answers(op("startLogin", post, "/logins", tagSession, "Begin to sign a command line in: it gets a token when a person approves its code in a browser"), 201)), a.startLogin)
	route(a, public(op("collectLogin", post, "/logins/token", tagSession, "Collect the token of a login, once; 409 while nobody has approved it", 404, 409)), a.collectLogin)
	route(a, asks(op("readLogin", post, "/logins/read", tagSession, "Say which machine a code is of", 404)), a.readLogin)
	route(a, answers(op("approveLogin", post, "/logins/approve", tagSession, "Give a command line a token of your own", 404), 204), a.approveLogin)
	route(a, answers(op("refuseLogin", post, "/logins/refuse", tagSession, "End a login that you did not begin", 404), 204), a.refuseLogin)
	route(a, op("listSessions", get, "/sessions", tagSession, "List the sessions of a member: the browsers that they are signed in with", 404), a.listSessions)
	route(a, answers(op("endSession", remove, "/sessions/{id}", tagSession, "End a session at once", 404), 204), a.endSession)
	route(a, public(op("readLink", post, "/links/read", tagSession, "Say what an invitation, or a link that resets a password, is for", 410)), a.readLink)
	route(a, public(answers(op("useLink", post, "/links/use", tagSession, "Make the account or set the password that a link is for, and sign in", 409, 410), 201)), a.useLink)
	route(a, op("ownAccount", get, "/account", tagSession, "Read your own account"), a.ownAccount)
	route(a, unkept(answers(op("startTOTP", post, "/account/totp", tagSession, "Make the secret of a second step; it counts when a code of it was shown", 409), 201), shownOnce("", "")), a.startTOTP)
	route(a, op("confirmTOTP", put, "/account/totp", tagSession, "Turn the second step on with a code of the app; recovery codes are shown this once", 409, 503), a.confirmTOTP)
	route(a, answers(op("stopTOTP", post, "/account/totp/off", tagSession, "Turn the second step off, with the password or a code", 409, 503), 204), a.stopTOTP)
	route(a, unkept(op("renewRecoveryCodes", post, "/account/totp/recovery-codes", tagSession, "Make new recovery codes in the place of the old ones, with the password or a code; they are shown this once", 409, 503), shownOnce("", "")), a.renewRecoveryCodes)
	route(a, answers(op("unlinkIdentity", remove, "/account/identities", tagSession, "Unlink your own account from a provider of single sign-on", 404, 409), 204), a.unlinkIdentity)
	route(a, public(op("startSSO", post, "/sso/start", tagSession, "Begin a sign-in with the provider of single sign-on", 404, 409, 503)), a.startSSO)
	route(a, public(op("finishSSO", post, "/sso/finish", tagSession, "End a sign-in with what the provider sent the browser back with", 404, 409, 503)), a.finishSSO)
	route(a, op("getSSO", get, "/sso", tagSession, "Read the settings of single sign-on"), a.getSSO)
	route(a, op("putSSO", put, "/sso", tagSession, "Turn single sign-on on, or change its settings", 404, 409, 412), a.putSSO)
	route(a, asks(op("checkSSO", post, "/sso/check", tagSession, "Ask an issuer what it says of itself, without changing anything")), a.checkSSO)
	route(a, answers(op("deleteSSO", remove, "/sso", tagSession, "Turn single sign-on off", 404), 204), a.deleteSSO)
	route(a, op("listTokens", get, "/tokens", tagTokens, "List the API tokens"), a.listTokens)
	route(a, unkept(answers(op("createToken", post, "/tokens", tagTokens, "Make an API token; its secret is shown this once", 404), 201), shownOnce("the token", "revoke it")), a.createToken)
	route(a, answers(op("deleteToken", remove, "/tokens/{id}", tagTokens, "Revoke an API token", 404), 204), a.deleteToken)
}

func (a *API) memberRoutes() {
	route(a, op("listMembers", get, "/members", tagMembers, "List the members, with their roles where you manage members"), a.listMembers)
	route(a, op("setRoles", put, "/members/{id}/roles", tagMembers, "Make a member's roles these, in the places where you manage members", 404, 409, 412), a.setRoles)
	route(a, answers(op("removeMember", remove, "/members/{id}", tagMembers, "Remove a member; sessions and personal tokens end at once", 404, 409), 204), a.removeMember)
	route(a, unkept(answers(op("resetPassword", post, "/members/{id}/reset", tagMembers, "Make a link with which a member sets another password", 404), 201), shownOnce("the link", "")), a.resetPassword)
	route(a, answers(op("resetTOTP", remove, "/members/{id}/totp", tagMembers, "Turn off the second step of a member who has lost it", 404), 204), a.resetTOTP)
	route(a, answers(op("unlinkMember", remove, "/members/{id}/identities", tagMembers, "Unlink a member from the providers of single sign-on; who has no password then needs a link that sets one", 404), 204), a.unlinkMember)
	route(a, op("listLinks", get, "/links", tagMembers, "List the invitations and reset links that nobody has used yet"), a.listLinks)
	route(a, unkept(answers(op("invite", post, "/links", tagMembers, "Invite somebody: make a link with which they make an account that has roles", 404, 409), 201), shownOnce("the link", "")), a.invite)
	route(a, answers(op("deleteLink", remove, "/links/{id}", tagMembers, "End an invitation or a reset link", 404), 204), a.deleteLink)
	route(a, op("listRoles", get, "/roles", tagMembers, "List the roles and what they let do"), a.listRoles)
	route(a, op("putRole", put, "/roles/{role}", tagMembers, "Make or replace a role: a set of actions", 409, 412), a.putRole)
	route(a, answers(op("deleteRole", remove, "/roles/{role}", tagMembers, "Delete a role that nobody has", 404, 409), 204), a.deleteRole)
}

func (a *API) projectRoutes() {
	const keys = "/projects/{project}/environments/{environment}/keys"
	route(a, op("listProjects", get, "/projects", tagProjects, "List the projects"), a.listProjects)
	route(a, op("getProject", get, "/projects/{project}", tagProjects, "Read a project", 404), a.getProject)
	route(a, op("renameProject", patch, "/projects/{project}", tagProjects, "Give a project another name; its key stays", 404, 409, 412), a.renameProject)
	route(a, op("listKeys", get, keys, tagKeys, "List the SDK keys of an environment", 404), a.listKeys)
	route(a, unkept(answers(op("createKey", post, keys, tagKeys, "Make an SDK key; a server key is shown this once", 404, 409), 201), shownOnce("the SDK key", "revoke it")), a.createKey)
	route(a, answers(op("revokeKey", remove, keys+"/{id}", tagKeys, "Revoke an SDK key; its streams close at once", 404, 409), 204), a.revokeKey)
	route(a, unkept(answers(op("rotateKey", post, keys+"/{id}/rotate", tagKeys, "Replace an SDK key; both work during the overlap", 404, 409), 201), shownOnce("the SDK key", "rotate that one")), a.rotateKey)
}

func (a *API) flagRoutes() {
	const flag = "/projects/{project}/flags/{flag}"
	route(a, op("listFlags", get, "/projects/{project}/flags", tagFlags, "List the flags of a project with what each environment serves", 404), a.listFlags)
	route(a, answers(asDocument(op("createFlag", post, "/projects/{project}/flags", tagFlags, "Make a flag", 404, 409)), 201), a.createFlag)
	route(a, op("getFlag", get, flag, tagFlags, "Read a flag", 404), a.getFlag)
	route(a, asDocument(op("patchFlag", patch, flag, tagFlags, "Change a flag's own fields", 404, 409, 412)), a.patchFlag)
	route(a, op("flagAskedBy", get, flag+"/asked-by", tagFlags, "List the programs that asked for a flag in the last 7 days", 404), a.flagAskedBy)
	route(a, op("archiveFlag", post, flag+"/archive", tagFlags, "Archive a flag; programs get their own default. One that programs asked for in the last 7 days takes force", 404, 409), a.archiveFlag)
	route(a, op("restoreFlag", post, flag+"/restore", tagFlags, "Bring an archived flag back", 404, 409), a.restoreFlag)
	route(a, asDocument(op("putConfiguration", put, flag+"/environments/{environment}", tagFlags, "Publish a flag's configuration in an environment", 404, 409, 412)), a.putConfiguration)
	route(a, op("deleteConfiguration", remove, flag+"/environments/{environment}", tagFlags, "Unconfigure a flag in an environment; programs get their own default", 404, 409, 412), a.deleteConfiguration)
	route(a, op("switchOff", post, flag+"/environments/{environment}/off", tagFlags, "Switch a flag off at once: everyone gets its off value", 404, 409), a.switchOff)
	route(a, op("switchOn", post, flag+"/environments/{environment}/on", tagFlags, "Switch a flag on again", 404, 409), a.switchOn)
	route(a, op("flagEvaluations", get, flag+"/evaluations", tagFlags, "Count a flag's evaluations by variation over time", 404), a.flagEvaluations)
}

func (a *API) groupRoutes() {
	const group = "/projects/{project}/groups/{group}"
	route(a, op("listGroups", get, "/projects/{project}/groups", tagGroups, "List the target groups", 404), a.listGroups)
	route(a, op("getGroup", get, group, tagGroups, "Read a target group", 404), a.getGroup)
	route(a, asDocument(op("putGroup", put, group, tagGroups, "Make or replace a target group", 404, 409, 412)), a.putGroup)
	route(a, op("deleteGroup", remove, group, tagGroups, "Delete a target group that nothing uses", 404, 409, 412), a.deleteGroup)
}

func (a *API) experimentRoutes() {
	const experiment = "/projects/{project}/experiments/{experiment}"
	route(a, op("listExperiments", get, "/projects/{project}/experiments", tagExperiments, "List the experiments", 404), a.listExperiments)
	route(a, op("getExperiment", get, experiment, tagExperiments, "Read an experiment", 404), a.getExperiment)
	route(a, asDocument(op("putExperiment", put, experiment, tagExperiments, "Make or replace an experiment", 404, 409, 412)), a.putExperiment)
	route(a, op("deleteExperiment", remove, experiment, tagExperiments, "Delete an experiment that is not running", 404, 409, 412), a.deleteExperiment)
	route(a, op("startExperiment", post, experiment+"/start", tagExperiments, "Start an experiment", 404, 409), a.startExperiment)
	route(a, op("stopExperiment", post, experiment+"/stop", tagExperiments, "Stop an experiment at once", 404, 409), a.stopExperiment)
}

func (a *API) documentRoutes() {
	route(a, holdsFile(asDocument(op("apply", post, "/projects/{project}/apply", tagDocuments, "Plan a document, and publish it unless it is a dry run", 404, 409))), a.apply)
	route(a, exported(op("exportProject", get, "/projects/{project}/export", tagDocuments, "Export a project as a document, as it is or as it was", 404)), a.export)
	route(a, asks(holdsFile(op("importDocument", post, "/projects/{project}/import", tagDocuments, "Turn another product's export into a document, and say what it cannot carry over; nothing is changed", 404, 413))), a.importDocument)
	route(a, op("undo", post, "/projects/{project}/environments/{environment}/undo", tagDocuments, "Take a revision back within 10 minutes, as a new revision", 404, 409), a.undo)
	route(a, op("rollback", post, "/projects/{project}/environments/{environment}/rollback", tagDocuments, "Make one object or the environment what it was at a revision, as a new revision", 404, 409, 412), a.rollback)
	route(a, asks(op("evaluate", post, "/projects/{project}/environments/{environment}/evaluate", tagDocuments, "Evaluate a flag for a context, now or at any time in the past, and explain the answer", 404, 503)), a.evaluate)
}

func (a *API) readingRoutes() {
	route(a, op("listChanges", get, "/projects/{project}/changes", tagHistory, "Read the audit log, newest first", 404), a.listChanges)
	route(a, op("verifyChanges", get, "/projects/{project}/changes/verify", tagHistory, "Check the audit log's hash chain", 404), a.verifyChanges)
	route(a, op("listRevisions", get, "/projects/{project}/environments/{environment}/revisions", tagHistory, "List the revisions of an environment, newest first", 404), a.listRevisions)
	route(a, op("compareRevisions", get, "/projects/{project}/environments/{environment}/compare", tagHistory, "Say what differs between two revisions of an environment", 404), a.compare)
	route(a, op("getReceipts", get, "/projects/{project}/environments/{environment}/revisions/{revision}/receipts", tagHistory, "Say which instances have applied a revision", 404), a.getReceipts)
	route(a, op("listConnections", get, "/projects/{project}/connections", tagLive, "List the connected programs and the attempts refused lately", 404), a.listConnections)
	route(a, op("listAttributes", get, "/projects/{project}/attributes", tagProjects, "List the registry of context attributes", 404), a.listAttributes)
	a.streamRoutes()
}
