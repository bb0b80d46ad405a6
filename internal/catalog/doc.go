// Package catalog is the one place where configuration changes: projects,
// environments, flags, target groups, experiments, SDK keys, and the record of
// every change.
//
// All writes take the same way (commit.go): one transaction loads the project,
// authorises with account.Can, applies the command, checks and compiles what it
// may have spoilt, writes the rows that differ with one change
// row per object, and raises the revision of each environment concerned. Only
// after COMMIT the revision is announced. Who wants to change configuration in
// another way changes this package.
//
//	adminapi, cli, registration → Service → Store (SQL) → COMMIT → Announcer
//
// The data plane reads what was committed by itself and never asks here.
package catalog
