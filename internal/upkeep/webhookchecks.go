package upkeep

import (
	"context"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/webhook"
)

// checkWebhooks looks for receivers that were not told what changed.
func (e *examination) checkWebhooks(ctx context.Context) (string, error) {
	rows, err := e.store.AllWebhooks(ctx)
	if err != nil {
		return "", err
	}
	opens, err := e.opener(ctx)
	if err != nil {
		return "", err
	}
	for _, row := range rows {
		name := fmt.Sprintf("the webhook %q of project %s", row.Name, row.Project)
		if err := opens(row); err != nil {
			e.find(Problem, fmt.Sprintf("what is sealed of %s does not open", name), "nothing is sent there",
				"Give it its address again (burgee webhook update --address) and another secret (burgee webhook rotate), or delete it")
		}
		if !row.Enabled {
			continue
		}
		e.checkWaiting(row, name)
		if err := e.checkGivenUp(ctx, row, name); err != nil {
			return "", err
		}
	}
	return counted(len(rows), "webhook", "webhooks"), nil
}

// opener opens what is sealed of a webhook, where the key is at hand.
func (e *examination) opener(ctx context.Context) (func(webhook.Row) error, error) {
	none := func(webhook.Row) error { return nil }
	if e.o.Secret.IsZero() {
		return none, nil
	}
	w, found, err := e.store.DataKey(ctx)
	if err != nil || !found {
		return none, err
	}
	box, err := e.o.Secret.Unwrap(w)
	if err != nil {
		return none, nil //nolint:nilerr // checkSecrets says so
	}
	return func(row webhook.Row) error { return row.Opens(box) }, nil
}

func (e *examination) checkWaiting(row webhook.Row, name string) {
	p := row.Progress
	look := fmt.Sprintf("See burgee webhook deliveries %s --project %s, and mend the receiver or the address; what waits is sent by itself", row.Name, row.Project)
	switch {
	case row.State() == webhook.Failing:
		e.find(Warning, fmt.Sprintf("%s has failed since %s: %s; %s", name, time.UnixMilli(p.FailingSince).UTC().Format("2006-01-02 15:04 UTC"), p.Problem, waiting(int64(p.Pending)+p.Behind)),
			"the receiver is not told what changes; a message is given up after a week", look)
	case p.Odd > 0:
		e.find(Warning, fmt.Sprintf("%s has not taken %s, tried three times and more", name, counted(p.Odd, "message", "messages")),
			"a message is given up after a week", look)
	}
}

func waiting(n int64) string {
	if n == 1 {
		return "1 message waits"
	}
	return fmt.Sprintf("%d messages wait", n)
}

func (e *examination) checkGivenUp(ctx context.Context, row webhook.Row, name string) error {
	lost, err := e.store.Deliveries(ctx, row.ID, webhook.DeliveryQuery{State: webhook.Failed, Limit: lookedAt})
	if err != nil || len(lost) == 0 {
		return err
	}
	e.find(Warning, fmt.Sprintf("%s was not told of %s in the last two weeks, the newest of %s", name, counted(len(lost), "change", "changes"), time.UnixMilli(lost[0].CreatedAt).UTC().Format(time.DateOnly)),
		"they were given up after a week of attempts", fmt.Sprintf("See burgee webhook deliveries %s --project %s --state failed; burgee webhook redeliver sends one again", row.Name, row.Project))
	return nil
}
