package store

import (
	"context"
	"encoding/json"
	"fmt"

	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
)

// callerJSON is an instance as it is stored.
type callerJSON struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	Platform    string `json:"platform"`
	SDK         string `json:"sdk"`
	Instance    string `json:"instance"`
	Address     string `json:"address"`
}

// pendingJSON is a pending instance as it is stored.
type pendingJSON struct {
	callerJSON
	Revision    int64 `json:"revision"`
	BehindSince int64 `json:"behindSince"`
	LastSeenAt  int64 `json:"lastSeenAt"`
	Direct      bool  `json:"direct"`
}

// SaveReceipts implements receipts.Sink.
func (s *Store) SaveReceipts(ctx context.Context, changes receipts.Changes) error {
	return s.add(ctx, func(q query) error {
		for _, r := range changes.Receipts {
			if err := putReceipt(q, r); err != nil {
				return err
			}
		}
		for _, o := range changes.Overrides {
			if err := putOverride(q, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// putReceipt keeps of what several servers say of a revision what knows most.
func putReceipt(q query, r receipts.Record) error {
	pending := make([]pendingJSON, 0, len(r.Pending))
	for _, p := range r.Pending {
		pending = append(pending, pendingJSON{callerJSON(p.Caller), p.Revision, p.BehindSince, p.LastSeenAt, p.Direct})
	}
	texts, err := encodeAll(r.Latencies, callerJSON(r.Slowest), pending)
	if err != nil {
		return err
	}
	return q.exec(`INSERT INTO receipt (environment_id, revision, committed_at, expected, applied, latencies, slowest_ms, slowest, pending)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (environment_id, revision) DO UPDATE SET committed_at = excluded.committed_at, expected = excluded.expected,
			applied = excluded.applied, latencies = excluded.latencies, slowest_ms = excluded.slowest_ms,
			slowest = excluded.slowest, pending = excluded.pending
		WHERE excluded.expected > receipt.expected OR excluded.expected = receipt.expected AND excluded.applied >= receipt.applied`,
		r.EnvironmentID, r.Revision, r.CommittedAt, r.Expected, r.Applied, texts[0], r.SlowestMs, texts[1], texts[2])
}

func putOverride(q query, o receipts.Override) error {
	if len(o.Flags) == 0 {
		return q.exec(`DELETE FROM instance_override WHERE environment_id = $1 AND instance = $2`, o.EnvironmentID, o.Caller.Instance)
	}
	texts, err := encodeAll(callerJSON(o.Caller), o.Flags)
	if err != nil {
		return err
	}
	return q.exec(`INSERT INTO instance_override (environment_id, instance, caller, flags, direct) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (environment_id, instance) DO UPDATE SET caller = excluded.caller, flags = excluded.flags, direct = excluded.direct`,
		o.EnvironmentID, o.Caller.Instance, texts[0], texts[1], oneIf(o.Direct))
}

// oneIf is a truth as stored.
func oneIf(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func encodeAll(values ...any) ([]string, error) {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("encode a receipt: %w", err)
		}
		texts = append(texts, string(data))
	}
	return texts, nil
}

const receiptColumns = `environment_id, revision, committed_at, expected, applied, latencies, slowest_ms, slowest, pending`

func scanReceipt(from scanner) (receipts.Record, error) {
	var r receipts.Record
	var latencies, slowest, pending string
	if err := from.Scan(&r.EnvironmentID, &r.Revision, &r.CommittedAt, &r.Expected, &r.Applied, &latencies, &r.SlowestMs, &slowest, &pending); err != nil {
		return receipts.Record{}, err
	}
	var by callerJSON
	var behind []pendingJSON
	if err := decodeAll([]string{latencies, slowest, pending}, &r.Latencies, &by, &behind); err != nil {
		return receipts.Record{}, err
	}
	r.Slowest = presence.Caller(by)
	for _, p := range behind {
		r.Pending = append(r.Pending, receipts.Pending{
			Caller: presence.Caller(p.callerJSON), Revision: p.Revision, BehindSince: p.BehindSince, LastSeenAt: p.LastSeenAt, Direct: p.Direct,
		})
	}
	return r, nil
}

func decodeAll(texts []string, into ...any) error {
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), into[i]); err != nil {
			return fmt.Errorf("decode a receipt: %w", err)
		}
	}
	return nil
}

// Receipt implements receipts.Sink.
func (s *Store) Receipt(ctx context.Context, environmentID, revision int64) (record receipts.Record, ok bool, err error) {
	err = s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			record, err = scanReceipt(from)
			ok = err == nil
			return err
		}, `SELECT `+receiptColumns+` FROM receipt WHERE environment_id = $1 AND revision = $2`, environmentID, revision)
	})
	return record, ok, err
}

// RecentReceipts implements receipts.Sink.
func (s *Store) RecentReceipts(ctx context.Context, each int) ([]receipts.Record, error) {
	var out []receipts.Record
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			r, err := scanReceipt(from)
			out = append(out, r)
			return err
		}, `SELECT `+receiptColumns+` FROM (
				SELECT r.*, ROW_NUMBER() OVER (PARTITION BY environment_id ORDER BY revision DESC) AS place FROM receipt r
			) AS ranked WHERE place <= $1 ORDER BY environment_id, revision`, each)
	})
	return out, err
}

// Overrides implements receipts.Sink.
func (s *Store) Overrides(ctx context.Context) ([]receipts.Override, error) {
	var out []receipts.Override
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var o receipts.Override
			var caller, flags string
			if err := from.Scan(&o.EnvironmentID, &caller, &flags, &o.Direct); err != nil {
				return err
			}
			var by callerJSON
			if err := decodeAll([]string{caller, flags}, &by, &o.Flags); err != nil {
				return err
			}
			o.Caller = presence.Caller(by)
			out = append(out, o)
			return nil
		}, `SELECT environment_id, caller, flags, direct FROM instance_override ORDER BY environment_id, instance`)
	})
	return out, err
}
