package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/fault"
)

// connection is how a command reaches the server.
type connection struct {
	url   string
	token string
}

// bind adds the flags of a connection. Their values fall back to the
// environment when the command runs, so that help shows no secret.
func (c *connection) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.url, "url", "", "address of the server (BURGEE_URL; http://127.0.0.1:7878 when not set)")
	cmd.Flags().StringVar(&c.token, "token", "", "API token, bgp_… (BURGEE_TOKEN, or BURGEE_TOKEN_FILE with a file that holds it)")
}

func (c *connection) client(stdio Stdio) (*apiclient.Client, error) {
	url := c.url
	if url == "" {
		url = stdio.getenv("BURGEE_URL")
	}
	token, err := config.Token(stdio.Environ, c.token)
	if err != nil {
		return nil, err
	}
	if token == "" {
		if url, token, err = signedIn(stdio, url); err != nil {
			return nil, err
		}
	}
	return apiclient.New(cmp.Or(url, defaultURL), token)
}

// bindProject adds --project, which falls back to BURGEE_PROJECT and default.
func bindProject(cmd *cobra.Command, project *string) {
	cmd.Flags().StringVar(project, "project", "", "key of the project (BURGEE_PROJECT; default when not set)")
}

func projectOr(stdio Stdio, project string) string {
	for _, key := range []string{project, stdio.getenv("BURGEE_PROJECT"), "default"} {
		if key != "" {
			return key
		}
	}
	return ""
}

// bindEnvironment adds --environment.
func bindEnvironment(cmd *cobra.Command, environment *string) {
	cmd.Flags().StringVarP(environment, "environment", "e", "", "key of the environment (BURGEE_ENVIRONMENT)")
}

// reach is the server, and what a command is about there: the project, and the
// environment that chosen returns.
func (c *connection) reach(ctx context.Context, stdio Stdio, wanted, named string) (client *apiclient.Client, project, environment string, err error) {
	if client, err = c.client(stdio); err != nil {
		return nil, "", "", err
	}
	project = projectOr(stdio, wanted)
	environment, err = chosen(stdio, named, environments(ctx, client, project))
	return client, project, environment, err
}

// chosen is the environment that a user named, or an error that lists them:
// production is never assumed.
func chosen(stdio Stdio, environment string, list func() ([]string, error)) (string, error) {
	if environment == "" {
		environment = stdio.getenv("BURGEE_ENVIRONMENT")
	}
	if environment != "" {
		return environment, nil
	}
	keys, err := list()
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", fault.New(fault.Invalid, "environment_missing", "Which environment? Say it with --environment")
	}
	return "", fault.New(fault.Invalid, "environment_missing", "Which environment? There are %s; say it with --environment", strings.Join(keys, ", "))
}

// environments lists a project's environments on the server.
func environments(ctx context.Context, client *apiclient.Client, project string) func() ([]string, error) {
	return func() ([]string, error) {
		p, err := client.Project(ctx, project)
		var keys []string
		for _, e := range p.Environments {
			keys = append(keys, e.Key)
		}
		return keys, err
	}
}

// bindJSON adds --json.
func bindJSON(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "json", false, "print JSON, for programs")
}

// printJSON writes a value as one line of JSON, texts as they are.
func printJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// readInput reads the file that -f names; a dash is standard input.
func readInput(stdio Stdio, name string) (shown string, data []byte, err error) {
	if name == "" {
		return "", nil, usageError{fmt.Errorf("say which file with -f, or -f - for standard input")}
	}
	if name == "-" {
		data, err = io.ReadAll(stdio.In)
		if err != nil {
			return "", nil, fmt.Errorf("read standard input: %w", err)
		}
		return "standard input", data, nil
	}
	data, err = os.ReadFile(name)
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "file_unreadable", "the file cannot be read: %v", err)
	}
	return name, data, nil
}
