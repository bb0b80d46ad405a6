package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// fanout times changes until the streams of programs have them. Programs are in
// several environments, as those of several teams are.
func (t *table) fanout(o options) error {
	if o.streams == 0 {
		return nil
	}
	one := make([]string, len(t.subjects))
	all := make([]string, len(t.subjects))
	for i, s := range t.subjects {
		var err error
		if one[i], all[i], err = s.fanout(o); err != nil {
			return fmt.Errorf("%s, streams: %w", s.name, err)
		}
	}
	t.add(fmt.Sprintf("a switch to the last stream of its environment, %d of %d streams, p50 · p99 · worst, ms", o.streams/o.places, o.streams), one)
	t.add(fmt.Sprintf("a flag's tags to the last of %d streams of %d environments, p50 · p99 · worst, ms", o.streams, o.places), all)
	return nil
}

func (s *subjectOf) fanout(o options) (one, all string, err error) {
	if err := s.findPlaces(o.places); err != nil {
		return "", "", err
	}
	for _, k := range s.keys { // what an earlier run has left may be the state that comes first
		if _, err := s.flip(0, k.environment, 1); err != nil {
			return "", "", err
		}
	}
	streams := &streams{arrived: make(chan time.Time, o.streams), ids: map[string]string{}}
	defer streams.close()
	for i := range o.streams {
		if err := streams.open(s.burgee, s.keys[i%len(s.keys)].key); err != nil {
			return "", "", err
		}
	}
	var switches, tags []time.Duration
	for i := range o.flips {
		at := i % len(s.keys)
		began := time.Now()
		if _, err := s.flip(0, s.keys[at].environment, i/len(s.keys)); err != nil {
			return "", "", err
		}
		last, err := streams.await(o.streams / len(s.keys))
		if err != nil {
			return "", "", err
		}
		switches = append(switches, last.Sub(began))
	}
	for range o.flips {
		began := time.Now()
		if _, err := s.retag(); err != nil {
			return "", "", err
		}
		last, err := streams.await(o.streams)
		if err != nil {
			return "", "", err
		}
		tags = append(tags, last.Sub(began))
	}
	return spread(switches), spread(tags), nil
}

// findPlaces gives keys to programs in n environments of the project.
func (s *subjectOf) findPlaces(n int) error {
	var p struct {
		Environments []struct{ Key string }
	}
	answer, err := s.Want(http.MethodGet, project, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, &p); err != nil {
		return err
	}
	if len(p.Environments) < n {
		return fmt.Errorf("the project has %d environments", len(p.Environments))
	}
	for _, e := range p.Environments[:n] {
		var made struct{ Key string }
		answer, err := s.Want(http.MethodPost, project+"/environments/"+e.Key+"/keys", map[string]any{"kind": "server", "name": "scale"})
		if err != nil {
			return err
		}
		if err := json.Unmarshal(answer, &made); err != nil {
			return err
		}
		s.keys = append(s.keys, place{e.Key, made.Key})
	}
	return nil
}

// streams are connections of programs, each with the newest snapshot.
type streams struct {
	arrived     chan time.Time
	connections []net.Conn
	readers     sync.WaitGroup
	ids         map[string]string // of snapshots, by key
}

// open connects a program that has the snapshot of its environment, and waits
// until the server has told it that there is no newer one.
func (c *streams) open(b *burgee, key string) error {
	if c.ids[key] == "" {
		var err error
		if c.ids[key], err = snapshot(b, key); err != nil {
			return err
		}
	}
	connection, err := net.Dial("tcp", b.Addr)
	if err != nil {
		return err
	}
	c.connections = append(c.connections, connection)
	ready := make(chan error, 1)
	c.readers.Go(func() { c.follow(connection, key, c.ids[key], ready) })
	return <-ready
}

// snapshot is the id of what a new program gets.
func snapshot(b *burgee, key string) (id string, err error) {
	request, err := http.NewRequest(http.MethodGet, "http://"+b.Addr+"/sdk/v1/snapshot", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return "", err
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		switch { // a key that was just made may not be known yet
		case response.StatusCode == http.StatusOK:
			return strings.Trim(response.Header.Get("ETag"), `"`), nil
		case time.Now().After(end):
			return "", fmt.Errorf("the snapshot: %s", response.Status)
		}
	}
}

// follow reads one stream of a program that was up to date at id.
func (c *streams) follow(connection net.Conn, key, id string, ready chan<- error) {
	_, err := fmt.Fprintf(connection, "GET /sdk/v1/stream HTTP/1.1\r\nHost: scale\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n"+
		"Burgee-Application: scale\r\nBurgee-Sdk: scale/1\r\nBurgee-Delta: 1\r\nLast-Event-ID: %s\r\n\r\n", key, id)
	if err != nil {
		ready <- err
		return
	}
	lines := bufio.NewScanner(connection)
	lines.Buffer(make([]byte, 0, 4096), 64<<20)
	opened := false
	for lines.Scan() {
		kind, isEvent := strings.CutPrefix(lines.Text(), "event: ")
		switch {
		case !opened && strings.HasPrefix(lines.Text(), "HTTP/1.1 ") && !strings.HasPrefix(lines.Text(), "HTTP/1.1 200"):
			ready <- fmt.Errorf("a stream: %s", lines.Text())
			return
		case !isEvent:
		case !opened:
			opened = true
			ready <- nil
		case kind == "delta" || kind == "full":
			c.arrived <- time.Now()
		}
	}
	if !opened {
		ready <- fmt.Errorf("a stream ended: %w", lines.Err())
	}
}

func (c *streams) close() {
	for _, connection := range c.connections {
		_ = connection.Close()
	}
	c.readers.Wait()
}

// await waits for so many arrivals and returns the last one's time.
func (c *streams) await(n int) (last time.Time, err error) {
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for i := range n {
		select {
		case last = <-c.arrived:
		case <-patience.C:
			return last, fmt.Errorf("a change reached %d of %d streams in a minute", i, n)
		}
	}
	return last, nil
}
