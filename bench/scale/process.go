package main

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/bench/subject"
)

const (
	token = "bgp_scale0000000000000000000000000000000000"
	key   = "bgs_scale0000000000000000000000000000000000"

	secretKey = "YSBrZXkgdGhhdCBrZWVwcyBub3RoaW5nIHNlY3JldCE="
)

// burgee is a running server.
type burgee struct {
	*subject.Process
	up time.Duration // from its start to a 200 of /readyz
}

// isURL tells a database from a folder.
func isURL(store string) bool { return strings.Contains(store, "://") }

// start runs the binary on a store until it is ready.
func start(binary, store string) (*burgee, error) {
	addr, err := subject.FreeAddress()
	if err != nil {
		return nil, err
	}
	env := []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_SERVER_KEY=" + key, "BURGEE_SECRET_KEY=" + secretKey}
	if isURL(store) {
		env = append(env, "BURGEE_STORE="+store)
		store = filepath.Join(os.TempDir(), "burgee-scale-"+strings.ReplaceAll(addr, ":", "-"))
	}
	began := time.Now()
	process, err := subject.Start(subject.Program{
		Binary: binary, Args: []string{"serve", "--addr", addr, "--ops-addr", "", "--log-level", "warn", "--data", store},
		Env: env, Addr: addr, Token: token,
	})
	if err != nil {
		return nil, err
	}
	err = process.Await("/readyz", 10*time.Minute)
	return &burgee{process, time.Since(began)}, err
}
