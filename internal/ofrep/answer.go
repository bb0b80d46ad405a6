package ofrep

import (
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/eval"
)

// The protocol's reasons that this server sends: those that every provider
// knows.
const (
	reasonStatic   = "STATIC"
	reasonDefault  = "DEFAULT"
	reasonTargeted = "TARGETING_MATCH"
	reasonSplit    = "SPLIT"
	reasonDisabled = "DISABLED"
)

// appendItem counts a result and appends its item; ok is false when the item is a
// failure. An item of many says no revision: providers compare items to tell what
// has changed, and an answer without a change shall be the same bytes.
func (a *API) appendItem(body []byte, c *caller, key string, result eval.Result, alone bool) (answer []byte, ok bool) {
	n, known := result.OutcomeNumber()
	if !known {
		panic("ofrep: evaluated a flag that is not in the snapshot: " + key)
	}
	if c.tally != nil {
		c.tally.Add(n)
	} else {
		a.counter.Served(c.pass.State.EnvironmentID, c.app, c.sheet.countOf(n))
	}
	i := c.sheet.item(key, result, n)
	body = append(body, i.text...)
	if alone {
		body = append(body, c.sheet.revision...)
	}
	return append(body, "}}"...), !i.failed
}

// newItem writes the item of a flag with a result. Keys, ids and reasons are of an
// alphabet that needs no escaping in JSON.
func newItem(info delivery.FlagInfo, result eval.Result) *item {
	text := append(append([]byte(`{"key":"`), info.Key...), '"')
	failed := result.Reason() == eval.Error
	if failed {
		text = append(text, `,"errorCode":"GENERAL","errorDetails":"The flag cannot be evaluated; open it in the dashboard to see why"`...)
	} else {
		text = appendServed(text, info, result)
	}
	text = append(append(text, `,"metadata":{"reason":"`...), result.Reason().String()...)
	return &item{text: append(text, '"'), failed: failed}
}

func appendServed(text []byte, info delivery.FlagInfo, result eval.Result) []byte {
	text = append(append(append(text, `,"reason":"`...), reasonOf(result, info.Plain)...), '"')
	if value, served := result.Raw(); served {
		// The stored literal, not a number read and written again: 1.0 of a
		// double flag must not go out as 1.
		text = append(append(text, `,"value":`...), value...)
	}
	variant, _ := result.Variation()
	return append(append(append(text, `,"variant":"`...), variant...), '"')
}

// reasonOf maps a native result to the protocol. Without a variation the
// program's own default is to be used: that is DISABLED, the one reason with
// which every provider takes an answer that has no value.
func reasonOf(result eval.Result, plain bool) string {
	if _, served := result.Variation(); !served {
		return reasonDisabled
	}
	if result.Split() {
		return reasonSplit
	}
	switch result.Reason() {
	case eval.Target, eval.Rule, eval.Experiment:
		return reasonTargeted
	case eval.Off:
		return reasonStatic // not DISABLED: the Go provider drops that one's value
	case eval.Default:
		if plain {
			return reasonStatic
		}
	}
	return reasonDefault
}
