package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
)

// completionTime is how long a shell waits for the server to name what there is.
const completionTime = 2 * time.Second

// keysOf lists what a shell offers for an argument or an option.
type keysOf func(ctx context.Context, client *apiclient.Client, project string) ([]string, error)

// addCompletion has every command complete what the server knows: projects,
// environments, flags, target groups and experiments.
func addCompletion(cmd *cobra.Command, stdio Stdio) {
	for option, keys := range map[string]keysOf{"project": projectKeys, "environment": environmentKeys} {
		if cmd.Flags().Lookup(option) != nil && cmd.Flags().Lookup("url") != nil {
			_ = cmd.RegisterFlagCompletionFunc(option, completing(stdio, keys)) // an error says that it is there already
		}
	}
	if keys := ofArgument(cmd); keys != nil && cmd.ValidArgsFunction == nil {
		complete := completing(stdio, keys)
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 && !strings.Contains(cmd.Use, "...") {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return complete(cmd, args, typed)
		}
	}
	for _, sub := range cmd.Commands() {
		addCompletion(sub, stdio)
	}
}

// ofArgument says what a command's first argument names, by how its help writes it;
// nil is nothing that the server knows.
func ofArgument(cmd *cobra.Command) keysOf {
	words := strings.Fields(cmd.Use)
	if len(words) < 2 || strings.HasPrefix(words[0], "create") {
		return nil
	}
	switch word := strings.Trim(words[1], "[].…"); word {
	case "FLAG":
		return flagKeys
	case "GROUP":
		return objectKeys(groups)
	case "EXPERIMENT":
		return objectKeys(experiments)
	case "KEY", "FROM", "OBJECT", "NAME":
		if cmd.HasParent() {
			return map[string]keysOf{"flag": flagKeys, "env": environmentKeys, "project": projectKeys, "webhook": webhookNames, "burgee": flagKeys}[cmd.Parent().Name()]
		}
	}
	return nil
}

// completing asks the server that the command would ask. Where there is none, or no
// token, nothing is offered: a shell must not wait or print errors.
func completing(stdio Stdio, keys keysOf) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		value := func(option string) string {
			if f := cmd.Flags().Lookup(option); f != nil {
				return f.Value.String()
			}
			return ""
		}
		at := connection{url: value("url"), token: value("token")}
		client, err := at.client(stdio)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		all, err := keys(ctx, client, projectOr(stdio, value("project")))
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return slices.DeleteFunc(all, func(key string) bool { return !strings.HasPrefix(key, typed) }), cobra.ShellCompDirectiveNoFileComp
	}
}

func projectKeys(ctx context.Context, client *apiclient.Client, _ string) ([]string, error) {
	projects, _, err := client.Projects(ctx, false)
	var keys []string
	for _, p := range projects {
		keys = append(keys, p.Key)
	}
	return keys, err
}

func environmentKeys(ctx context.Context, client *apiclient.Client, project string) ([]string, error) {
	return environments(ctx, client, project)()
}

func flagKeys(ctx context.Context, client *apiclient.Client, project string) ([]string, error) {
	flags, _, err := client.Flags(ctx, project, apiclient.FlagFilter{})
	var keys []string
	for _, f := range flags {
		keys = append(keys, f.Key)
	}
	return keys, err
}

func webhookNames(ctx context.Context, client *apiclient.Client, project string) ([]string, error) {
	webhooks, _, err := client.Webhooks(ctx, project)
	var names []string
	for _, w := range webhooks {
		names = append(names, w.Name)
	}
	return names, err
}

func objectKeys(kind string) keysOf {
	return func(ctx context.Context, client *apiclient.Client, project string) ([]string, error) {
		objects, _, err := client.Objects(ctx, project, kind)
		var keys []string
		for _, o := range objects {
			keys = append(keys, o.Key)
		}
		return keys, err
	}
}
