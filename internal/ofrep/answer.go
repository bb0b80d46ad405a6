package ofrep

import (
	"strconv"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/ingest"
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

// appendFlag evaluates one flag, counts it, and appends its item; ok is false
// when the item is a failure. Keys, ids and reasons are of an alphabet that
// needs no escaping in JSON. An item of many says no revision: providers compare
// items to tell what has changed, and an answer without a change shall be the
// same bytes.
func (a *API) appendFlag(body []byte, c *caller, info delivery.FlagInfo, now int64, alone bool) (answer []byte, ok bool) {
	result := c.pass.State.Snapshot.Evaluate(info.Key, c.context, now)
	a.count(c, info.Key, result)
	native := result.Reason().String()
	body = append(body, `{"key":"`...)
	body = append(body, info.Key...)
	if result.Reason() == eval.Error {
		body = append(body, `","errorCode":"GENERAL","errorDetails":"The flag cannot be evaluated; open it in the dashboard to see why"`...)
		return appendMetadata(body, c, native, alone), false
	}
	body = append(body, `","reason":"`...)
	body = append(body, reasonOf(result, info.Plain)...)
	body = append(body, '"')
	if value, served := result.Raw(); served {
		// The stored literal, not a number read and written again: 1.0 of a
		// double flag must not go out as 1.
		body = append(append(body, `,"value":`...), value...)
	}
	variant, _ := result.Variation()
	body = append(body, `,"variant":"`...)
	body = append(body, variant...)
	body = append(body, '"')
	return appendMetadata(body, c, native, alone), true
}

func appendMetadata(body []byte, c *caller, native string, alone bool) []byte {
	body = append(body, `,"metadata":{"reason":"`...)
	body = append(body, native...)
	body = append(body, '"')
	if alone {
		body = append(body, `,"revision":`...)
		body = strconv.AppendInt(body, c.pass.State.Revision(), 10)
	}
	return append(body, "}}"...)
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

func (a *API) count(c *caller, key string, result eval.Result) {
	count := ingest.Count{Flag: key, Reason: result.Reason().String()}
	count.Variation, _ = result.Variation()
	count.Experiment, count.Arm, _, _ = result.Experiment()
	a.counter.Served(c.pass.State.EnvironmentID, c.app, count)
}
