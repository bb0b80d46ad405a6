package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"

	"burgee.dev/burgee/internal/secret"
)

// maxSecretFile bounds what is read from a _FILE.
const maxSecretFile = 64 << 10

// Sources are where settings come from. The zero value gives the defaults.
type Sources struct {
	File    string            // a YAML file; "" = none
	Environ []string          // as of os.Environ
	Flags   map[string]string // by name, those given only
	Table   []Setting         // which settings there are; nil is Settings
}

// Load resolves every setting and checks the whole.
func Load(src Sources) (*Config, error) {
	if src.Table == nil {
		src.Table = Settings()
	}
	file, err := readFile(src.File, src.Table)
	if err != nil {
		return nil, err
	}
	env, err := readEnvironment(src.Environ, src.Table)
	if err != nil {
		return nil, err
	}
	if err := knownFlags(src.Flags, src.Table); err != nil {
		return nil, err
	}
	c := &Config{}
	for _, s := range src.Table {
		v := Value{Setting: s, Text: s.Default, Source: "default"}
		if text, ok := file[s.Key]; ok && s.Key != "" {
			v.Text, v.Source = text, src.File
		}
		if given, ok := env[s.Env]; ok {
			v.Text, v.Source = given.text, given.source
		}
		if text, ok := src.Flags[s.Flag]; ok && s.Flag != "" {
			v.Text, v.Source = text, "flag"
		}
		if err := s.set(c, v.Text); err != nil {
			return nil, invalid("%s %v", nameIn(v), err)
		}
		switch {
		case s.mask != nil:
			v.Text = s.mask(v.Text)
		case s.Secret && v.Text != "":
			v.Text = "(set)"
		}
		c.values = append(c.values, v)
		if s.Key == "ops-addr" {
			c.OpsAddrGiven = v.Source != "default"
		}
	}
	return c, c.check()
}

// nameIn is what the user wrote: the flag, the variable or the file's key.
func nameIn(v Value) string {
	switch v.Source {
	case "flag", "default":
		return "--" + v.Setting.Flag
	case "environment":
		return v.Setting.Env
	}
	if strings.HasPrefix(v.Source, "file of ") {
		return v.Setting.Env + "_FILE"
	}
	return v.Source + ": " + v.Setting.Key
}

// SecretKey reads a secret key from the variable of a name, or from the file
// that its _FILE form names, for commands that need no other setting. The zero
// Key is none.
func SecretKey(environ []string, name string) (secret.Key, error) {
	c, err := one(environ, secretKeySetting(name), "")
	if err != nil {
		return secret.Key{}, err
	}
	return c.SecretKey, nil
}

// StoreAddress reads the address of the database in the same way, from a flag
// first. "" is none.
func StoreAddress(environ []string, flag string) (string, error) {
	c, err := one(environ, storeSetting(), flag)
	if err != nil {
		return "", err
	}
	return c.Store, nil
}

// Token reads the API token of the command line in the same way, from a flag
// first. "" is none.
func Token(environ []string, flag string) (string, error) {
	c, err := one(environ, tokenSetting(), flag)
	if err != nil {
		return "", err
	}
	return c.token, nil
}

// SSOClientSecret reads the client secret of single sign-on in the same way. "" is
// none.
func SSOClientSecret(environ []string) (string, error) {
	c, err := one(environ, ssoSecretSetting(), "")
	if err != nil {
		return "", err
	}
	return c.ssoSecret, nil
}

// one resolves a single secret setting.
func one(environ []string, row Setting, flag string) (*Config, error) {
	values := map[string]fromEnv{}
	for _, pair := range environ {
		if variable, text, _ := strings.Cut(pair, "="); variable == row.Env {
			values[row.Env] = fromEnv{text, "environment"}
		}
	}
	c := &Config{}
	if flag != "" {
		values[row.Env] = fromEnv{flag, "flag"}
	} else if err := readSecretFiles(environ, values, map[string]Setting{row.Env: row}); err != nil {
		return nil, err
	}
	given := values[row.Env]
	if err := row.set(c, given.text); err != nil {
		return nil, invalid("%s %v", nameIn(Value{Setting: row, Source: given.source}), err)
	}
	return c, nil
}

func knownFlags(flags map[string]string, table []Setting) error {
	known := map[string]bool{}
	for _, s := range table {
		known[s.Flag] = true
	}
	for name := range flags {
		if !known[name] || name == "" {
			return invalid("--%s is no setting; `burgee serve --help` lists them", name)
		}
	}
	return nil
}

// readFile reads the file's keys as text. A list becomes its parts with commas.
func readFile(name string, table []Setting) (map[string]string, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, invalid("the configuration file cannot be read: %v", err)
	}
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, invalid("%s is not valid YAML: %v", name, err)
	}
	known := map[string]bool{}
	var keys []string
	for _, s := range table {
		if s.Key != "" {
			known[s.Key] = true
			keys = append(keys, s.Key)
		}
	}
	values := map[string]string{}
	for key, value := range raw {
		if !known[key] {
			return nil, invalid("%s: %s is no setting; there are %s", name, key, strings.Join(keys, ", "))
		}
		values[key] = asText(value)
	}
	return values, nil
}

func asText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = asText(part)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(value)
}

type fromEnv struct{ text, source string }

// readEnvironment picks the settings out of the environment, following _FILE
// for secrets. Those of another command are left alone.
func readEnvironment(environ []string, table []Setting) (map[string]fromEnv, error) {
	byEnv, elsewhere := map[string]Setting{}, map[string]bool{}
	for _, s := range table {
		byEnv[s.Env] = s
	}
	for _, s := range append(Settings(), RelaySettings()...) {
		elsewhere[s.Env] = true
		elsewhere[s.Env+"_FILE"] = s.Secret
	}
	values := map[string]fromEnv{}
	var unknown []string
	for _, pair := range environ {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "BURGEE_") || foreign(name) {
			continue
		}
		if _, ok := byEnv[name]; ok {
			values[name] = fromEnv{text, "environment"}
			continue
		}
		if base, ok := strings.CutSuffix(name, "_FILE"); ok && byEnv[base].Secret {
			continue // read below, when it is known whether both are set
		}
		if elsewhere[name] {
			continue
		}
		unknown = append(unknown, name)
	}
	if len(unknown) > 0 {
		sort.Strings(unknown)
		return nil, invalid("%s is no setting of Burgee; unset it, or see `burgee serve --help`", strings.Join(unknown, ", "))
	}
	return values, readSecretFiles(environ, values, byEnv)
}

func readSecretFiles(environ []string, values map[string]fromEnv, byEnv map[string]Setting) error {
	for _, pair := range environ {
		name, path, _ := strings.Cut(pair, "=")
		base, ok := strings.CutSuffix(name, "_FILE")
		if !ok || !byEnv[base].Secret || path == "" {
			continue
		}
		if values[base].text != "" {
			return invalid("%s and %s are both set; keep one", base, name)
		}
		text, err := secretFile(path)
		if err != nil {
			return invalid("%s: %v", name, err)
		}
		if text == "" {
			return invalid("%s: %s is empty", name, path)
		}
		values[base] = fromEnv{text, "file of " + name}
	}
	return nil
}

// secretFile reads no further than a secret can reach: a device has no size to
// ask for, and may have no end.
func secretFile(path string) (string, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s does not exist", path)
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSecretFile {
		return "", fmt.Errorf("%s is larger than a secret can be", path)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
