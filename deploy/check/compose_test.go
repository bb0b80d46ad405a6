package check

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// The library of Compose reads the file, against its schema, as docker compose
// does.
func TestComposeTakesTheFile(t *testing.T) {
	folder, err := filepath.Abs("../compose")
	if err != nil {
		t.Fatal(err)
	}
	project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir: folder, ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(folder, "compose.yaml")}}, Environment: types.Mapping{},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"node-1", "node-2"} {
		node := project.Services[name]
		if !node.ReadOnly || node.User != "65532:65532" || len(node.CapDrop) != 1 || len(node.Ports) != 0 {
			t.Errorf("%s is more than it must be", name)
		}
		if _, err := os.Stat(filepath.Join(node.Build.Context, node.Build.Dockerfile)); err != nil {
			t.Error(err)
		}
	}
	for name, service := range project.Services {
		for _, v := range service.Volumes {
			if v.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(v.Source); err != nil {
				t.Errorf("%s mounts %v", name, err)
			}
		}
	}
	if len(project.Services) != 4 {
		t.Errorf("there are %d services", len(project.Services))
	}
}
