package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	when  = time.Date(2026, 11, 27, 1, 2, 4, 0, time.UTC)
	files = []File{{"burgee/burgee", []byte("binary"), 0o755}, {"burgee/LICENSE", []byte("terms"), 0o644}}
)

func TestATarHoldsTheFilesWithTheirModesAndOneTime(t *testing.T) {
	var packed bytes.Buffer
	if err := Tar(&packed, files, when); err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	var got []File
	for archive := tar.NewReader(plain); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(when) || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s is of %v and %q", header.Name, header.ModTime, header.Uname)
		}
		got = append(got, File{header.Name, data, header.FileInfo().Mode().Perm()})
	}
	if diff := cmp.Diff(files, got); diff != "" {
		t.Error(diff)
	}
}

func TestAZipHoldsTheFilesWithTheirModesAndOneTime(t *testing.T) {
	var packed bytes.Buffer
	if err := Zip(&packed, files, when); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var got []File
	for _, entry := range archive.File {
		opened, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(opened)
		if err != nil {
			t.Fatal(err)
		}
		if !entry.Modified.Equal(when) {
			t.Errorf("%s is of %v", entry.Name, entry.Modified)
		}
		got = append(got, File{entry.Name, data, entry.Mode().Perm()})
	}
	if diff := cmp.Diff(files, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheSameFilesGiveTheSameBytesInEveryZone(t *testing.T) {
	elsewhere := when.In(time.FixedZone("elsewhere", 5*3600))
	for name, write := range map[string]func(io.Writer, []File, time.Time) error{"tar": Tar, "zip": Zip} {
		var one, other bytes.Buffer
		if err := errors.Join(write(&one, files, when), write(&other, files, elsewhere)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one.Bytes(), other.Bytes()) {
			t.Errorf("%s differs", name)
		}
	}
}

func dependency(path, version string) *debug.Module {
	return &debug.Module{Path: path, Version: version, Sum: "h1:" + strings.Repeat("A", 43) + "="}
}

func TestModulesAreListedOnceAndSayWhereTheyAre(t *testing.T) {
	everywhere, onWindows := dependency("example.com/a", "v1.2.3+incompatible"), dependency("example.com/w", "v0.1.0")
	own := &debug.Module{Path: Own + "/sdk", Version: "v0.0.0", Replace: &debug.Module{Path: "./sdk"}}
	got, err := GoModules("0.1.0", map[string]*debug.BuildInfo{
		"linux_amd64":   {GoVersion: "go1.26.8", Deps: []*debug.Module{own, everywhere}},
		"windows_amd64": {GoVersion: "go1.26.8", Deps: []*debug.Module{own, everywhere, onWindows}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("0", 64)
	want := []Component{
		{Name: Own + "/sdk", Version: "v0.1.0", Purl: "pkg:golang/burgee.dev/burgee/sdk@v0.1.0", Licence: Licence{ID: "Apache-2.0"}},
		{Name: "example.com/a", Version: "v1.2.3+incompatible", Purl: "pkg:golang/example.com/a@v1.2.3%2Bincompatible", Algorithm: "SHA-256", Hash: sum},
		{Name: "example.com/w", Version: "v0.1.0", Purl: "pkg:golang/example.com/w@v0.1.0", Algorithm: "SHA-256", Hash: sum, Platforms: []string{"windows_amd64"}},
		{Name: "std", Version: "1.26.8", Purl: "pkg:golang/std@1.26.8"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAReleaseOfTwoCompilersIsRefused(t *testing.T) {
	_, err := GoModules("0.1.0", map[string]*debug.BuildInfo{"a": {GoVersion: "go1.26.8"}, "b": {GoVersion: "go1.26.7"}})
	if err == nil || !strings.Contains(err.Error(), "go1.26.7") {
		t.Errorf("got %v", err)
	}
}

func TestAModuleWithoutAChecksumIsRefused(t *testing.T) {
	_, err := GoModules("0.1.0", map[string]*debug.BuildInfo{"a": {Deps: []*debug.Module{{Path: "example.com/a", Version: "v1.0.0"}}}})
	if err == nil || !strings.Contains(err.Error(), "example.com/a") {
		t.Errorf("got %v", err)
	}
}

func TestOfALockOnlyWhatIsForProductionIsListed(t *testing.T) {
	lock := `{"lockfileVersion": 3, "packages": {
		"": {"name": "own", "version": "1.0.0"},
		"node_modules/@scope/a": {"version": "1.0.0", "integrity": "sha512-AAAA", "license": "MIT"},
		"node_modules/b": {"version": "2.0.0", "integrity": "sha512-AAAA", "license": "MIT", "dev": true},
		"node_modules/c/node_modules/@scope/a": {"version": "1.0.0", "integrity": "sha512-AAAA", "license": "MIT"}}}`
	got, err := NpmPackages([]byte(lock))
	if err != nil {
		t.Fatal(err)
	}
	want := []Component{{Name: "@scope/a", Version: "1.0.0", Purl: "pkg:npm/%40scope/a@1.0.0", Licence: Licence{ID: "MIT"}, Algorithm: "SHA-512", Hash: "000000"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLicencesAreRecognizedByWhatOnlyTheySay(t *testing.T) {
	for text, want := range map[string]string{
		"                Apache License\n        Version 2.0, January 2004":                                                           "Apache-2.0",
		"Permission is hereby granted, free of charge, to any person obtaining\na copy of this software":                              "MIT",
		"Redistributions of source code must retain the above copyright notice.\nNeither the name of Google Inc. nor the names":       "BSD-3-Clause",
		"1. Redistributions of source code must retain the above copyright notice.\n2. Redistributions in binary form must reproduce": "BSD-2-Clause",
		"Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted":     "ISC",
		"All rights reserved.": "",
	} {
		if got := Recognize(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	own, err := ReadLicence("../..")
	if err != nil || own.ID != "Apache-2.0" {
		t.Errorf("our own licence is %q, %v", own.ID, err)
	}
}

func TestWhatHasNoLicenceIsRefused(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLicence(folder); err == nil {
		t.Error("it was taken")
	}
}

func TestNoticesHoldEveryText(t *testing.T) {
	text := string(Notices([]Component{
		{Name: "a", Version: "1", Licence: Licence{Texts: []File{{Name: "LICENSE", Data: []byte("terms of a\r\n")}, {Name: "NOTICE", Data: []byte("by a")}}}},
		{Name: "b", Version: "2", Licence: Licence{ID: "MIT"}},
	}))
	for _, want := range []string{"\na 1\n", "terms of a\n", "by a\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestTheSameReleaseHasTheSameBillAndAnotherHasAnother(t *testing.T) {
	number := func(c ...Component) string {
		text, err := BillOfMaterials("0.1.0", c, when)
		if err != nil {
			t.Fatal(err)
		}
		var b struct {
			SerialNumber string `json:"serialNumber"`
		}
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatal(err)
		}
		return b.SerialNumber
	}
	a := Component{Name: "a", Version: "1", Purl: "pkg:golang/a@1"}
	if number(a) != number(a) || number(a) == number() {
		t.Errorf("%s, %s, %s", number(a), number(a), number())
	}
}
