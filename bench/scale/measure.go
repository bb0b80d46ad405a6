package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// figures are what was measured, in the order of measuring.
type figures struct {
	names  []string
	values map[string]float64
}

func (f *figures) add(name string, value float64) {
	if f.values == nil {
		f.values = map[string]float64{}
	}
	f.names, f.values[name] = append(f.names, name), value
}

func (f *figures) took(name string, d time.Duration) { f.add(name+", ms", float64(d)/1e6) }

// measure starts the server on a filled store and prints what it does there.
func measure(_ context.Context, o options) error {
	f := &figures{}
	if !isURL(o.store) {
		f.add("database, MB", megabytes(filepath.Join(o.store, "burgee.db")))
	}
	b, err := start(o.burgee, o.store)
	if err != nil {
		return err
	}
	defer b.Kill()
	f.took("start to ready", b.up)
	used := b.Usage()
	f.add("memory after the start, MB", float64(used.Resident)/1e6)
	f.add("memory at its highest, MB", float64(used.Peak)/1e6)
	time.Sleep(o.settle)
	used = b.Usage()
	f.add("memory "+o.settle.String()+" later, MB", float64(used.Resident)/1e6)
	for _, part := range []func(options, *burgee, *figures) error{pages, changes, fanout} {
		if err := part(o, b, f); err != nil {
			return err
		}
	}
	used = b.Usage()
	f.add("memory at the end, MB", float64(used.Resident)/1e6)
	f.add("memory at its highest in the end, MB", float64(used.Peak)/1e6)
	if err := b.Stop(); err != nil {
		return err
	}
	return f.print(o)
}

func (f *figures) print(o options) error {
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(f.values)
	}
	for _, name := range f.names {
		fmt.Printf("%-64s %10.1f\n", name, f.values[name])
	}
	return nil
}

func megabytes(file string) float64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / 1e6
}

const project = "/api/v1/projects/default"

// pages times what the dashboard and the command line read. The first call is
// told apart: it may load the project.
func pages(_ options, b *burgee, f *figures) error {
	flag := project + "/flags/" + flagKey(0)
	first, err := b.timed(http.MethodGet, project+"/flags", nil)
	if err != nil {
		return err
	}
	f.took("list of flags, first", first)
	for _, page := range []struct{ name, path string }{
		{"projects", "/api/v1/projects"},
		{"list of flags", project + "/flags"},
		{"flag", flag},
		{"flag's history, first page", project + "/changes?object=" + flagKey(0)},
		{"audit log, first page", project + "/changes"},
		{"audit log of an environment, first page", project + "/changes?environment=production"},
		{"audit log of a quiet environment, first page", project + "/changes?environment=" + quiet(b)},
		{"audit log of a person, first page", project + "/changes?actor=person-7@example.org"},
		{"audit log of nobody", project + "/changes?actor=nobody"},
		{"audit log of a kind, first page", project + "/changes?kind=flag"},
		{"revisions, first page", project + "/environments/production/revisions"},
		{"connections", project + "/connections"},
		{"export", project + "/export"},
	} {
		if err := repeat(b, f, page.name, page.path); err != nil {
			return err
		}
	}
	return deep(b, f)
}

// quiet is the key of the project's last environment.
func quiet(b *burgee) string {
	var p struct {
		Environments []struct{ Key string }
	}
	answer, err := b.Want(http.MethodGet, project, nil)
	if err != nil || json.Unmarshal(answer, &p) != nil || len(p.Environments) == 0 {
		return "production"
	}
	return p.Environments[len(p.Environments)-1].Key
}

const repeats = 5

func repeat(b *burgee, f *figures, name, path string) error {
	took := make([]time.Duration, repeats)
	for i := range took {
		var err error
		if took[i], err = b.timed(http.MethodGet, path, nil); err != nil {
			return err
		}
	}
	f.took(name, median(took))
	return nil
}

// deep goes to the 100th page of the flag's history and of the audit log, or to
// the last one that there is.
func deep(b *burgee, f *figures) error {
	for name, path := range map[string]string{
		"flag's history, 100th or last page": project + "/changes?object=" + flagKey(0),
		"audit log, 100th or last page":      project + "/changes?limit=50",
	} {
		at, before := path, int64(0)
		for range 99 {
			answer, err := b.Want(http.MethodGet, at, nil)
			if err != nil {
				return err
			}
			var page struct{ Next *int64 }
			if err := json.Unmarshal(answer, &page); err != nil {
				return err
			}
			if page.Next == nil || *page.Next == 0 {
				break
			}
			before = *page.Next
			at = fmt.Sprintf("%s&before=%d", path, before)
		}
		if err := repeat(b, f, name, at); err != nil {
			return err
		}
	}
	return nil
}

func (b *burgee) timed(method, path string, body any) (time.Duration, error) {
	began := time.Now()
	_, err := b.Want(method, path, body)
	return time.Since(began), err
}

// flip switches the first flag off or on.
func (b *burgee) flip(i int) (time.Duration, error) {
	return b.timed(http.MethodPost, project+"/flags/"+flagKey(0)+"/environments/production/"+[...]string{"off", "on"}[i%2], map[string]any{})
}

// changes times a switch, a file of one flag and a change of a flag's own
// fields, which is a revision of every environment.
func changes(_ options, b *burgee, f *figures) error {
	type change struct {
		name string
		do   func(i int) (time.Duration, error)
	}
	for _, c := range []change{
		{"switch a flag off or on", b.flip},
		{"apply a file of one flag", func(i int) (time.Duration, error) {
			text := fmt.Sprintf("apiVersion: burgee/v1\nproject: default\nflags:\n  %s: {type: boolean, environments: {production: {default: %t}}}\n", flagKey(1), i%2 == 0)
			return b.timed(http.MethodPost, project+"/apply", map[string]any{"text": text, "file": "one.yaml"})
		}},
		{"change a flag's tags, in all environments", func(i int) (time.Duration, error) {
			return b.timed(http.MethodPatch, project+"/flags/"+flagKey(2), map[string]any{"tags": []string{fmt.Sprintf("tag-%d", i)}})
		}},
	} {
		took := make([]time.Duration, 2*repeats)
		for i := range took {
			var err error
			if took[i], err = c.do(i); err != nil {
				return err
			}
		}
		f.took(c.name, median(took))
	}
	return nil
}

// fanout times a switch until every stream of its environment has it.
func fanout(o options, b *burgee, f *figures) error {
	if o.streams == 0 {
		return nil
	}
	id, size, err := snapshot(b)
	if err != nil {
		return err
	}
	f.add("snapshot, kB", float64(size)/1e3)
	arrived := make(chan time.Time, o.streams*(o.flips+1))
	ready := make(chan error, o.streams)
	var open sync.WaitGroup
	var connections []net.Conn
	for range o.streams {
		connection, err := net.Dial("tcp", b.Addr)
		if err != nil {
			return err
		}
		connections = append(connections, connection)
		open.Go(func() { follow(connection, id, ready, arrived) })
	}
	defer open.Wait()
	defer func() {
		for _, c := range connections {
			_ = c.Close()
		}
	}()
	for range connections {
		if err := <-ready; err != nil {
			return err
		}
	}
	var first, last []time.Duration
	for i := range o.flips {
		began := time.Now()
		if _, err := b.flip(i); err != nil {
			return err
		}
		for j := range connections {
			select {
			case at := <-arrived:
				if j == 0 {
					first = append(first, at.Sub(began))
				}
				if j == len(connections)-1 {
					last = append(last, at.Sub(began))
				}
			case <-time.After(30 * time.Second):
				return fmt.Errorf("change %d reached %d of %d streams in 30 s", i, j, o.streams)
			}
		}
	}
	f.took(fmt.Sprintf("a switch reaches the first of %d streams", o.streams), median(first))
	f.took(fmt.Sprintf("a switch reaches the last of %d streams", o.streams), median(last))
	f.took(fmt.Sprintf("a switch reaches the last of %d streams, worst", o.streams), slices.Max(last))
	return nil
}

// snapshot reads the id and the size of what a new program gets.
func snapshot(b *burgee) (id string, size int, err error) {
	request, err := http.NewRequest(http.MethodGet, "http://"+b.Addr+"/sdk/v1/snapshot", nil)
	if err != nil {
		return "", 0, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	body := bufio.NewReader(response.Body)
	n, err := body.WriteTo(discard{})
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("the snapshot: %s", response.Status)
	}
	return strings.Trim(response.Header.Get("ETag"), `"`), int(n), err
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// follow reads one stream of a program that was up to date at id.
func follow(connection net.Conn, id string, ready chan<- error, arrived chan<- time.Time) {
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
			arrived <- time.Now()
		}
	}
	if !opened {
		ready <- fmt.Errorf("a stream ended: %w", lines.Err())
	}
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}
