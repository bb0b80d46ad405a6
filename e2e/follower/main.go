// Command follower is a program that uses a flag, for the tests of what happens
// when its server cannot be heard. It prints a JSON line each 100 ms: what is
// served, how often it was asked meanwhile, and what the SDK knows about its
// connection.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

type line struct {
	SinceStart  int64 `json:"since_start_ms"`
	Value       bool  `json:"value"`
	Different   bool  `json:"different"` // the value changed within the 100 ms
	Evaluations int   `json:"evaluations"`
	Connected   bool  `json:"connected"`
	Stale       bool  `json:"stale"`
	Revision    int64 `json:"revision"`
}

func main() {
	began := time.Now()
	flag := os.Args[1]
	client, err := burgee.New(burgee.Options{Application: "follower", Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		slog.Error("options", "error", err)
		os.Exit(2)
	}
	defer client.Close()
	ctx, out := context.Background(), json.NewEncoder(os.Stdout)
	first := client.Bool(ctx, flag, false)
	report(out, client, began, first, false, 1) // before anything can have come over the network
	for {
		value, different, evaluations := client.Bool(ctx, flag, false), false, 0
		for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); evaluations++ {
			different = different || client.Bool(ctx, flag, false) != value
			time.Sleep(100 * time.Microsecond)
		}
		if !report(out, client, began, value, different, evaluations) {
			return // nobody reads any more
		}
	}
}

func report(out *json.Encoder, client *burgee.Client, began time.Time, value, different bool, evaluations int) bool {
	s := client.Status()
	return out.Encode(line{time.Since(began).Milliseconds(), value, different, evaluations, s.Connected, s.Stale, s.Revision}) == nil
}
