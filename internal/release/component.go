package release

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
)

// Component is something that a release contains.
type Component struct {
	Name, Version string
	Purl          string // its package URL
	Licence       Licence
	Algorithm     string   // of Hash: SHA-256 or SHA-512; "" = none is known
	Hash          string   // in hex
	Platforms     []string // linux_amd64 …, where it is not in every one
}

// Own is the path of the module that holds the server; modules below it are
// released together with it.
const Own = "burgee.dev/burgee"

// GoModules gives the modules that are linked into the binaries, by platform.
// A module that only some of them have names those. The standard library is the
// last one.
func GoModules(version string, builds map[string]*debug.BuildInfo) ([]Component, error) {
	modules := map[string]*Component{}
	compiler := ""
	for _, platform := range sorted(builds) {
		info := builds[platform]
		if compiler = cmp.Or(compiler, info.GoVersion); compiler != info.GoVersion {
			return nil, fmt.Errorf("%s is built with %s and others with %s", platform, info.GoVersion, compiler)
		}
		for _, m := range info.Deps {
			key := m.Path + "@" + m.Version
			if modules[key] == nil {
				c, err := goModule(version, m)
				if err != nil {
					return nil, err
				}
				modules[key] = &c
			}
			modules[key].Platforms = append(modules[key].Platforms, platform)
		}
	}
	var out []Component
	for _, key := range sorted(modules) {
		if m := modules[key]; len(m.Platforms) == len(builds) {
			m.Platforms = nil
		}
		out = append(out, *modules[key])
	}
	release := strings.TrimPrefix(strings.Fields(compiler + " ")[0], "go")
	return append(out, Component{Name: "std", Version: release, Purl: "pkg:golang/std@" + release}), nil
}

func goModule(version string, m *debug.Module) (Component, error) {
	if m.Path == Own || strings.HasPrefix(m.Path, Own+"/") {
		return Component{Name: m.Path, Version: "v" + version, Purl: "pkg:golang/" + m.Path + "@v" + version, Licence: Licence{ID: "Apache-2.0"}}, nil
	}
	if m.Replace != nil {
		m = m.Replace
	}
	c := Component{Name: m.Path, Version: m.Version, Purl: "pkg:golang/" + m.Path + "@" + url.QueryEscape(m.Version)}
	sum, ok := strings.CutPrefix(m.Sum, "h1:")
	if !ok {
		return c, fmt.Errorf("module %s %s has no checksum", m.Path, m.Version)
	}
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil {
		return c, fmt.Errorf("module %s: checksum %s: %w", m.Path, m.Sum, err)
	}
	c.Algorithm, c.Hash = "SHA-256", hex.EncodeToString(raw)
	return c, nil
}

// NpmPackages gives what a package-lock.json of version 3 has for production:
// at most that is bundled into the dashboard.
func NpmPackages(lock []byte) ([]Component, error) {
	var parsed struct {
		LockfileVersion int `json:"lockfileVersion"`
		Packages        map[string]struct {
			Version     string `json:"version"`
			License     string `json:"license"`
			Integrity   string `json:"integrity"`
			Dev         bool   `json:"dev"`
			DevOptional bool   `json:"devOptional"`
			Link        bool   `json:"link"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(lock, &parsed); err != nil {
		return nil, err
	}
	if parsed.LockfileVersion != 3 {
		return nil, fmt.Errorf("a lock of version 3 is expected, this is %d", parsed.LockfileVersion)
	}
	var out []Component
	for _, place := range sorted(parsed.Packages) {
		p := parsed.Packages[place]
		at := strings.LastIndex(place, "node_modules/")
		if at < 0 || p.Dev || p.DevOptional || p.Link {
			continue
		}
		c := Component{
			Name: place[at+len("node_modules/"):], Version: p.Version, Licence: Licence{ID: p.License},
		}
		c.Purl = "pkg:npm/" + strings.Replace(c.Name, "@", "%40", 1) + "@" + p.Version
		algorithm, sum, ok := strings.Cut(p.Integrity, "-")
		raw, err := base64.StdEncoding.DecodeString(sum)
		if !ok || algorithm != "sha512" || err != nil {
			return nil, fmt.Errorf("package %s: integrity %q is no SHA-512", c.Name, p.Integrity)
		}
		c.Algorithm, c.Hash = "SHA-512", hex.EncodeToString(raw)
		if !slices.ContainsFunc(out, func(other Component) bool { return other.Purl == c.Purl }) {
			out = append(out, c)
		}
	}
	return out, nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
