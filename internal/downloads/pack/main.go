// Command pack writes a Go module as a static module proxy: list, info, mod
// and zip. The same files give the same bytes. `make build` runs it.
package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

func main() {
	module := flag.String("module", "sdk", "folder of the module")
	version := flag.String("version", "", "version, v0.1.0")
	licence := flag.String("licence", "LICENSE", "licence to put in where the module's folder has none")
	out := flag.String("out", "", "folder of the proxy")
	flag.Parse()
	if err := run(*module, *version, *licence, *out); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

var (
	moduleLine  = regexp.MustCompile(`(?m)^module\s+(\S+)\s*$`)
	versionForm = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)
)

func run(dir, version, licence, out string) error {
	if !versionForm.MatchString(version) || out == "" {
		return fmt.Errorf("give -version v0.1.0 and -out folder")
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	match := moduleLine.FindSubmatch(mod)
	if match == nil {
		return fmt.Errorf("%s/go.mod names no module", dir)
	}
	module := string(match[1])
	if module != strings.ToLower(module) {
		return fmt.Errorf("module path %s has capital letters, which a proxy must escape", module)
	}
	archive, err := pack(dir, module+"@"+version, licence)
	if err != nil {
		return err
	}
	info := []byte(fmt.Sprintf(`{"Version":%q}`+"\n", version))
	return writeAll(filepath.Join(out, filepath.FromSlash(module)), map[string][]byte{
		"@latest": info, "@v/list": []byte(version + "\n"),
		"@v/" + version + ".info": info, "@v/" + version + ".mod": mod, "@v/" + version + ".zip": archive,
	})
}

func writeAll(dir string, files map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, data := range files {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pack makes the zip that the go command expects: each name begins with
// module@version/, and a folder with a go.mod of its own is another module.
func pack(dir, prefix, licence string) ([]byte, error) {
	files, err := collect(dir)
	if err != nil {
		return nil, err
	}
	if _, own := files["LICENSE"]; !own {
		files["LICENSE"] = licence
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	for _, name := range names {
		data, err := os.ReadFile(files[name])
		if err != nil {
			return nil, err
		}
		w, err := archive.Create(path.Join(prefix, name)) // no time stamp: the same bytes each time
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(data); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// collect maps the names in the module to files on disk.
func collect(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(dir, file, entry.Name())
		}
		if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			return nil
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)] = file
		return nil
	})
	return files, err
}

func enter(root, dir, name string) error {
	if dir == root {
		return nil
	}
	if strings.HasPrefix(name, ".") || name == "vendor" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}
