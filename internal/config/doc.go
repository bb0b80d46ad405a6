// Package config is the one table of settings: for each its flag, environment
// variable, file key, default and help. Defaults give way to the file, the
// file to the environment, the environment to flags. An unknown key in the
// file, or a variable that begins with BURGEE_ and is no setting, is an error.
//
// The command line makes its flags from Settings, and docs/reference/config.md
// is generated from it and compared in a test.
package config
