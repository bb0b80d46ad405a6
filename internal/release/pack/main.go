// Command pack makes the files of a release from built binaries. `make dist`
// runs it in the root of the repository.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/release"
)

func main() {
	var r order
	epoch := flag.Int64("epoch", 0, "time of every file, in Unix seconds")
	flag.StringVar(&r.version, "version", "", "version, 0.1.0")
	flag.StringVar(&r.binaries, "binaries", "", "folder with PLATFORM/burgee or PLATFORM/burgee.exe")
	flag.StringVar(&r.wheel, "wheel", "", "the Python SDK's wheel")
	flag.StringVar(&r.dashboard, "dashboard", "dashboard", "folder with package-lock.json and node_modules")
	flag.StringVar(&r.out, "out", "", "folder of the release; what is in it is removed")
	flag.Parse()
	r.when = time.Unix(*epoch, 0)
	if err := r.make(); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// order is what is asked for.
type order struct {
	version, binaries, wheel, dashboard, out string
	when                                     time.Time
}

func (r *order) make() error {
	if r.version == "" || r.binaries == "" || r.wheel == "" || r.out == "" || flag.NArg() > 0 {
		return errors.New("give -version, -binaries, -wheel and -out")
	}
	binaries, err := filepath.Glob(filepath.Join(r.binaries, "*", "burgee*"))
	if err != nil || len(binaries) == 0 {
		return fmt.Errorf("no PLATFORM/burgee in %s", r.binaries)
	}
	wheel, err := os.ReadFile(r.wheel)
	if err != nil {
		return err
	}
	components, err := r.components(binaries, wheel)
	if err != nil {
		return err
	}
	bill, err := release.BillOfMaterials(r.version, components, r.when)
	if err != nil {
		return err
	}
	files := []release.File{{Name: filepath.Base(r.wheel), Data: wheel}, {Name: "burgee_" + r.version + ".cdx.json", Data: bill}}
	beside, err := besides(components)
	if err != nil {
		return err
	}
	for _, binary := range binaries {
		archive, err := r.archive(binary, beside)
		if err != nil {
			return err
		}
		files = append(files, archive)
	}
	return r.write(files)
}

// besides are the files in every archive beside the binary.
func besides(components []release.Component) ([]release.File, error) {
	files := []release.File{{Name: "THIRD-PARTY.txt", Data: release.Notices(components), Mode: 0o644}}
	for _, name := range []string{"README.md", "LICENSE"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, release.File{Name: name, Data: data, Mode: 0o644})
	}
	slices.SortFunc(files, func(a, b release.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// archive packs the binary of a platform as people of that platform expect.
func (r *order) archive(binary string, beside []release.File) (release.File, error) {
	data, err := os.ReadFile(binary)
	if err != nil {
		return release.File{}, err
	}
	platform := filepath.Base(filepath.Dir(binary))
	stem := "burgee_" + r.version + "_" + platform
	files := []release.File{{Name: stem + "/" + filepath.Base(binary), Data: data, Mode: 0o755}}
	for _, f := range beside {
		f.Name = stem + "/" + f.Name
		files = append(files, f)
	}
	write, name := release.Tar, stem+".tar.gz"
	if strings.HasPrefix(platform, "windows") {
		write, name = release.Zip, stem+".zip"
	}
	var packed bytes.Buffer
	err = write(&packed, files, r.when)
	return release.File{Name: name, Data: packed.Bytes()}, err
}

// components is everything in the release that has a name of its own.
func (r *order) components(binaries []string, wheel []byte) ([]release.Component, error) {
	builds := map[string]*debug.BuildInfo{}
	for _, binary := range binaries {
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			return nil, err
		}
		builds[filepath.Base(filepath.Dir(binary))] = info
	}
	modules, err := release.GoModules(r.version, builds)
	if err != nil {
		return nil, err
	}
	if err := licenseModules(modules); err != nil {
		return nil, err
	}
	lock, err := os.ReadFile(filepath.Join(r.dashboard, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	packages, err := release.NpmPackages(lock)
	if err != nil {
		return nil, err
	}
	for i := range packages {
		texts, err := release.ReadLicence(filepath.Join(r.dashboard, "node_modules", packages[i].Name))
		if err != nil && packages[i].Licence.ID == "" {
			return nil, err
		}
		packages[i].Licence.Texts = texts.Texts
	}
	sum := sha256.Sum256(wheel)
	python := release.Component{
		Name: "burgee", Version: r.version, Purl: "pkg:pypi/burgee@" + r.version, Licence: release.Licence{ID: "Apache-2.0"},
		Algorithm: "SHA-256", Hash: hex.EncodeToString(sum[:]),
	}
	return append(append(modules, packages...), python), nil
}

// licenseModules reads the licences of modules from where the Go tool keeps them.
func licenseModules(modules []release.Component) error {
	folders, err := moduleFolders()
	if err != nil {
		return err
	}
	for i, m := range modules {
		if m.Licence.ID != "" {
			continue // our own
		}
		folder, ok := folders[m.Name]
		if !ok {
			return fmt.Errorf("no folder of module %s", m.Name)
		}
		if modules[i].Licence, err = release.ReadLicence(folder); err != nil {
			return err
		}
	}
	return nil
}

func moduleFolders() (map[string]string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	folders := map[string]string{"std": strings.TrimSpace(string(root))}
	listed, err := exec.Command("go", "list", "-m", "-json=Path,Dir", "all").Output()
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(bytes.NewReader(listed)); ; {
		var m struct{ Path, Dir string }
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return folders, nil
		} else if err != nil {
			return nil, err
		}
		if m.Dir != "" {
			folders[m.Path] = m.Dir
		}
	}
}

// write fills the folder, and the sums of all files in the order of their names.
func (r *order) write(files []release.File) error {
	slices.SortFunc(files, func(a, b release.File) int { return strings.Compare(a.Name, b.Name) })
	var sums bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(f.Data), f.Name)
	}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, f := range append(files, release.File{Name: "SHA256SUMS", Data: sums.Bytes()}) {
		if err := os.WriteFile(filepath.Join(r.out, f.Name), f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
