package cli

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
)

// writing are the options of a command that writes at once what may need approvals.
// Where it does, the same is proposed, as burgee apply proposes its file.
type writing struct {
	placeOptions
	wait bool
}

const aboutApprovals = `Where an environment needs approvals it becomes a change request: its address is printed,
and the exit code is 3. --wait waits until it is published (0) or closed (4).`

// inProject is that of placeOptions, with --wait.
func (o *writing) inProject(cmd *cobra.Command, args cobra.PositionalArgs, run func(context.Context, *apiclient.Client, []string) error, stdio Stdio) *cobra.Command {
	bindWait(cmd, &o.wait)
	return o.placeOptions.inProject(cmd, args, run, stdio)
}

// propose makes a change request, which has the comment's first line for its title
// where there is one.
func (o *writing) propose(ctx context.Context, stdio Stdio, client *apiclient.Client, title, comment string, p apiclient.Proposal) error {
	p.Title, p.Comment = titleOf(comment, title), comment
	return review{asJSON: o.asJSON, wait: o.wait}.propose(ctx, stdio, client, o.project, p)
}

// proposeObject proposes one object, as the section of a document says it; expect are
// the revisions that it was made on.
func (o *writing) proposeObject(ctx context.Context, stdio Stdio, client *apiclient.Client, section, key string, value any, title, comment string, expect map[string]int64) error {
	text, err := json.Marshal(map[string]any{"apiVersion": document.APIVersion, section: map[string]any{key: value}})
	if err != nil {
		return err
	}
	return o.propose(ctx, stdio, client, title, comment, apiclient.Proposal{Text: string(text), Expect: expect})
}

// proposeWithout proposes to take an object out.
func (o *writing) proposeWithout(ctx context.Context, stdio Stdio, client *apiclient.Client, gone apiclient.ObjectRef, force bool, title, comment string) error {
	return o.propose(ctx, stdio, client, title, comment, apiclient.Proposal{Remove: []apiclient.ObjectRef{gone}, Force: force})
}
