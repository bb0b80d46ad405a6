package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

const project = "/api/v1/projects/default"

// everyRoute goes through the management API in the order of a story, so that
// each step finds what it needs.
var everyRoute = []testkit.Scenario{
	{Name: "the session of a token has no member", Method: "GET", Path: "/api/v1/session", Status: 200, Holds: []string{`"ownerExists":false`, `"loopback":true`, `"encrypted":false`, `"hint":"This binary was built without the SDKs`}},
	{Name: "the project is there from the start", Method: "GET", Path: "/api/v1/projects", Status: 200, Holds: []string{`"key":"default"`, `"key":"production"`, `"kind":"development"`}},
	{Name: "one project", Method: "GET", Path: project, Status: 200, Holds: []string{`"flagCount":0`}},
	{Name: "a project gets another name", Method: "PATCH", Path: project, Body: obj{"name": "Shop"}, Status: 200, Holds: []string{`"name":"Shop"`, `"key":"default"`}},
	{Name: "a name must not be empty", Method: "PATCH", Path: project, Body: obj{"name": ""}, Status: 422, Field: "name"},

	{Name: "a boolean flag", Method: "POST", Path: project + "/flags?comment=first", Body: obj{"key": "Flags.isHoliday", "type": "boolean", "description": "Special day", "tags": []string{"calendar"}}, Status: 201, Holds: []string{`"source":"person"`, `"id":"true"`, `"production":null`}},
	{Name: "the same key again", Method: "POST", Path: project + "/flags", Body: obj{"key": "Flags.isHoliday", "type": "boolean"}, Status: 409, Code: "flag_exists", Holds: []string{"There is already a flag Flags.isHoliday; open it, or use another key"}},
	{Name: "a flag without key", Method: "POST", Path: project + "/flags", Body: obj{"type": "boolean"}, Status: 422, Field: "key"},
	{Name: "a key with a space", Method: "POST", Path: project + "/flags", Body: obj{"key": "a b", "type": "boolean"}, Status: 422, Field: "key"},
	{Name: "a flag without a body", Method: "POST", Path: project + "/flags", Status: 400, Code: "body_empty"},
	{Name: "a flag of an unknown type", Method: "POST", Path: project + "/flags", Body: obj{"key": "x", "type": "colour"}, Status: 422, Field: "type"},
	{Name: "a flag with an unknown field", Method: "POST", Path: project + "/flags", Body: obj{"key": "x", "type": "boolean", "colour": 1}, Status: 422, Field: "colour"},
	{Name: "a string flag that serves at once", Method: "POST", Path: project + "/flags", Body: obj{
		"key": "Flags.theme", "type": "string", "variations": []obj{{"id": "blue", "value": "blue"}, {"id": "red", "value": "red"}},
		"environments": obj{"production": obj{"default": "blue", "off": "blue"}},
	}, Status: 201, Holds: []string{`"default":"blue"`}},
	{Name: "all flags", Method: "GET", Path: project + "/flags", Status: 200, Holds: []string{`"Flags.isHoliday"`, `"Flags.theme"`}},
	{Name: "one flag", Method: "GET", Path: project + "/flags/Flags.isHoliday", Status: 200},
	{Name: "an unknown flag", Method: "GET", Path: project + "/flags/Flags.isHolyday", Status: 404, Code: "flag_not_found"},
	{Name: "a flag's own fields change", Method: "PATCH", Path: project + "/flags/Flags.isHoliday", Body: obj{"owner": "team-calendar", "client": true}, Status: 200, Holds: []string{`"owner":"team-calendar"`, `"client":true`, `"description":"Special day"`}},
	{Name: "a flag keeps its type", Method: "PATCH", Path: project + "/flags/Flags.isHoliday", Body: obj{"type": "string"}, Status: 422},
	{Name: "environments are not patched", Method: "PATCH", Path: project + "/flags/Flags.isHoliday", Body: obj{"environments": obj{"production": obj{}}}, Status: 422, Field: "environments"},
	{Name: "a variation in use stays", Method: "PATCH", Path: project + "/flags/Flags.theme", Body: obj{"variations": []obj{{"id": "red", "value": "red"}}}, Status: 422, Holds: []string{"blue"}},
	{Name: "a flag's own fields at another version", Method: "PATCH", Path: project + "/flags/Flags.isHoliday", Header: map[string]string{"If-Match": `"1"`}, Body: obj{"owner": "me"}, Status: 412, Code: "version_moved", Holds: []string{"Load it again"}},
	{Name: "an If-Match that is no version", Method: "PATCH", Path: project + "/flags/Flags.isHoliday", Header: map[string]string{"If-Match": "W/x"}, Body: obj{"owner": "me"}, Status: 422, Field: "If-Match"},

	{Name: "a target group", Method: "PUT", Path: project + "/groups/beta", Body: obj{"include": []string{"alice"}, "when": obj{"plan": "pro"}}, Status: 200, Holds: []string{`"key":"beta"`, `"summary":"`}},
	{Name: "a target group at another version", Method: "PUT", Path: project + "/groups/beta", Header: map[string]string{"If-Match": `"1"`}, Body: obj{"include": []string{"bob"}}, Status: 412, Code: "version_moved"},
	{Name: "a target group at another version stays", Method: "DELETE", Path: project + "/groups/beta", Header: map[string]string{"If-Match": `"1"`}, Status: 412, Code: "version_moved"},
	{Name: "a configuration with rules and a split", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production?comment=go", Body: obj{
		"rules": []obj{
			{"id": "ios-2", "when": obj{"app.platform": obj{"in": []string{"ios"}}, "app.version": obj{"ver_ge": "2.0"}}, "serve": true},
			{"when": obj{"group": "beta"}, "serve": obj{"true": 25, "false": 75}},
		},
		"default": "code",
	}, Status: 200, Holds: []string{`"id":"ios-2"`, `"revision":`, `"configured":true`}},
	{Name: "shares that do not sum to 100", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Body: obj{"rules": []obj{{"serve": obj{"true": 25, "false": 70}}}}, Status: 422, Holds: []string{"100"}},
	{Name: "a number where a version is wanted", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Body: `{"rules":[{"when":{"app.version":{"ver_ge":1.10}},"serve":true}]}`, Status: 422, Holds: []string{"ver_ge takes text"}},
	{Name: "an unknown group", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Body: obj{"rules": []obj{{"when": obj{"group": "gamma"}, "serve": true}}}, Status: 422, Holds: []string{"gamma"}},
	{Name: "another revision than the one that was changed", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Header: map[string]string{"If-Match": `"1"`}, Body: obj{"default": true}, Status: 412, Code: "revision_moved"},
	{Name: "an If-Match that is no revision", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Header: map[string]string{"If-Match": "W/x"}, Body: obj{"default": true}, Status: 422, Field: "If-Match"},
	{Name: "null does not empty a configuration", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Body: `null`, Status: 400, Code: "body_empty"},
	{Name: "malformed JSON", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/production", Body: `{"default": tru}`, Status: 400, Code: "json_malformed"},
	{Name: "an unknown environment", Method: "PUT", Path: project + "/flags/Flags.isHoliday/environments/staging", Body: obj{"default": true}, Status: 404, Code: "environment_not_found"},
	{Name: "evaluate", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": obj{"app": obj{"platform": "ios", "version": "2.1"}}, "explain": true}, Status: 200, Holds: []string{`"value":true`, `"reason":"RULE"`, `"id":"ios-2"`, `"explanation"`}},
	{Name: "import", Method: "POST", Path: project + "/import", Body: obj{"product": "flagd", "environments": []string{"production"}, "files": []obj{{"name": "a.json", "text": `{"flags": {"moved": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}}}`}}}, Status: 200, Holds: []string{`"document":"apiVersion: burgee/v1\nproject: default\nflags:\n  moved:`, `"flags":1`, `"object":"moved"`}},
	{Name: "import what is no export", Method: "POST", Path: project + "/import", Body: obj{"product": "unleash", "files": []obj{{"name": "a.json", "text": "{}"}}}, Status: 400, Code: "import_unknown"},
	{Name: "import of no product", Method: "POST", Path: project + "/import", Body: obj{"product": "rox", "files": []obj{{"name": "a.json", "text": "{}"}}}, Status: 422, Field: "product"},
	{Name: "evaluate for a targeting key as text", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.theme", "context": "alice"}, Status: 200, Holds: []string{`"value":"blue"`}},
	{Name: "evaluate where nobody configured it", Method: "POST", Path: project + "/environments/development/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": obj{}}, Status: 200, Holds: []string{`"CODE_DEFAULT"`}, Lacks: []string{`"variation"`}},
	{Name: "evaluate with a context that is a list", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.theme", "context": []int{1}}, Status: 422, Field: "context"},
	{Name: "evaluate an unknown flag", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "nope", "context": obj{}}, Status: 404, Code: "flag_not_found"},
	{Name: "counts of evaluations, none yet", Method: "GET", Path: project + "/flags/Flags.isHoliday/evaluations?environment=production", Status: 200, Holds: []string{`"series":[]`, `"total":0`}},
	{Name: "counts need an environment", Method: "GET", Path: project + "/flags/Flags.isHoliday/evaluations", Status: 422, Field: "environment"},

	{Name: "off", Method: "POST", Path: project + "/flags/Flags.isHoliday/environments/production/off", Body: obj{"reason": "incident 7"}, Status: 200},
	{Name: "it is off", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": "x"}, Status: 200, Holds: []string{`"reason":"OFF"`, `"value":false`}},
	{Name: "on, without a body", Method: "POST", Path: project + "/flags/Flags.isHoliday/environments/production/on", Status: 200},
	{Name: "unconfigure", Method: "DELETE", Path: project + "/flags/Flags.theme/environments/production", Status: 200, Holds: []string{`"configuration":null`}},

	{Name: "the groups", Method: "GET", Path: project + "/groups", Status: 200, Holds: []string{`"beta"`, `"usedBy":[{`}},
	{Name: "one group", Method: "GET", Path: project + "/groups/beta", Status: 200},
	{Name: "a group in use is not deleted", Method: "DELETE", Path: project + "/groups/beta", Status: 409, Code: "group_in_use", Holds: []string{"Flags.isHoliday"}},
	{Name: "another group", Method: "PUT", Path: project + "/groups/gamma", Body: obj{"include": []string{"bob"}}, Status: 200},
	{Name: "it goes", Method: "DELETE", Path: project + "/groups/gamma", Status: 200, Holds: []string{`"revisions"`}},
	{Name: "a group with an unknown operator", Method: "PUT", Path: project + "/groups/beta", Body: obj{"when": obj{"plan": obj{"resembles": "pro"}}}, Status: 422},

	{Name: "an experiment", Method: "PUT", Path: project + "/experiments/holiday", Body: obj{"environment": "production", "serve": obj{"Flags.isHoliday": true}}, Status: 200, Holds: []string{`"state":"draft"`, `"key":"holiday"`}},
	{Name: "the experiments", Method: "GET", Path: project + "/experiments?environment=production", Status: 200, Holds: []string{`"holiday"`}},
	{Name: "experiments that run", Method: "GET", Path: project + "/experiments?state=running&flag=Flags.isHoliday", Status: 200, Lacks: []string{`"holiday"`}},
	{Name: "it starts", Method: "POST", Path: project + "/experiments/holiday/start", Status: 200, Holds: []string{`"state":"running"`, `"startedAt"`}},
	{Name: "it serves", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": obj{}}, Status: 200, Holds: []string{`"reason":"EXPERIMENT"`, `"value":true`}},
	{Name: "a running experiment is not deleted", Method: "DELETE", Path: project + "/experiments/holiday", Status: 409, Code: "experiment_running"},
	{Name: "it stops", Method: "POST", Path: project + "/experiments/holiday/stop", Body: obj{"reason": "enough"}, Status: 200, Holds: []string{`"state":"stopped"`}},
	{Name: "an experiment at another version", Method: "PUT", Path: project + "/experiments/holiday", Header: map[string]string{"If-Match": `"1"`}, Body: obj{"environment": "production", "serve": obj{"Flags.isHoliday": false}}, Status: 412, Code: "version_moved"},
	{Name: "an experiment at another version stays", Method: "DELETE", Path: project + "/experiments/holiday", Header: map[string]string{"If-Match": `"1"`}, Status: 412, Code: "version_moved"},
	{Name: "one experiment", Method: "GET", Path: project + "/experiments/holiday", Status: 200},
	{Name: "it goes too", Method: "DELETE", Path: project + "/experiments/holiday", Status: 200},
	{Name: "an experiment on an unknown flag", Method: "PUT", Path: project + "/experiments/x", Body: obj{"environment": "production", "serve": obj{"nope": true}}, Status: 422, Holds: []string{"nope"}},

	{Name: "a plan", Method: "POST", Path: project + "/apply", Body: obj{"text": file, "file": "flags.yaml", "dryRun": true}, Status: 200, Holds: []string{`"changed":`, `"pay.api"`, `"sentences":["`}},
	{Name: "a plan is not carried out", Method: "GET", Path: project + "/flags/pay.api", Status: 404},
	{Name: "apply", Method: "POST", Path: project + "/apply", Body: obj{"text": file, "file": "flags.yaml", "comment": "from a file"}, Status: 200, Holds: []string{`"changed":true`}},
	{Name: "apply again changes nothing", Method: "POST", Path: project + "/apply", Body: obj{"text": file}, Status: 200, Holds: []string{`"changed":false`, `"plan":[]`}},
	{Name: "apply a document", Method: "POST", Path: project + "/apply", Body: obj{"document": obj{"apiVersion": "burgee/v1", "flags": obj{"pay.api": obj{"owner": "pay"}}}}, Status: 200, Holds: []string{`"changed":true`}},
	{Name: "a mistake has its line", Method: "POST", Path: project + "/apply", Body: obj{"text": "apiVersion: burgee/v1\nflags:\n  a: {type: boolean, colour: red}\n", "file": "flags.yaml"}, Status: 422, Holds: []string{"flags.yaml:3", "colour"}},
	{Name: "apply what others have changed since", Method: "POST", Path: project + "/apply", Body: obj{"document": obj{"apiVersion": "burgee/v1", "flags": obj{"pay.api": obj{"environments": obj{"production": obj{"default": false}}}}}, "expect": obj{"production": 1}}, Status: 409, Code: "moved"},
	{Name: "apply nothing", Method: "POST", Path: project + "/apply", Body: obj{}, Status: 422, Field: "text"},
	{Name: "export", Method: "GET", Path: project + "/export", Status: 200, Holds: []string{"apiVersion: burgee/v1", "pay.api"}},
	{Name: "export as JSON", Method: "GET", Path: project + "/export?format=json", Status: 200, Holds: []string{`"burgee/v1"`}},
	{Name: "export as something else", Method: "GET", Path: project + "/export?format=xml", Status: 422, Field: "format"},
	{Name: "the attributes", Method: "GET", Path: project + "/attributes", Status: 200, Holds: []string{`"path":"plan"`}},

	{Name: "who asks for a flag", Method: "GET", Path: project + "/flags/Flags.theme/asked-by", Status: 200, Holds: []string{`"items":[]`}},
	{Name: "no flag is stale yet", Method: "GET", Path: project + "/flags?stale=true", Status: 200, Holds: []string{`"items":[]`}},
	{Name: "flags with a tag", Method: "GET", Path: project + "/flags?tag=calendar&text=SPECIAL", Status: 200, Holds: []string{`"Flags.isHoliday"`}, Lacks: []string{`"Flags.theme"`}},
	{Name: "flags by what they serve somewhere", Method: "GET", Path: project + "/flags?serving=code&environment=development&type=string", Status: 200, Holds: []string{`"Flags.theme"`}, Lacks: []string{`"Flags.isHoliday"`}},
	{Name: "flags by what they serve nowhere in particular", Method: "GET", Path: project + "/flags?serving=code", Status: 422, Field: "serving"},
	{Name: "flags of no type", Method: "GET", Path: project + "/flags?type=colour", Status: 422, Field: "type"},
	{Name: "archive", Method: "POST", Path: project + "/flags/Flags.theme/archive", Body: obj{"comment": "done"}, Status: 200, Holds: []string{`"archivedAt"`}},
	{Name: "the archived flags", Method: "GET", Path: project + "/flags?archived=true", Status: 200, Holds: []string{`"Flags.theme"`}, Lacks: []string{`"pay.api"`}},
	{Name: "restore", Method: "POST", Path: project + "/flags/Flags.theme/restore", Status: 200, Lacks: []string{`"archivedAt"`}},

	{Name: "the keys", Method: "GET", Path: project + "/environments/production/keys", Status: 200, Holds: []string{`"kind":"server"`, testkit.ClientKey}, Lacks: []string{testkit.ServerKey}},
	{Name: "an unknown kind of key", Method: "POST", Path: project + "/environments/production/keys", Body: obj{"kind": "root", "name": "x"}, Status: 422, Field: "kind", Holds: []string{"kind: must be one of"}},
	{Name: "a key that is none", Method: "DELETE", Path: project + "/environments/production/keys/x", Status: 404, Code: "key_not_found"},

	{Name: "the record", Method: "GET", Path: project + "/changes?limit=2", Status: 200, Holds: []string{`"next":`, `"kind":"token"`, `"BURGEE_INIT_TOKEN"`}},
	{Name: "the record of one flag", Method: "GET", Path: project + "/changes?object=Flags.isHoliday&kind=configuration&environment=production", Status: 200, Holds: []string{"incident 7"}, Lacks: []string{"pay.api"}},
	{Name: "the chain holds", Method: "GET", Path: project + "/changes/verify", Status: 200, Holds: []string{`"ok":true`}},
	{Name: "what programs get, signed", Method: "GET", Path: project + "/environments/production/snapshot", Status: 200, Holds: []string{`"keys":["`, `{"signature":"`}},
	{Name: "the whole record", Method: "GET", Path: project + "/changes/export", Status: 200, Holds: []string{`"pay.api"`, `"Flags.theme"`, `"prevHash":"` + strings.Repeat("0", 64), `{"end":true,"project":"default","entries":`}},
	{Name: "the whole record for a spreadsheet", Method: "GET", Path: project + "/changes/export?format=csv", Status: 200, Holds: []string{"id,time,actor kind,actor,kind,object,", ",configuration,pay.api,production,create,"}},
	{Name: "a part of the record", Method: "GET", Path: project + "/changes/export?object=pay.api&environment=production", Status: 200, Holds: []string{`"kind":"configuration","object":"pay.api","environment":"production","action":"create"`}, Lacks: []string{"prevHash", "Flags.theme", `"end":true`}},
	{Name: "a part of the record for a spreadsheet", Method: "GET", Path: project + "/changes/export?format=csv&kind=target_group", Status: 200, Holds: []string{"id,time,actor kind,actor,kind,object,"}, Lacks: []string{"pay.api"}},
	{Name: "the record of nowhere", Method: "GET", Path: project + "/changes/export?environment=mars", Status: 404, Code: "environment_not_found"},
	{Name: "the record in no format", Method: "GET", Path: project + "/changes/export?format=pdf", Status: 422, Field: "format"},
	{Name: "the revisions", Method: "GET", Path: project + "/environments/production/revisions", Status: 200, Holds: []string{`"number":`, `"sentences":["`}},
	{Name: "older revisions", Method: "GET", Path: project + "/environments/production/revisions?before=4&limit=1", Status: 200, Holds: []string{`"number":3`}, Lacks: []string{`"number":2`, `"number":4`}},
	{Name: "two revisions beside each other", Method: "GET", Path: project + "/environments/production/compare?from=2", Status: 200, Holds: []string{`"pay.api"`, `"until":`, `"sentences":["`}},
	{Name: "one object in two revisions", Method: "GET", Path: project + "/environments/production/compare?from=2&to=3&object=nope", Status: 200, Holds: []string{`"changes":[]`, `"number":3`}},
	{Name: "a comparison with nothing", Method: "GET", Path: project + "/environments/production/compare", Status: 422, Field: "from"},
	{Name: "a comparison with a revision that never was", Method: "GET", Path: project + "/environments/production/compare?from=9999", Status: 404, Code: "revision_not_found"},
	{Name: "an evaluation of the past", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": "alice", "revision": 2, "explain": true}, Status: 200, Holds: []string{`"asOf":{"number":2,`, `"revision":2`, `"explanation":`, `"until":`}},
	{Name: "an evaluation by the time", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "context": "alice", "at": int64(4_000_000_000_000)}, Status: 200, Holds: []string{`"asOf":{`}, Lacks: []string{`"until":`, `"explanation":`}},
	{Name: "an evaluation before there was anything", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "Flags.isHoliday", "at": 1}, Status: 404, Code: "environment_not_yet"},
	{Name: "an evaluation of a flag that was not there yet", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "pay.api", "revision": 1}, Status: 404, Code: "flag_not_found"},
	{Name: "an evaluation of two moments", Method: "POST", Path: project + "/environments/production/evaluate", Body: obj{"flag": "pay.api", "revision": 1, "at": 1}, Status: 422, Field: "at"},
	{Name: "an export of the past", Method: "GET", Path: project + "/export?revision=2&environment=production", Status: 200, Holds: []string{"production: 2"}, Lacks: []string{"pay.api"}},
	{Name: "an export by the time", Method: "GET", Path: project + "/export?at=4000000000000", Status: 200, Holds: []string{"pay.api"}},
	{Name: "an export of a revision of nothing", Method: "GET", Path: project + "/export?revision=2", Status: 422, Field: "environment"},
	{Name: "an export before there was anything", Method: "GET", Path: project + "/export?at=1", Status: 404, Code: "project_not_yet"},
	{Name: "a plan of a rollback", Method: "POST", Path: project + "/environments/production/rollback", Body: obj{"revision": 2, "dryRun": true}, Status: 200, Holds: []string{`"changed":true`, `"kept":[`, `"to":{"number":2,`}},
	{Name: "a rollback on another revision", Method: "POST", Path: project + "/environments/production/rollback", Header: map[string]string{"If-Match": `"1"`}, Body: obj{"revision": 2}, Status: 412, Code: "revision_moved"},
	{Name: "a plan of an erasure", Method: "POST", Path: "/api/v1/erasures", Body: obj{"unit": "alice", "dryRun": true}, Status: 200, Holds: []string{`"dryRun":true`, `"skipped":[]`}, Lacks: []string{`"placeholder"`}},
	{Name: "an erasure of what is nowhere", Method: "POST", Path: "/api/v1/erasures", Body: obj{"unit": "nobody at all", "project": "default", "comment": "asked for"}, Status: 200, Holds: []string{`"projects":[]`, `"placeholder":"erased-`}},
	{Name: "an erasure of nothing", Method: "POST", Path: "/api/v1/erasures", Body: obj{"unit": " "}, Status: 422, Field: "unit"},
	{Name: "an erasure elsewhere", Method: "POST", Path: "/api/v1/erasures", Body: obj{"unit": "alice", "project": "nowhere"}, Status: 404, Code: "project_not_found"},
	{Name: "a rollback to nowhere", Method: "POST", Path: project + "/environments/production/rollback", Body: obj{}, Status: 422, Field: "revision"},
	{Name: "a rollback of half an object", Method: "POST", Path: project + "/environments/production/rollback", Body: obj{"revision": 2, "object": "pay.api"}, Status: 422, Field: "kind"},
	{Name: "a rollback of what was not there yet", Method: "POST", Path: project + "/environments/production/rollback", Body: obj{"revision": 2, "kind": "flag", "object": "pay.api"}, Status: 409, Code: "not_there_yet"},
	{Name: "a rollback of one object", Method: "POST", Path: project + "/environments/production/rollback", Body: obj{"revision": 2, "kind": "configuration", "object": "Flags.isHoliday", "comment": "back to code"}, Status: 200, Holds: []string{`"changed":true`, `"Flags.isHoliday"`}},
	{Name: "the rollback is on record", Method: "GET", Path: project + "/changes?limit=1&object=Flags.isHoliday", Status: 200, Holds: []string{"back to code"}},
	{Name: "the receipts of a revision", Method: "GET", Path: project + "/environments/production/revisions/2/receipts", Status: 200, Holds: []string{`"revision":2`, `"state":"applied"`, `"expected":0`, `"staleInstances":[]`}},
	{Name: "the receipts of a revision that never was", Method: "GET", Path: project + "/environments/production/revisions/9999/receipts", Status: 404, Code: "revision_not_found"},
	{Name: "the receipts of an environment that never was", Method: "GET", Path: project + "/environments/staging/revisions/1/receipts", Status: 404, Code: "environment_not_found"},
	{Name: "the receipts of no revision", Method: "GET", Path: project + "/environments/production/revisions/0/receipts", Status: 422, Field: "revision"},
	{Name: "an undo of a revision that never was", Method: "POST", Path: project + "/environments/production/undo", Body: obj{"revision": 9999}, Status: 404, Code: "revision_not_found"},
	{Name: "nobody is connected", Method: "GET", Path: project + "/connections", Status: 200, Holds: []string{`"items":[]`}},

	{Name: "a token", Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "deploy", "expiresInDays": 30}, Status: 201, Holds: []string{`"token":"bgp_`, `"expiresAt":`}},
	{Name: "the tokens", Method: "GET", Path: "/api/v1/tokens", Status: 200, Holds: []string{`"deploy"`, `"BURGEE_INIT_TOKEN"`}, Lacks: []string{`"token":`}},
	{Name: "a relay's token", Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "edge", "scope": "relay", "environments": []string{"default/production"}}, Status: 201, Holds: []string{`"scope":"relay"`, `"environments":["default/production"]`}},
	{Name: "a relay's token for an environment that is none", Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "edge", "scope": "relay", "environments": []string{"default/moon"}}, Status: 404, Holds: []string{`"environment_not_found"`, `"field":"environments"`}},
	{Name: "a token of no scope that there is", Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "edge", "scope": "all"}, Status: 422, Holds: []string{`"field":"scope"`}},
	{Name: "a token that is none", Method: "DELETE", Path: "/api/v1/tokens/x", Status: 404},
	{Name: "sign out without a session", Method: "DELETE", Path: "/api/v1/session", Status: 204},
}

type obj = map[string]any

const file = `apiVersion: burgee/v1
project: default
attributes:
  plan: {type: string, values: [free, pro]}
flags:
  pay.api: {type: boolean, environments: {production: {default: true}}}
`

func TestEveryRouteAnswersAsItsDocumentSays(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
	contract := testkit.NewContract()
	for _, scenario := range everyRoute {
		t.Run(scenario.Name, func(t *testing.T) { scenario.Run(t, s, contract) })
	}
	t.Run("keys are made, rotated and revoked", func(t *testing.T) { keysLive(t, s, contract) })
	t.Run("an undo makes a new revision", func(t *testing.T) { undoes(t, s, contract) })
	t.Run("an owner is made and signs in", func(t *testing.T) { ownerLives(t, s, contract) })
	t.Run("a command line is signed in", func(t *testing.T) { commandLinesLive(t, s, contract) })
	t.Run("people come and go", func(t *testing.T) { peopleLive(t, s, contract) })
	t.Run("a second step is turned on and off", func(t *testing.T) { secondStepLives(t, s, contract) })
	t.Run("single sign-on is turned on and off", func(t *testing.T) { singleSignOnLives(t, s, contract) })
	t.Run("a change request is approved and published", func(t *testing.T) { changeRequestsLive(t, s, contract) })
	t.Run("a flag is raised step by step", func(t *testing.T) { rolloutsLive(t, s, contract) })
	t.Run("a webhook hears of changes", func(t *testing.T) { webhooksLive(t, s, contract) })
	t.Run("environments and projects come and go", func(t *testing.T) { environmentsLive(t, s, contract) })
	t.Run("a token is revoked", func(t *testing.T) { tokenDies(t, s, contract) })
	contract.Check(t, "GET", project+"/live", testkit.Answer{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}})
	if missing := contract.Uncovered(200, 201, 202, 204); len(missing) > 0 {
		t.Errorf("no success was seen of %s", strings.Join(missing, ", "))
	}
}

func TestNoRouteAnswersAStranger(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	contract := testkit.NewContract()
	public := map[string]bool{"GET /api/v1/session": true, "POST /api/v1/session": true, "DELETE /api/v1/session": true, "POST /api/v1/setup": true, "POST /api/v1/links/read": true, "POST /api/v1/links/use": true, "POST /api/v1/logins": true, "POST /api/v1/logins/token": true, "POST /api/v1/session/code": true, "POST /api/v1/sso/start": true, "POST /api/v1/sso/finish": true}
	for _, route := range contract.Uncovered() {
		if public[route] {
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		for name, c := range map[string]testkit.Scenario{
			"nobody":            {As: "-", Status: 401, Code: "sign_in_required"},
			"an unknown token":  {As: "bgp_" + strings.Repeat("x", 40), Status: 401, Code: "token_unknown"},
			"no token at all":   {As: "hunter2hunter2", Status: 401, Code: "token_malformed"},
			"an SDK key":        {As: testkit.ServerKey, Status: 403, Code: "key_not_token"},
			"a token in a page": {Header: map[string]string{"Origin": s.URL}, Status: 403, Code: "token_in_browser"},
		} {
			t.Run(route+" for "+name, func(t *testing.T) {
				c.Method, c.Path, c.Body = method, strings.NewReplacer("{", "", "}", "").Replace(path), bodyFor(method)
				c.Run(t, s, contract)
			})
		}
	}
}

// bodyFor is anything at all: a stranger's body is not read.
func bodyFor(method string) any {
	if method == "GET" || method == "DELETE" {
		return nil
	}
	return "not even JSON"
}

func TestEveryRouteOfAProjectKnowsWhichProjectsThereAre(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	contract := testkit.NewContract()
	bodies := map[string]any{
		"PATCH /api/v1/projects/{project}":                                            obj{"name": "x"},
		"POST /api/v1/projects/{project}/flags":                                       obj{"key": "x", "type": "boolean"},
		"POST /api/v1/projects/{project}/apply":                                       obj{"text": "apiVersion: burgee/v1\n"},
		"POST /api/v1/projects/{project}/environments/{environment}/undo":             obj{"revision": 1},
		"POST /api/v1/projects/{project}/environments/{environment}/rollback":         obj{"revision": 1},
		"POST /api/v1/projects/{project}/environments/{environment}/evaluate":         obj{"flag": "x"},
		"POST /api/v1/projects/{project}/environments/{environment}/keys":             obj{"kind": "server", "name": "x"},
		"POST /api/v1/projects/{project}/environments/{environment}/keys/{id}/rotate": obj{"overlapHours": 0},
		"PUT /api/v1/projects/{project}/experiments/{experiment}":                     obj{"environment": "production", "serve": obj{"f": true}},
		"POST /api/v1/projects/{project}/change-requests":                             obj{"title": "x", "text": "apiVersion: burgee/v1\n"},
		"PUT /api/v1/projects/{project}/change-requests/{number}":                     obj{"text": "apiVersion: burgee/v1\n"},
		"POST /api/v1/projects/{project}/change-requests/{number}/approve":            obj{"version": 1},
		"POST /api/v1/projects/{project}/change-requests/{number}/comments":           obj{"comment": "x"},
		"POST /api/v1/projects/{project}/change-requests/{number}/schedule":           obj{"at": 1},
		"POST /api/v1/projects/{project}/rollouts":                                    obj{"flag": "f", "environment": "production", "variation": "true", "steps": []any{obj{"percent": 10}}},
		"PUT /api/v1/projects/{project}/environments/{environment}/approvals":         obj{"approvals": 1},
		"POST /api/v1/projects/{project}/environments":                                obj{"key": "x"},
		"POST /api/v1/projects/{project}/webhooks":                                    obj{"name": "x", "url": "https://hooks.example.test/"},
		"PUT /api/v1/projects/{project}/environments":                                 obj{"environments": []string{"production"}},
		"POST /api/v1/projects/{project}/import":                                      obj{"product": "flagd", "environments": []string{"production"}, "files": []obj{{"name": "f", "text": "{}"}}},
		"POST /api/v1/projects/{project}/environments/{environment}/promote":          obj{"from": "development", "flags": []string{"f"}},
	}
	fill := strings.NewReplacer("{project}", "nowhere", "{environment}", "production", "{id}", "1", "{flag}", "x", "{group}", "x", "{experiment}", "x", "{revision}", "1", "{number}", "1", "{webhook}", "x", "{delivery}", "1")
	for _, route := range contract.Uncovered() {
		method, path, _ := strings.Cut(route, " ")
		if !strings.Contains(path, "{project}") {
			continue
		}
		t.Run(route, func(t *testing.T) {
			body := bodies[route]
			if body == nil && method != "GET" && method != "DELETE" {
				body = obj{}
			}
			path := fill.Replace(path)
			if strings.HasSuffix(path, "/evaluations") {
				path += "?environment=production"
			}
			if strings.HasSuffix(path, "/compare") {
				path += "?from=1"
			}
			if strings.HasSuffix(path, "/differences") {
				path += "?from=development"
			}
			testkit.Scenario{Method: method, Path: path, Body: body, Status: 404, Code: "project_not_found"}.Run(t, s, contract)
		})
	}
}

func keysLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	keys := project + "/environments/production/keys"
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	made := run(testkit.Scenario{Method: "POST", Path: keys, Body: obj{"kind": "server", "name": "wizard"}, Status: 201, Holds: []string{`"key":"bgs_`}})
	id, secret := made.At("id").(string), made.At("key").(string)
	eventually(t, "the new key opens the data plane", func() bool { return snapshotStatus(s, secret) == 200 })
	rotated := run(testkit.Scenario{Method: "POST", Path: keys + "/" + id + "/rotate", Body: obj{"overlapHours": 1}, Status: 201})
	next := rotated.At("key").(string)
	eventually(t, "both keys work during the overlap", func() bool { return snapshotStatus(s, next) == 200 && snapshotStatus(s, secret) == 200 })
	run(testkit.Scenario{Method: "DELETE", Path: keys + "/" + rotated.At("id").(string), Status: 204})
	eventually(t, "a revoked key is refused", func() bool { return snapshotStatus(s, next) == 401 })
	unused := run(testkit.Scenario{Method: "POST", Path: keys, Body: obj{"kind": "client", "name": "page"}, Status: 201, Holds: []string{`"key":"bgc_`}})
	run(testkit.Scenario{Method: "DELETE", Path: keys + "/" + unused.At("id").(string) + "?ifUnused=true", Status: 204})
}

func undoes(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	at := project + "/flags/pay.api/environments/production"
	put := testkit.Scenario{Method: "PUT", Path: at, Body: obj{"default": false}, Status: 200}.Run(t, s, contract)
	revision := put.At("revision").(float64)
	back := testkit.Scenario{Method: "POST", Path: project + "/environments/production/undo", Body: obj{"revision": revision}, Status: 200}.Run(t, s, contract)
	if got := back.At("revision").(float64); got != revision+1 {
		t.Errorf("revision %v, want %v", got, revision+1)
	}
	flag := s.Want(200, "GET", project+"/flags/pay.api", nil)
	if got := flag.At("configurations.production.default"); got != "true" {
		t.Errorf("default %v, want true again", got)
	}
	testkit.Scenario{Method: "POST", Path: project + "/environments/production/undo", Body: obj{"revision": revision}, Status: 409, Code: "undo_touched"}.Run(t, s, contract)
}

func ownerLives(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	_, secret, _ := strings.Cut(s.SetupURL(), "#t=")
	person := obj{"token": secret, "email": "Ann@example.com", "password": "correct horse battery"}
	testkit.Scenario{Method: "POST", Path: "/api/v1/setup", As: "-", Body: obj{"token": secret, "email": "ann", "password": "correct horse battery"}, Status: 422, Field: "email"}.Run(t, s, contract)
	testkit.Scenario{Method: "POST", Path: "/api/v1/setup", As: "-", Body: obj{"token": secret, "email": "ann@example.com", "password": "short"}, Status: 422, Field: "password"}.Run(t, s, contract)
	testkit.Scenario{Method: "POST", Path: "/api/v1/setup", As: "-", Body: person, Status: 201, Holds: []string{`"signedIn":true`, `"Ann@example.com"`}}.Run(t, s, contract)
	testkit.Scenario{Method: "POST", Path: "/api/v1/setup", As: "-", Body: person, Status: 410, Code: "link_used"}.Run(t, s, contract)
	testkit.Scenario{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@EXAMPLE.com", "password": "correct horse battery"}, Status: 200, Holds: []string{`"roles":["owner"]`}}.Run(t, s, contract)
	testkit.Scenario{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "wrong"}, Status: 401, Code: "sign_in_failed"}.Run(t, s, contract)
}

func changeRequestsLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	approvals := project + "/environments/production/approvals"
	run(testkit.Scenario{Method: "PUT", Path: approvals, Body: obj{"approvals": 1}, Status: 200})
	made := run(testkit.Scenario{Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "reviewer", "kind": "service", "scope": "admin"}, Status: 201})
	reviewer := made.At("token").(string)
	propose := func(flag string) string {
		text := "apiVersion: burgee/v1\nproject: default\nflags:\n  " + flag + ": {type: boolean, environments: {production: {default: true}}}\n"
		return fmt.Sprint(run(testkit.Scenario{Method: "POST", Path: project + "/change-requests", Body: obj{"title": flag, "text": text}, Status: 201}).At("number"))
	}
	one := project + "/change-requests/" + propose("reviewed")
	run(testkit.Scenario{Method: "GET", Path: project + "/change-requests", Status: 200, Holds: []string{`"title":"reviewed"`}})
	run(testkit.Scenario{Method: "GET", Path: one, Status: 200, Holds: []string{`"state":"open"`, `"approved":false`}})
	run(testkit.Scenario{Method: "PUT", Path: one, Body: obj{"title": "reviewed again", "text": "apiVersion: burgee/v1\nproject: default\nflags:\n  reviewed: {type: boolean, environments: {production: {default: false}}}\n"}, Status: 200, Holds: []string{`"version":2`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/comments", Body: obj{"comment": "why?"}, Status: 200})
	run(testkit.Scenario{Method: "POST", Path: one + "/publish", Body: obj{}, Status: 403})
	run(testkit.Scenario{Method: "POST", Path: one + "/approve", Body: obj{"version": 2}, Status: 403, Code: "own_change_request"})
	run(testkit.Scenario{Method: "POST", Path: one + "/approve", As: reviewer, Body: obj{"version": 2}, Status: 200, Holds: []string{`"approved":true`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/schedule", Body: obj{"at": time.Now().Add(48 * time.Hour).UnixMilli()}, Status: 200, Holds: []string{`"publishAt":`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/publish", Body: obj{}, Status: 200, Holds: []string{`"state":"published"`}})
	run(testkit.Scenario{Method: "POST", Path: project + "/change-requests/" + propose("refused") + "/reject", As: reviewer, Body: obj{}, Status: 200, Holds: []string{`"state":"rejected"`}})
	run(testkit.Scenario{Method: "POST", Path: project + "/change-requests/" + propose("regretted") + "/withdraw", Body: obj{}, Status: 200, Holds: []string{`"state":"withdrawn"`}})
	run(testkit.Scenario{Method: "PUT", Path: approvals, Body: obj{"approvals": 0}, Status: 200})
	later := obj{"title": "later", "text": "apiVersion: burgee/v1\nproject: default\nflags: {later: {type: boolean, environments: {production: {default: true}}}}\n", "draft": true}
	live := s.Stream(project+"/live", testkit.Token, nil)
	draft := project + "/change-requests/" + fmt.Sprint(run(testkit.Scenario{Method: "POST", Path: project + "/change-requests", Body: later, Status: 201, Holds: []string{`"state":"draft"`, `"kind":"drafted"`, `"proposed":{`}}).At("number"))
	live.Next(t, "news of a change request", func(e testkit.Event) bool { return strings.Contains(e.Data, `"requests"`) })
	run(testkit.Scenario{Method: "GET", Path: project + "/change-requests?state=draft", Status: 200, Holds: []string{`"title":"later"`}})
	run(testkit.Scenario{Method: "POST", Path: draft + "/publish", Body: obj{}, Status: 409, Code: "change_request_draft"})
	run(testkit.Scenario{Method: "POST", Path: draft + "/open", Body: obj{}, Status: 200, Holds: []string{`"state":"open"`, `"kind":"opened"`}})
	run(testkit.Scenario{Method: "POST", Path: draft + "/open", Body: obj{}, Status: 409, Code: "change_request_open"})
}

func rolloutsLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	run(testkit.Scenario{Method: "POST", Path: project + "/flags", Body: obj{"key": "raised", "type": "boolean", "environments": obj{"production": obj{"default": false}}}, Status: 201})
	rollouts := project + "/rollouts"
	wrong := raising("raised")
	wrong["steps"] = []any{obj{"percent": 10.00001}}
	run(testkit.Scenario{Method: "POST", Path: rollouts, Body: wrong, Status: 422, Field: "steps"})
	live := s.Stream(project+"/live", testkit.Token, nil)
	begun := run(testkit.Scenario{Method: "POST", Path: rollouts, Body: raising("raised"), Status: 201, Holds: []string{`"state":"running"`, `"made":1`, `"percent":10,"wait":3600000,"at":`}})
	live.Next(t, "news of a rollout", func(e testkit.Event) bool { return strings.Contains(e.Data, `"requests"`) })
	one := rollouts + "/" + fmt.Sprint(begun.At("number"))
	run(testkit.Scenario{Method: "POST", Path: rollouts, Body: raising("raised"), Status: 409, Code: "rollout_live"})
	run(testkit.Scenario{Method: "POST", Path: one + "/pause", Body: obj{}, Status: 200, Holds: []string{`"state":"paused"`, `"remaining":`}})
	run(testkit.Scenario{Method: "GET", Path: rollouts + "?environment=production&flag=raised&live=true", Status: 200, Holds: []string{`"state":"paused"`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/resume", Status: 200, Holds: []string{`"state":"running"`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/advance", Status: 200, Holds: []string{`"state":"done"`, `"made":2`}})
	run(testkit.Scenario{Method: "POST", Path: one + "/rollback", Status: 200, Holds: []string{`"state":"rolled_back"`}})
	another := run(testkit.Scenario{Method: "POST", Path: rollouts, Body: raising("raised"), Status: 201})
	run(testkit.Scenario{Method: "POST", Path: rollouts + "/" + fmt.Sprint(another.At("number")) + "/stop", Status: 200, Holds: []string{`"state":"stopped"`}})
	run(testkit.Scenario{Method: "GET", Path: one, Status: 200, Holds: []string{`"state":"rolled_back"`}})
	run(testkit.Scenario{Method: "GET", Path: rollouts + "/99", Status: 404, Code: "rollout_not_found"})
}

func peopleLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/duty", Body: obj{"actions": []string{"off"}}, Status: 200, Holds: []string{`"actions":["read","off"]`}})
	anew := map[string]string{"If-None-Match": "*"}
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/duty", Header: anew, Body: obj{"actions": []string{"publish"}}, Status: 412, Code: "role_exists"})
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/night", Header: anew, Body: obj{"actions": []string{"off"}}, Status: 200})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/roles/night", Status: 204})
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/admin", Body: obj{"actions": []string{"off"}}, Status: 409, Code: "role_built_in"})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/roles", Status: 200, Holds: []string{`"viewer"`, `"duty"`, `"builtIn":true`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/links", Body: obj{"email": "ben", "roles": []string{"viewer"}}, Status: 422, Field: "email"})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/links", Body: obj{"email": "ben@example.com", "roles": []string{"viewer@"}}, Status: 422, Field: "roles"})
	made := run(testkit.Scenario{Method: "POST", Path: "/api/v1/links", Body: obj{"email": "ben@example.com", "roles": []string{"viewer@default", "duty@default/production"}}, Status: 201, Holds: []string{s.URL + "/join#t="}})
	_, secret, _ := strings.Cut(made.At("url").(string), "#t=")
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/links", Status: 200, Holds: []string{`"ben@example.com"`}, Lacks: []string{secret}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/links/read", As: "-", Body: obj{"token": secret}, Status: 200, Holds: []string{`"kind":"invitation"`, `"madeBy":"BURGEE_INIT_TOKEN"`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/links/read", As: "-", Body: obj{"token": "x"}, Status: 410, Code: "link_used"})
	joined := run(testkit.Scenario{Method: "POST", Path: "/api/v1/links/use", As: "-", Body: obj{"token": secret, "password": "correct horse battery"}, Status: 201, Holds: []string{`"roles":["viewer@default","duty@default/production"]`, `"manages":false`,
		`"rights":[{"place":"default","actions":["read"]},{"place":"default/production","actions":["read","off"]}]`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/links/use", As: "-", Body: obj{"token": secret, "password": "correct horse battery"}, Status: 410, Code: "link_used"})
	ben := joined.At("member.id").(string)
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/members", Status: 200, Holds: []string{`"ben@example.com"`, ben}})
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/members/" + ben + "/roles", Body: obj{"roles": []string{"publisher@default/moon"}}, Status: 422, Code: "role_needs_project"})
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/members/" + ben + "/roles", Body: obj{"roles": []string{"publisher@default"}}, Status: 200, Holds: []string{`"publisher@default"`}})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/roles/duty", Status: 204})
	reset := run(testkit.Scenario{Method: "POST", Path: "/api/v1/members/" + ben + "/reset", Status: 201, Holds: []string{s.URL + "/reset#t="}})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/links/" + reset.At("id").(string), Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/links/" + reset.At("id").(string), Status: 404, Code: "link_not_found"})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/sessions", Status: 403, Code: "no_person"})
	sessions := run(testkit.Scenario{Method: "GET", Path: "/api/v1/sessions?member=" + ben, Status: 200, Holds: []string{`"current":false`}})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/sessions/" + sessions.At("items.0.id").(string) + "?member=" + ben, Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/members/" + ben, Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/members/" + ben, Status: 404, Code: "member_not_found"})
}

func tokenDies(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	made := testkit.Scenario{Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "short-lived"}, Status: 201}.Run(t, s, contract)
	secret := made.At("token").(string)
	testkit.Scenario{Method: "GET", Path: project, As: secret, Status: 200}.Run(t, s, contract)
	testkit.Scenario{Method: "DELETE", Path: "/api/v1/tokens/" + made.At("id").(string), Status: 204}.Run(t, s, contract)
	testkit.Scenario{Method: "GET", Path: project, As: secret, Status: 401, Code: "token_unknown"}.Run(t, s, contract)
}

func snapshotStatus(s *testkit.Server, key string) int {
	return s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: key}).Status
}
