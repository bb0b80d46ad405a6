package store

import (
	"context"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/nodes"
)

// Nodes implements nodes.Store.
func (s *Store) Nodes(ctx context.Context, id string) (others []nodes.Node, known bool, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var n nodes.Node
			var age int64
			if err := from.Scan(&n.ID, &n.Name, &n.SecretKey, &n.Asks, &n.Newest, &age); err != nil {
				return err
			}
			n.Age = time.Duration(age) * time.Millisecond
			switch {
			case n.ID == id:
				known = true
			case n.Age < nodes.Kept:
				others = append(others, n)
			}
			return nil
		}, fmt.Sprintf(`SELECT id, name, secret_key, asks, newest, %s - beat FROM node ORDER BY id`, s.engine.now()))
	})
	return others, known, err
}

// Told implements nodes.Store.
func (s *Store) Told(ctx context.Context, id string, after int64) (entries []nodes.Entry, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var e nodes.Entry
			var age int64
			var body string
			if err := from.Scan(&e.Number, &age, &body); err != nil {
				return err
			}
			e.Age, e.Body = time.Duration(age)*time.Millisecond, []byte(body)
			entries = append(entries, e)
			return nil
		}, fmt.Sprintf(`SELECT number, %s - at, body FROM node_news WHERE node = $1 AND number > $2 ORDER BY number`, s.engine.now()), id, after)
	})
	return entries, err
}

// Tell implements nodes.Store.
func (s *Store) Tell(ctx context.Context, self nodes.Node, body []byte) error {
	now := s.engine.now()
	return s.add(ctx, func(q query) error {
		if body != nil {
			if err := q.exec(fmt.Sprintf(`INSERT INTO node_news (node, number, at, body) VALUES ($1, $2, %s, $3)
				ON CONFLICT (node, number) DO NOTHING`, now), self.ID, self.Newest, string(body)); err != nil {
				return err
			}
			if err := q.exec(fmt.Sprintf(`DELETE FROM node_news WHERE node = $1 AND at < %s - $2`, now), self.ID, nodes.Told.Milliseconds()); err != nil {
				return err
			}
		}
		return q.exec(fmt.Sprintf(`INSERT INTO node (id, beat, asks, newest, name, secret_key) VALUES ($1, %s, $2, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, asks = excluded.asks, newest = excluded.newest`, now),
			self.ID, self.Asks, self.Newest, self.Name, self.SecretKey)
	})
}

// Leave implements nodes.Store.
func (s *Store) Leave(ctx context.Context, id string) error {
	return s.add(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM node_news WHERE node = $1`, id); err != nil {
			return err
		}
		return q.exec(`DELETE FROM node WHERE id = $1`, id)
	})
}
