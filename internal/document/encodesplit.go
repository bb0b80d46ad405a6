package document

import "strconv"

// pastField holds the tables that a split had before, in what is stored.
const pastField = "past"

// putServe writes what is served with the fields that stand beside it.
func putServe(n *node, serve Serve, s style) {
	if len(serve.Shares) == 0 {
		n.put("serve", idNode(serve.Variation, s))
		putPast(n, serve.Past, s)
		return
	}
	n.put("serve", sharesNode(serve.Shares))
	putText(n, "by", serve.By)
	putOptional(n, "seed", serve.Seed, true)
	putTable(n, serve.Table, s)
	putPast(n, serve.Past, s)
}

func otherwiseNode(serve Serve, s style) *node {
	if len(serve.Shares) == 0 && (s != stored || serve.Past == nil) {
		return idNode(serve.Variation, s)
	}
	if s == short && serve.By == "" && serve.Seed == nil && serve.Table == nil {
		return sharesNode(serve.Shares)
	}
	n := &node{kind: mapKind}
	putServe(n, serve, s)
	return n
}

func sharesNode(shares []Share) *node {
	n := &node{kind: mapKind}
	for _, share := range shares {
		n.put(share.To, numberNode(percent(share.PPM)))
	}
	return n
}

func putTable(n *node, table []Cell, s style) {
	if table != nil {
		n.put("table", tableNode(table, s))
	}
}

func tableNode(table []Cell, s style) *node {
	cells := listNode()
	for _, c := range table {
		cells.items = append(cells.items, listNode(numberNode(strconv.Itoa(c.End)), idNode(c.To, s)))
	}
	return cells
}

func putPast(n *node, past [][]Cell, s style) {
	if s != stored || past == nil {
		return
	}
	tables := listNode()
	for _, table := range past {
		tables.items = append(tables.items, tableNode(table, s))
	}
	n.put(pastField, tables)
}
