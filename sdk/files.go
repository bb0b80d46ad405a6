package burgee

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"burgee.dev/burgee/sdk/internal/stored"
	"burgee.dev/burgee/sdk/ruleset"
)

// storeInterval is the shortest time between two writes of the stored snapshot.
const storeInterval = 5 * time.Second

// loadFiles serves the newer of the bundle and the stored snapshot until the
// server is heard. It is the only I/O that New does.
func (c *Client) loadFiles() {
	if err := c.set.cacheErr; err != nil && c.setCacheError(err) {
		c.warnCache(err)
	}
	bundle, bundled := c.load(c.set.bundle, sourceBundle)
	disk, kept := c.load(c.set.cache, sourceDisk)
	c.applying.Lock()
	defer c.applying.Unlock()
	switch {
	case kept && !(bundled && supersedes(bundle, disk)):
		c.publish(disk.Replica, sourceDisk, disk.Written)
	case bundled:
		c.publish(bundle.Replica, sourceBundle, bundle.Written)
	default:
		return
	}
	c.unconfirmed = true
	c.log.Info("burgee: serving a stored configuration until the server is heard",
		"source", c.current.Load().source, "revision", c.revision())
}

// supersedes says whether a bundle is served rather than the stored file. A
// bundle of another environment is not: the stored file is what the key opened.
func supersedes(bundle, disk stored.Snapshot) bool {
	b, d := bundle.Replica.Document().Header(), disk.Replica.Document().Header()
	return sameEnvironment(b, d) && b.Newer(d)
}

// load reads a file. One that is not usable is said, counted and passed over.
func (c *Client) load(path, source string) (snapshot stored.Snapshot, ok bool) {
	if path == "" {
		return stored.Snapshot{}, false
	}
	snapshot, err := stored.Load(path, c.set.trust)
	absent := errors.Is(err, fs.ErrNotExist)
	switch {
	case err == nil:
		return snapshot, true
	case absent && source == sourceDisk:
		return stored.Snapshot{}, false
	case errors.Is(err, stored.ErrUnfit):
		c.corrupt.Add(1)
	}
	if source == sourceBundle {
		c.log.Error("burgee: the bundle cannot be used", "file", path, "error", err)
		c.bundleErr = err
		return stored.Snapshot{}, false
	}
	c.log.Warn("burgee: the stored configuration cannot be used; it will be replaced", "file", path, "error", err)
	return stored.Snapshot{}, false
}

// keepStored writes what the server sends to the disk, at most once in
// storeInterval, until ctx ends, and then what is left.
func (c *Client) keepStored(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			c.store()
			return
		case <-c.unsaved:
			c.store()
		}
		wait(ctx, storeInterval)
	}
}

// store writes the newest configuration that came from the server. A disk that
// does not take it is no trouble for anyone but the next start: it is said once.
func (c *Client) store() {
	c.applying.Lock()
	document, obsolete := c.toStore, c.obsolete
	c.toStore = nil
	c.applying.Unlock()
	if document == nil {
		return
	}
	_, err := stored.Save(c.set.cache, document, c.set.trust, obsolete)
	if errors.Is(err, stored.ErrBusy) {
		c.storeAgain(document)
		return
	}
	if c.setCacheError(err) {
		c.warnCache(err)
	}
}

func (c *Client) warnCache(err error) {
	c.log.Warn("burgee: the configuration cannot be stored, so that a start without the server would serve the defaults in the code; "+
		`set BURGEE_CACHE_DIR to a folder that can be written, or to "off"`, "file", c.set.cache, "error", err)
}

func (c *Client) storeAgain(document *ruleset.Document) {
	c.applying.Lock()
	defer c.applying.Unlock()
	if c.toStore == nil {
		c.toStore = document
	}
	select {
	case c.unsaved <- struct{}{}:
	default:
	}
}

// setCacheError notes how storing went, and reports whether that is the first
// time that it went wrong.
func (c *Client) setCacheError(err error) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	first = err != nil && !c.cacheErrSaid
	c.cacheErrSaid = c.cacheErrSaid || first
	c.cacheErr = err
	return first
}
