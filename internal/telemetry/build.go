package telemetry

import "runtime/debug"

// Version is the product's version.
const Version = "0.1.0"

// Build is what is known of this binary.
type Build struct {
	Version  string
	Go       string
	Revision string // of the repository; "" when built elsewhere
	Modified bool   // built from files not committed
}

// ReadBuild returns what the Go tool wrote into the binary.
func ReadBuild() Build {
	b := Build{Version: Version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
