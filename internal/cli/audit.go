package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/fault"
)

func newAudit(stdio Stdio) *cobra.Command {
	return group("audit", "Export the audit log, and check it", newAuditExport(stdio), newAuditVerify(stdio))
}

type auditOptions struct {
	connection
	project, file, head string
	format              string
	filter              apiclient.ChangeFilter
	asJSON              bool
}

func newAuditExport(stdio Stdio) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print the audit log, one JSON object a line",
		Long: `Print each change with who, when, why, the whole object before and after, and the
hashes that chain it to the change before. burgee audit verify checks the file on any
machine, without a server. --format csv prints a table for a spreadsheet, in which a cell
that would be a formula begins with an apostrophe; it cannot be verified. Nor can what
--environment, --object, --kind and --by select: these print it as burgee history --json
has it, oldest first.`,
		Example: `  burgee audit export > audit.ndjson
  burgee audit export --project shop > shop-audit.ndjson
  burgee audit export --format csv > audit.csv
  burgee audit export --format csv -e production --by ann@corp.example`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.format != "ndjson" && o.format != "csv" {
				return usageError{fmt.Errorf("--format takes ndjson or csv, not %q", o.format)}
			}
			client, err := o.client(stdio)
			if err != nil {
				return err
			}
			return client.ExportAudit(cmd.Context(), projectOr(stdio, o.project), o.format, o.filter, stdio.Out)
		},
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "ndjson", "ndjson, or csv")
	// Not from BURGEE_ENVIRONMENT: a part must not pass for the whole.
	f.StringVarP(&o.filter.Environment, "environment", "e", "", "only the changes of this environment")
	f.StringVar(&o.filter.Object, "object", "", "only those of this object, such as a flag")
	f.StringVar(&o.filter.Kind, "kind", "", "only this kind, as of burgee history")
	f.StringVar(&o.filter.Actor, "by", "", "only what this person, token or program changed")
	return cmd
}

func newAuditVerify(stdio Stdio) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check that nobody altered the audit log",
		Long: `Recompute every hash of an exported audit log; - is standard input. No server is asked.
Without FILE, have the server check its own.

It finds whatever was changed, added, taken out or cut. Changes that burgee erase rewrote
are held to what the erasure says of them; each erasure is printed: hold it against the
requests for it that you had. Who can write the whole file anew
can forge the whole of it: keep the hash that this command prints in another place, and
give it as --head with a later export, which must then hold that entry.

It exits 9 when the log was altered.`,
		Example: `  burgee audit verify audit.ndjson
  burgee audit export | burgee audit verify -
  burgee audit verify audit.ndjson --head 5c1d…
  burgee audit verify`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return runVerifyServer(cmd.Context(), stdio, o)
			}
			o.file = args[0]
			return runVerifyFile(stdio, o)
		},
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	cmd.Flags().StringVar(&o.head, "head", "", "a hash that an earlier check printed, which the file must hold")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runVerifyServer(ctx context.Context, stdio Stdio, o auditOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	state, err := client.VerifyAudit(ctx, projectOr(stdio, o.project))
	if err != nil {
		return err
	}
	if o.asJSON {
		if err := printJSON(stdio.Out, state); err != nil {
			return err
		}
	} else if state.OK {
		say(stdio.Out, "ok: %s\n", count(int(state.Checked), "change"))
		if state.Rewritten > 0 {
			say(stdio.Out, "%s as an erasure left them\n", count(int(state.Rewritten), "change"))
		}
	}
	if state.OK {
		return nil
	}
	say(stdio.Err, "altered: %s\n", state.Reason)
	return found{exitProblems}
}

func runVerifyFile(stdio Stdio, o auditOptions) error {
	in := stdio.In
	if o.file != "-" {
		file, err := os.Open(o.file)
		if err != nil {
			return fault.New(fault.Invalid, "file_unreadable", "the file cannot be read: %v", err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	var known audit.Bytes
	if err := known.UnmarshalText([]byte(o.head)); err != nil {
		return fault.New(fault.Invalid, "head_malformed", "--head takes a hash that burgee audit verify printed, not %q", o.head)
	}
	report, err := audit.VerifyFrom(io.Reader(in), known)
	if err != nil {
		return fault.New(fault.Invalid, "file_unreadable", "the file cannot be read: %v", err)
	}
	if o.asJSON {
		if err := printJSON(stdio.Out, report); err != nil {
			return err
		}
	} else if report.OK {
		printVerified(stdio.Out, report)
	}
	if report.OK {
		return nil
	}
	say(stdio.Err, "altered, line %d: %s\n", report.Line, report.Reason)
	return found{exitProblems}
}

func printVerified(w io.Writer, r audit.Report) {
	var b bytes.Buffer
	say(&b, "ok: %s of project %s, from %s to %s\n", count(int(r.Entries), "change"), r.Project, timeWords(r.First), timeWords(r.Last))
	for _, e := range r.Erasures {
		say(&b, "entry %d, %s: %s erased an identifier from %s\n", e.Seq, timeWords(e.At), e.By, count(e.Entries, "change"))
	}
	hash, _ := r.Head.MarshalText() // never fails
	say(&b, "head %s\n", hash)
	say(w, "%s", b.Bytes())
}
