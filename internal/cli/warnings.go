package cli

import (
	"burgee.dev/burgee/internal/document"
)

// printWarnings says what a file says and probably does not mean, each with its
// line.
func printWarnings(stdio Stdio, file *document.File, warnings []document.Warning) {
	for _, w := range warnings {
		at := w.Path
		if place := file.Pos(w.Path); place != "" {
			at = place + ": " + at
		}
		say(stdio.Err, "warning: %s: %s\n", at, w.Message)
	}
}
