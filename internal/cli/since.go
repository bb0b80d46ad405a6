package cli

import (
	"context"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

// since is a filter of history by time.
type since struct{ from, until string }

func (s *since) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.from, "since", "", `only what is newer: 90m, 1h or 7d ago, or a time such as "2026-11-24 14:00"`)
	cmd.Flags().StringVar(&s.until, "until", "", "only what is older, in the same forms")
}

func (s since) given() bool { return s.from != "" || s.until != "" }

// window reads both ends, in milliseconds.
func (s since) window(now time.Time) (from, until int64, err error) {
	read := func(option, text string, otherwise int64) int64 {
		if text == "" || err != nil {
			return otherwise
		}
		at, ok := momentOf(text, now)
		if !ok {
			err = fault.New(fault.Invalid, "moment_malformed", `%s takes a time ago such as 90m or 7d, or a time such as "2026-11-24 14:00", not %q`, option, text)
		}
		return at.UnixMilli()
	}
	from = read("--since", s.from, 0)
	until = read("--until", s.until, now.UnixMilli()+1)
	if err == nil && from > until {
		err = fault.New(fault.Invalid, "moment_malformed", "--since is after --until")
	}
	return from, until, err
}

// changesIn reads the entries of a time, newest first, page by page until they are
// older; raw is what the server says of them.
func changesIn(ctx context.Context, client *apiclient.Client, project string, filter apiclient.ChangeFilter, from, until int64) (changes []apiclient.Change, raw json.RawMessage, err error) {
	all := struct {
		Items []json.RawMessage `json:"items"`
	}{[]json.RawMessage{}}
	filter.Limit = 200
	for more := true; more; {
		page, answer, err := client.Changes(ctx, project, filter)
		if err != nil {
			return nil, nil, err
		}
		var said struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(answer, &said); err != nil {
			return nil, nil, err
		}
		more = len(page) == filter.Limit
		for i, c := range page {
			filter.Before, more = c.ID, more && c.At >= from
			if c.At >= from && c.At < until {
				changes, all.Items = append(changes, c), append(all.Items, said.Items[i])
			}
		}
	}
	raw, err = json.Marshal(all)
	return changes, raw, err
}
