package storetest

import (
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// longTransaction writes more than an engine gathers before it runs it.
func longTransaction(t *testing.T, s Store) {
	const entries = 2500
	projectID, environmentID := project(t, s)
	c := catalog.ChangeRow{
		ProjectID: projectID, EnvironmentID: environmentID, Author: catalog.Author{Kind: account.Member, ID: "m", Name: "ann"},
		Kind: document.ConfigurationKind, Object: "x", Action: catalog.ActionUpdate,
		BeforeSalt: []byte{1}, AfterSalt: []byte{2}, BeforeHash: []byte{3}, AfterHash: []byte{4}, PrevHash: []byte{5},
	}
	stands := func(p catalog.ProjectRow) []int64 {
		return []int64{p.ChainSeq, int64(len(p.ChainHash)), int64(p.ChainHash[0]), p.Environments[0].Revision}
	}
	write(t, s, func(tx catalog.Tx) error {
		for n := range int64(entries) {
			c.Seq, c.Hash = n+1, []byte{byte(n)}
			id, err := tx.AppendChange(c)
			if err != nil {
				return err
			}
			if id <= c.ID {
				t.Fatalf("entry %d has the id %d, the one before %d", c.Seq, id, c.ID)
			}
			revision, err := tx.RaiseRevision(environmentID)
			if err != nil {
				return err
			}
			equal(t, n+2, revision)
			if err := tx.LinkRevision(environmentID, revision, id); err != nil {
				return err
			}
			c.ID = id
			if n != 1700 {
				continue
			}
			p, err := tx.Project("p")
			if err != nil {
				return err
			}
			equal(t, []int64{1701, 1, 1700 & 0xff, 1702}, stands(p))
		}
		return nil
	})
	read(t, s, func(r catalog.Reader) error {
		p, err := r.Project("p")
		if err != nil {
			return err
		}
		const last = entries - 1
		equal(t, []int64{entries, 1, last & 0xff, entries + 1}, stands(p))
		newest, err := r.Changes(catalog.ChangeQuery{ProjectID: projectID, Limit: 1})
		if err == nil && (len(newest) != 1 || newest[0].ID != c.ID || newest[0].Revisions["production"] != entries+1) {
			t.Errorf("the newest entry is %+v", newest)
		}
		return err
	})
}
