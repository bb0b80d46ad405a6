package peers

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/posthog/posthog-go"
)

// newPostHog is PostHog's Go client, evaluating locally what a server on
// loopback defines. It knows no versions (a build number stands in), starts-with
// is a regular expression, and the group is a list of exact values.
func newPostHog(t testing.TB, f *fixture) engine {
	single, bulk := postHogClient(t, f, f.single), postHogClient(t, f, f.bulk)
	user, none := postHogJan(), posthog.Properties{}
	var ring []posthog.Properties
	for _, key := range f.ring {
		ring = append(ring, posthog.Properties{"user": key})
	}
	serve := func(flag, key string, p posthog.Properties) any {
		v, _ := single.GetFeatureFlag(posthog.FeatureFlagPayload{
			Key: flag, DistinctId: key, PersonProperties: p, OnlyEvaluateLocally: true, SendFeatureFlagEvents: new(bool),
		})
		return v
	}
	text := func(key string) string { v, _ := serve(splitFlag, key, none).(string); return v }
	all := func() map[string]any {
		out, _ := bulk.GetAllFlags(posthog.FeatureFlagPayloadNoKey{
			DistinctId: jan.key, PersonProperties: user, OnlyEvaluateLocally: true, SendFeatureFlagEvents: new(bool),
		})
		return out
	}
	return engine{
		bool:     func(int) bool { return serve(boolFlag, jan.key, user) == true },
		rules:    func(int) bool { return serve(rulesFlag, jan.key, user) == true },
		rulesNew: func(int) bool { return serve(rulesFlag, jan.key, postHogJan()) == true },
		split:    func(i int) bool { return text(f.ring[i%ringSize]) != "" },
		group: func(i int) bool {
			return (serve(groupFlag, f.ring[i%ringSize], ring[i%ringSize]) == true) == f.member[i%ringSize]
		},
		bulk:      func(int) bool { return len(all()) == bulkFlags },
		variation: text,
		answers:   all,
	}
}

// silent is a logger that says nothing.
type silent struct{}

func (silent) Debugf(string, ...any) {}
func (silent) Logf(string, ...any)   {}
func (silent) Warnf(string, ...any)  {}
func (silent) Errorf(string, ...any) {}

func postHogClient(t testing.TB, f *fixture, flags []flag) posthog.Client {
	t.Helper()
	var list []object
	for _, one := range flags {
		list = append(list, postHogFlag(f, one))
	}
	raw, err := json.Marshal(object{"flags": list, "group_type_mapping": object{}, "cohorts": object{}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(raw)
	}))
	t.Cleanup(server.Close)
	client, err := posthog.NewWithConfig("phc_key", posthog.Config{
		Endpoint: server.URL, PersonalApiKey: "key", Interval: time.Hour, DefaultFeatureFlagsPollingInterval: time.Hour, Logger: silent{},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if loaded, _ := client.GetFeatureFlags(); len(loaded) == len(flags) {
			return client
		}
	}
	t.Fatal("PostHog loaded no flags in 10 s")
	return nil
}

func postHogFlag(f *fixture, one flag) object {
	group := func(properties ...object) object {
		return object{"properties": append([]object{}, properties...), "rollout_percentage": 100}
	}
	filters := object{"groups": []object{group()}}
	switch one.kind {
	case ofBool:
	case ofRules:
		var groups []object
		for _, pair := range rules {
			groups = append(groups, group(postHogClause(pair[0]), postHogClause(pair[1])))
		}
		filters["groups"] = groups
	case ofSplit:
		var variants []object
		for i, v := range variations {
			variants = append(variants, object{"key": v, "name": v, "rollout_percentage": shares[i]})
		}
		filters["multivariate"] = object{"variants": variants}
	case ofGroup:
		filters["groups"] = []object{group(object{"key": "user", "operator": "exact", "value": f.members, "type": "person"})}
	}
	return object{"key": one.key, "active": true, "filters": filters}
}

func postHogClause(c clause) object {
	property := func(key, operator string, value any) object {
		return object{"key": key, "operator": operator, "value": value, "type": "person"}
	}
	switch c.op {
	case in:
		return property(c.attr, "exact", c.texts)
	case newerThan:
		return property("build", "gte", c.build)
	case atLeast:
		return property(c.attr, "gte", c.number)
	}
	return property(c.attr, "regex", "^"+c.texts[0])
}

func postHogJan() posthog.Properties {
	properties := jan.attributes()
	properties["user"] = jan.key
	return properties
}
