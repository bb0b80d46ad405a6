//go:build !dashboard

package downloads

import (
	"embed"
	"io/fs"
)

// Embedded returns the files of this binary: none, without the build tag.
func Embedded() fs.FS { return embed.FS{} }
