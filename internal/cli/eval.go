package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

type evalOptions struct {
	connection
	flag, project, environment, file string
	context, now, def                string
	asJSON, explain                  bool

	moment
	user string // of why: short for a context

	nowMS int64 // 0 is the present
}

func newEval(stdio Stdio) *cobra.Command {
	var o evalOptions
	cmd := &cobra.Command{
		Use:   "eval FLAG",
		Short: "Say what a flag serves to a context, and why",
		Long: `Evaluate a flag for a context, on the server or, with -f, from a file alone.

The context is one JSON object, or a text that is the targeting key; @FILE reads it
from a file. With --context - each line of standard input is a context and each line
of output its answer.`,
		Example: `  burgee eval Flags.isHoliday --environment production --context '{"targetingKey":"alice"}' --explain
  burgee eval Flags.isHoliday --environment production --context '{"app":{"version":"2.1"}}' --json
  burgee eval Flags.isHoliday -f flags.yaml --environment production --context - --json < contexts.ndjson`,
		Args: exactly("FLAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.flag = args[0]
			return runEval(cmd.Context(), stdio, o)
		},
	}
	o.connection.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "a file instead of the server")
	f.StringVar(&o.context, "context", "{}", "the context: JSON, a targeting key, @FILE, or - for a line each on standard input")
	f.StringVar(&o.now, "now", "", "evaluate as at this time: 2027-03-31T08:00:00Z, or milliseconds since 1970")
	f.StringVar(&o.def, "default", "", "the program's own default as JSON, for where it is served")
	f.BoolVar(&o.explain, "explain", false, "show each step, the clause that failed and the value it saw")
	o.moment.bind(cmd)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func newWhy(stdio Stdio) *cobra.Command {
	o := evalOptions{explain: true}
	cmd := &cobra.Command{
		Use:   "why FLAG",
		Short: "Say what somebody gets of a flag, or got at any time, and why",
		Long: `Say what somebody gets of a flag and each step that led there. With --at, what they got
then: the server looks up which revision was in force and evaluates it by the clock of
then. With --revision, what that revision gives.`,
		Example: `  burgee why Flags.isHoliday -e production --user alice
  burgee why Flags.isHoliday -e production --user alice --at "2026-11-24 14:00"
  burgee why Flags.isHoliday -e production --context '{"targetingKey":"alice","country":"DE"}' --revision 812`,
		Args: exactly("FLAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.flag = args[0]
			if o.user != "" && o.context != "{}" {
				return usageError{fmt.Errorf("--user is short for a --context; say one of them")}
			}
			if o.user != "" { // a key may begin as a file or JSON does
				o.context = string(contextOfKey(o.user))
			}
			return runEval(cmd.Context(), stdio, o)
		},
	}
	o.connection.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	cmd.Flags().StringVar(&o.user, "user", "", "who: a targeting key")
	cmd.Flags().StringVar(&o.context, "context", "{}", "who in full: JSON, or @FILE")
	o.moment.bind(cmd)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// evaluator answers one context with a detail in JSON, the same whether the
// server or a file gives it.
type evaluator func(ctx context.Context, raw json.RawMessage) (json.RawMessage, error)

func runEval(ctx context.Context, stdio Stdio, o evalOptions) error {
	if o.file == "-" && o.context == "-" {
		return fault.New(fault.Invalid, "two_inputs", "-f - and --context - cannot both read standard input")
	}
	if err := o.settle(); err != nil {
		return err
	}
	if err := o.moment.settle(time.Now()); err != nil {
		return err
	}
	if o.file != "" && o.moment.given() {
		return fault.New(fault.Invalid, "file_has_no_past", "a file alone has no past; --at and --revision ask the server")
	}
	ask, err := o.evaluator(ctx, stdio)
	if err != nil {
		return err
	}
	if o.context == "-" {
		return o.each(ctx, stdio, ask)
	}
	raw, err := contextOf(o.context)
	if err != nil {
		return err
	}
	return o.one(ctx, stdio, ask, raw)
}

// settle checks the options that hold values of their own.
func (o *evalOptions) settle() error {
	if o.def != "" && !json.Valid([]byte(o.def)) {
		return fault.New(fault.Invalid, "default_malformed", "--default takes JSON, such as false or '\"blue\"', not %s", o.def)
	}
	if o.now == "" {
		return nil
	}
	if ms, err := strconv.ParseInt(o.now, 10, 64); err == nil {
		o.nowMS = ms
		return nil
	}
	at, err := time.Parse(time.RFC3339, o.now)
	if err != nil {
		return fault.New(fault.Invalid, "now_malformed", "--now takes 2027-03-31T08:00:00Z or milliseconds since 1970, not %q", o.now)
	}
	o.nowMS = at.UnixMilli()
	return nil
}

func (o *evalOptions) evaluator(ctx context.Context, stdio Stdio) (evaluator, error) {
	if o.file != "" {
		return o.fromFile(stdio)
	}
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
		return client.Evaluate(ctx, project, environment, apiclient.EvaluateRequest{
			Flag: o.flag, Context: raw, Now: o.nowMS, Explain: o.explain, At: o.atMS, Revision: o.revision,
		})
	}, nil
}

// contextOf reads --context: JSON, a file that holds it, or a targeting key.
func contextOf(text string) (json.RawMessage, error) {
	if name, ok := strings.CutPrefix(text, "@"); ok {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, fault.New(fault.Invalid, "context_unreadable", "the context cannot be read: %v", err)
		}
		text = string(raw)
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		return contextOfKey(text), nil
	}
	return checkedContext([]byte(text), "the context")
}

// contextOfKey is a context of a targeting key and nothing else.
func contextOfKey(key string) json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"targetingKey": key}) // texts always can be
	return raw
}

func checkedContext(raw []byte, what string) (json.RawMessage, error) {
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, fault.New(fault.Invalid, "context_malformed",
			"%s is no JSON object: %v; write one such as {\"targetingKey\":\"alice\"}", what, err)
	}
	return raw, nil
}

// each answers every line of standard input.
func (o *evalOptions) each(ctx context.Context, stdio Stdio, ask evaluator) error {
	lines := bufio.NewReader(stdio.In)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			raw, bad := checkedContext(text, fmt.Sprintf("line %d of the contexts", number))
			if bad != nil {
				return bad
			}
			if bad := o.one(ctx, stdio, ask, raw); bad != nil {
				return bad
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the contexts: %w", err)
		}
	}
}

// one answers one context.
func (o *evalOptions) one(ctx context.Context, stdio Stdio, ask evaluator, raw json.RawMessage) error {
	detail, err := ask(ctx, raw)
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(detail, &a); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	a.complete(o)
	if o.asJSON {
		return printJSON(stdio.Out, a)
	}
	a.print(stdio.Out, o.def != "")
	return nil
}
