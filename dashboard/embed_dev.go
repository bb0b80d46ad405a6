//go:build !dashboard

package dashboard

import (
	"embed"
	"io/fs"
)

//go:embed placeholder/index.html
var placeholder embed.FS

// Built says whether the real dashboard is inside.
const Built = false

// Files returns a page that says how to build the dashboard.
func Files() fs.FS {
	files, err := fs.Sub(placeholder, "placeholder")
	if err != nil {
		panic(err) // the name is valid: a defect of this line
	}
	return files
}
