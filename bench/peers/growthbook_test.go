package peers

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/growthbook/growthbook-golang"
)

// object is JSON that an engine loads.
type object = map[string]any

// newGrowthBook is GrowthBook's Go SDK. A user's attributes belong to a child
// client, as its documentation has it. Starts-with is a regular expression, and
// a bulk is one evaluation after the other.
func newGrowthBook(t testing.TB, f *fixture) engine {
	single, bulk := growthBookClient(t, f, f.single), growthBookClient(t, f, f.bulk)
	user, bulkUser := growthBookUser(single, growthBookJan()), growthBookUser(bulk, growthBookJan())
	ctx := context.Background()
	var ring []*growthbook.Client
	for _, key := range f.ring {
		ring = append(ring, growthBookUser(single, growthbook.Attributes{"id": key}))
	}
	text := func(c *growthbook.Client) string { v, _ := c.EvalFeature(ctx, splitFlag).Value.(string); return v }
	all := func() map[string]any {
		out := make(map[string]any, bulkFlags)
		for _, one := range f.bulk {
			out[one.key] = bulkUser.EvalFeature(ctx, one.key).Value
		}
		return out
	}
	return engine{
		bool:      func(int) bool { return user.EvalFeature(ctx, boolFlag).On },
		rules:     func(int) bool { return user.EvalFeature(ctx, rulesFlag).On },
		rulesNew:  func(int) bool { return growthBookUser(single, growthBookJan()).EvalFeature(ctx, rulesFlag).On },
		split:     func(i int) bool { return text(ring[i%ringSize]) != "" },
		group:     func(i int) bool { return ring[i%ringSize].EvalFeature(ctx, groupFlag).On == f.member[i%ringSize] },
		bulk:      func(int) bool { return len(all()) == bulkFlags },
		variation: func(key string) string { return text(growthBookUser(single, growthbook.Attributes{"id": key})) },
		answers:   all,
	}
}

func growthBookClient(t testing.TB, f *fixture, flags []flag) *growthbook.Client {
	t.Helper()
	features := object{}
	for _, one := range flags {
		features[one.key] = growthBookFeature(one)
	}
	raw, err := json.Marshal(object{"status": 200, "features": features, "savedGroups": object{"members": f.members}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := growthbook.NewClient(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.UpdateFromApiResponseJSON(string(raw)); err != nil {
		t.Fatal(err)
	}
	return client
}

func growthBookFeature(one flag) object {
	switch one.kind {
	case ofBool:
		return object{"defaultValue": true}
	case ofRules:
		var list []object
		for _, pair := range rules {
			both := []object{growthBookClause(pair[0]), growthBookClause(pair[1])}
			list = append(list, object{"condition": object{"$and": both}, "force": true})
		}
		return object{"defaultValue": false, "rules": list}
	case ofSplit:
		var weights []float64
		for _, share := range shares {
			weights = append(weights, float64(share)/100)
		}
		return object{"defaultValue": "", "rules": []object{{
			"key": one.key, "hashAttribute": "id", "hashVersion": 2, "coverage": 1, "variations": variations, "weights": weights,
		}}}
	}
	return object{"defaultValue": false, "rules": []object{{"condition": object{"id": object{"$inGroup": "members"}}, "force": true}}}
}

func growthBookClause(c clause) object {
	switch c.op {
	case in:
		return object{c.attr: object{"$in": c.texts}}
	case newerThan:
		return object{c.attr: object{"$vgt": c.texts[0]}}
	case atLeast:
		return object{c.attr: object{"$gte": c.number}}
	}
	return object{c.attr: object{"$regex": "^" + c.texts[0]}}
}

func growthBookJan() growthbook.Attributes {
	attributes := jan.attributes()
	attributes["id"] = jan.key
	return attributes
}

func growthBookUser(client *growthbook.Client, attributes growthbook.Attributes) *growthbook.Client {
	child, err := client.WithAttributes(attributes)
	if err != nil {
		panic(err)
	}
	return child
}
