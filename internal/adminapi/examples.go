package adminapi

import "github.com/danielgtaylor/huma/v2"

// examples are bodies that the document shows, by operation: of those that take a
// document or roles, which the schema alone does not explain.
func examples() map[string]any {
	type object = map[string]any
	file := func(flag string) string { return "apiVersion: burgee/v1\nflags:\n  " + flag + ": {type: boolean}\n" }
	return map[string]any{
		"invite":            object{"email": "eve@example.com", "roles": []any{"viewer@default"}},
		"createFlag":        object{"key": "Flags.isSummer", "type": "boolean", "description": "whether it is warm outside"},
		"patchFlag":         object{"description": "whether everybody is away"},
		"putConfiguration":  object{"enabled": true, "off": "false", "prerequisites": []any{}, "targets": object{}, "rules": []any{}, "default": "true"},
		"createProject":     object{"key": "shop", "name": "Shop"},
		"createEnvironment": object{"key": "staging", "name": "Staging", "like": "production"},
		"orderEnvironments": object{"environments": []any{"development", "production"}},
		"promote":           object{"from": "development", "flags": []any{"Flags.isHoliday"}, "dryRun": true},
		"putGroup":          object{"description": "who sees everything first", "include": []any{"alice"}},
		"putExperiment":     object{"environment": "production", "state": "draft", "order": 0, "serve": object{"Flags.isHoliday": "true"}},
		"apply":             object{"text": file("Flags.isWeekend"), "comment": "the weekend is a flag now"},
		"propose":           object{"title": "Night is a flag", "text": file("Flags.isNight")},
		"resubmit":          object{"text": file("Flags.isMorning")},
		"createWebhook":     object{"name": "chat", "url": "https://hooks.example.com/burgee", "events": []any{"configuration", "experiment"}, "environments": []any{"production"}},
		"updateWebhook":     object{"enabled": false},
		"importDocument":    object{"product": "flagd", "environments": []any{"production"}, "files": []any{object{"name": "flags.json", "text": `{"flags": {"Flags.isSnow": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off"}}}`}}},
		"evaluate":          object{"flag": "Flags.isHoliday", "context": object{"targetingKey": "alice"}, "explain": true},
	}
}

// showExamples puts the examples into the document.
func (a *API) showExamples() {
	shown := examples()
	for _, item := range a.huma.OpenAPI().Paths {
		for _, o := range []*huma.Operation{item.Post, item.Put, item.Patch} {
			if o != nil && shown[o.OperationID] != nil {
				o.RequestBody.Content["application/json"].Example = shown[o.OperationID]
			}
		}
	}
}
