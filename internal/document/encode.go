package document

import (
	"encoding/json"
	"strconv"
)

// style is one of the ways to write an object.
type style uint8

const (
	canonical style = iota // JSON of the API: nothing left to a default
	stored                 // JSON of changes, which is what is stored: the past of splits too
	short                  // YAML for people: the short forms of documents.md
)

func fileNode(f *File, s style) *node {
	n := &node{kind: mapKind, block: true}
	n.put("apiVersion", textNode(APIVersion))
	if f.Project != "" {
		n.put("project", textNode(f.Project))
	}
	if f.Revision != nil {
		revision := &node{kind: mapKind}
		for _, environment := range sortedKeys(f.Revision) {
			revision.put(environment, numberNode(strconv.FormatInt(f.Revision[environment], 10)))
		}
		n.put("revision", revision)
	}
	putSection(n, "attributes", f.Attributes, s, attributeNode)
	putSection(n, "targetGroups", f.TargetGroups, s, groupNode)
	putSection(n, "flags", f.Flags, s, flagNode)
	putSection(n, "experiments", f.Experiments, s, experimentNode)
	return n
}

func putSection[T any](n *node, key string, items map[string]T, s style, write func(T, style) *node) {
	if items == nil {
		return
	}
	section := &node{kind: mapKind, block: true}
	for _, k := range sortedKeys(items) {
		section.put(k, write(items[k], s))
	}
	n.put(key, section)
}

func attributeNode(a Attribute, _ style) *node {
	n := &node{kind: mapKind}
	putText(n, "type", a.Type)
	if len(a.Values) > 0 {
		n.put("values", rawNodes(a.Values))
	}
	putText(n, "privacy", a.Privacy)
	return n
}

func groupNode(g TargetGroup, s style) *node {
	n := &node{kind: mapKind, block: true}
	putText(n, "description", g.Description)
	putText(n, "by", g.By)
	if len(g.Include) > 0 || s != short {
		n.put("include", texts(g.Include))
	}
	if len(g.Exclude) > 0 || s != short {
		n.put("exclude", texts(g.Exclude))
	}
	putWhen(n, g.When, s)
	return n
}

func flagNode(f Flag, s style) *node {
	n := &node{kind: mapKind, block: true}
	putText(n, "type", string(f.Type))
	if f.Variations != nil {
		variations := listNode()
		for _, v := range f.Variations {
			variations.items = append(variations.items, variationNode(v, s))
		}
		n.put("variations", variations)
	}
	putOptional(n, "description", f.Description, false)
	if f.Tags != nil {
		n.put("tags", texts(f.Tags))
	}
	putOptional(n, "owner", f.Owner, false)
	putOptional(n, "kind", f.Kind, false)
	putOptional(n, "expires", f.Expires, true)
	putOptional(n, "keepUntil", f.KeepUntil, true)
	if f.Client != nil {
		n.put("client", boolNode(*f.Client))
	}
	putOptional(n, "managedBy", f.ManagedBy, false)
	putOptional(n, "managedIn", f.ManagedIn, false)
	putOptional(n, "seed", f.Seed, true)
	putSection(n, "environments", f.Environments, s, configurationNode)
	return n
}

func variationNode(v Variation, s style) *node {
	n := &node{kind: mapKind}
	n.put("id", idNode(v.ID, s))
	n.put("value", rawNode(v.Value))
	putText(n, "name", v.Name)
	return n
}

func configurationNode(c *Configuration, s style) *node {
	n := &node{kind: mapKind, block: true}
	if s != short || !c.Enabled {
		n.put("enabled", boolNode(c.Enabled))
	}
	if c.Off != "" {
		n.put("off", idNode(c.Off, s))
	}
	if s != short || len(c.Prerequisites) > 0 {
		list := listNode()
		for _, p := range c.Prerequisites {
			item := &node{kind: mapKind}
			item.put("flag", textNode(p.Flag))
			item.put("variations", ids(p.Variations, s))
			list.items = append(list.items, item)
		}
		n.put("prerequisites", list)
	}
	if s != short || len(c.Targets) > 0 {
		n.put("targets", targetsNode(c.Targets, s))
	}
	if s != short || len(c.Rules) > 0 {
		rules := &node{kind: listKind, block: true}
		for _, r := range c.Rules {
			rules.items = append(rules.items, ruleNode(r, s))
		}
		n.put("rules", rules)
	}
	n.put("default", otherwiseNode(c.Default, s))
	return n
}

func targetsNode(targets map[string]map[string]string, s style) *node {
	n := &node{kind: mapKind}
	for _, path := range sortedKeys(targets) {
		n.put(path, assignmentNode(targets[path], s))
	}
	return n
}

func assignmentNode(m map[string]string, s style) *node {
	n := &node{kind: mapKind}
	for _, key := range sortedKeys(m) {
		n.put(key, idNode(m[key], s))
	}
	return n
}

func ruleNode(r Rule, s style) *node {
	n := &node{kind: mapKind, block: true}
	putText(n, "id", r.ID)
	putText(n, "name", r.Name)
	putWhen(n, r.When, s)
	putServe(n, r.Serve, s)
	return n
}

func experimentNode(x Experiment, s style) *node {
	n := &node{kind: mapKind, block: true}
	n.put("environment", textNode(x.Environment))
	putText(n, "description", x.Description)
	n.put("state", textNode(x.State))
	if s != short || x.Order != 100 {
		n.put("order", numberNode(strconv.Itoa(x.Order)))
	}
	putWhen(n, x.When, s)
	putText(n, "by", x.By)
	putOptional(n, "seed", x.Seed, true)
	if x.Arms == nil {
		n.put("serve", assignmentNode(x.Serve, s))
	} else {
		arms := &node{kind: listKind, block: true}
		for _, arm := range x.Arms {
			arms.items = append(arms.items, armNode(arm, s))
		}
		n.put("arms", arms)
	}
	putTable(n, x.Table, s)
	putPast(n, x.Past, s)
	if s != short && x.Phase != 0 {
		n.put("phase", numberNode(strconv.Itoa(x.Phase)))
	}
	return n
}

func armNode(arm Arm, s style) *node {
	n := &node{kind: mapKind}
	if arm.Next {
		n.put("next", numberNode(percent(arm.PPM)))
		return n
	}
	n.put("name", textNode(arm.Name))
	n.put("share", numberNode(percent(arm.PPM)))
	n.put("flags", assignmentNode(arm.Flags, s))
	return n
}

// idNode writes a variation's id; people write true and false without quotes.
func idNode(id string, s style) *node {
	if s == short && (id == "true" || id == "false") {
		return boolNode(id == "true")
	}
	return textNode(id)
}

func ids(list []string, s style) *node {
	n := listNode()
	for _, id := range list {
		n.items = append(n.items, idNode(id, s))
	}
	return n
}

func texts(list []string) *node {
	n := listNode()
	for _, text := range list {
		n.items = append(n.items, textNode(text))
	}
	return n
}

func rawNodes(values []json.RawMessage) *node {
	n := listNode()
	for _, v := range values {
		n.items = append(n.items, rawNode(v))
	}
	return n
}

// rawNode reads a JSON value back into a node.
func rawNode(raw json.RawMessage) *node {
	docs, bad := readJSON(raw)
	if bad != nil || len(docs) != 1 {
		return &node{kind: nullKind}
	}
	return docs[0]
}

func putText(n *node, key, text string) {
	if text != "" {
		n.put(key, textNode(text))
	}
}

func putOptional(n *node, key string, text *string, quote bool) {
	if text != nil {
		n.put(key, &node{kind: textKind, text: *text, quote: quote})
	}
}
