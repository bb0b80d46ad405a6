//go:build dashboard

package downloads

import (
	"embed"
	"io/fs"
)

//go:embed files
var files embed.FS

// Embedded returns the files of this binary.
func Embedded() fs.FS {
	root, err := fs.Sub(files, "files")
	if err != nil {
		panic(err) // the name is valid: a defect of this line
	}
	return root
}
