package release

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Licence is under which terms a component may be passed on.
type Licence struct {
	ID    string // of SPDX, or an expression of several; "" where the text is none of the usual ones
	Texts []File // the licence's files and notices, by name
}

// marks are sentences that only one licence has, looked for in this order.
var marks = []struct{ id, sentence string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-3-Clause", "may not be used to endorse or promote products"},
	{"BSD-2-Clause", "Redistributions of source code must retain the above copyright"},
}

// Recognize names the licence of a text, or gives "". It is for the bill of
// materials; what counts is the text.
func Recognize(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(text, ",", " ")), " "))
	for _, m := range marks {
		if strings.Contains(text, strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(m.sentence, ",", " ")), " "))) {
			return m.id
		}
	}
	return ""
}

// ReadLicence reads the licences and notices in the root of a component's
// folder. A component without any is an error: nobody may pass it on.
func ReadLicence(folder string) (Licence, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return Licence{}, err
	}
	var found Licence
	for _, e := range entries {
		if e.IsDir() || !aboutLicence(e.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return Licence{}, err
		}
		found.Texts = append(found.Texts, File{Name: e.Name(), Data: data})
		if found.ID == "" {
			found.ID = Recognize(string(data))
		}
	}
	if len(found.Texts) == 0 {
		return Licence{}, fmt.Errorf("%s has no licence", folder)
	}
	return found, nil
}

func aboutLicence(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE"}, func(start string) bool {
		return strings.HasPrefix(name, start)
	})
}

// Notices is the text that passes on the licences of components, one after
// another.
func Notices(components []Component) []byte {
	var b strings.Builder
	b.WriteString("Burgee contains the work of others, under these licences.\n")
	for _, c := range components {
		if len(c.Licence.Texts) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n%s %s\n", strings.Repeat("=", 78), c.Name, c.Version)
		for _, text := range c.Licence.Texts {
			fmt.Fprintf(&b, "%s\n%s: %s\n\n%s\n", strings.Repeat("-", 78), c.Name, text.Name,
				strings.TrimSpace(strings.ReplaceAll(string(text.Data), "\r\n", "\n")))
		}
	}
	return []byte(b.String())
}
