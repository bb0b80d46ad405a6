//go:build dashboard

package dashboard

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Built says whether the real dashboard is inside.
const Built = true

// Files returns the root of the web application.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is valid: a defect of this line
	}
	return files
}
