package catalog

import (
	"bytes"
	"encoding/json"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// CodeManagedByFile is the code of the fault of a change by hand of what a file
// manages.
const CodeManagedByFile = "managed_by_file"

// unmanaged refuses to change by hand what a file manages: a flag's own fields, its
// configurations, and experiments on it. Off, On and Stop are always possible, and
// programs declare what they like.
func (e *edit) unmanaged(cmd command) error {
	if e.fromFile || cmd.action == account.Declare {
		return nil
	}
	for _, c := range e.changes {
		flag := e.managedFlag(c)
		if flag == "" || e.actions[c.Object] == ActionRestore { // no file can restore one
			continue
		}
		switches, err := switches(c)
		if err != nil {
			return err
		}
		if !switches {
			return managedFault(flag, e.own(flag))
		}
	}
	return nil
}

func managedFault(key string, flag document.Flag) error {
	where := "a file"
	if in := document.Text(flag.ManagedIn); in != "" {
		where = "a file (" + in + ")"
	}
	return fault.New(fault.Conflict, CodeManagedByFile,
		"%s is managed by %s: change it there, and burgee apply brings it here. Off and On work without it", key, where)
}

// managedFlag is the flag managed by a file that a change is about; empty is none.
func (e *edit) managedFlag(c document.Change) string {
	switch c.Kind {
	case document.FlagKind, document.ConfigurationKind:
		if document.Text(e.own(c.Object).ManagedBy) == document.ByFile {
			return c.Object
		}
	case document.ExperimentKind:
		for _, x := range []document.Experiment{e.project.Experiments[c.Object], e.next.Experiments[c.Object]} {
			for _, key := range controlled(x) {
				if document.Text(e.own(key).ManagedBy) == document.ByFile {
					return key
				}
			}
		}
	}
	return ""
}

// own are a flag's own fields as they are now, of an archived one too.
func (e *edit) own(key string) document.Flag {
	flag, _, _ := e.flag(key) // one that is not there yet is managed by nobody
	return flag
}

// switches says whether a change switches a flag on or off, or stops an experiment,
// and does nothing else.
func switches(c document.Change) (bool, error) {
	row := ChangeRow{Object: c.Object, Before: c.Before, After: c.After}
	switch {
	case c.Kind == document.ConfigurationKind && c.After != nil:
		var before, after document.Configuration
		if err := json.Unmarshal(c.After, &after); err != nil {
			return false, err
		}
		before = *document.Unconfigured("")
		before.Off = after.Off
		if c.Before != nil {
			if err := json.Unmarshal(c.Before, &before); err != nil {
				return false, err
			}
		}
		before.Enabled = after.Enabled
		return alike(&before, &after)
	case c.Kind == document.ExperimentKind && c.Before != nil && c.After != nil:
		before, after, err := bothOf[document.Experiment](row)
		if err != nil || after.State == document.Running {
			return false, err
		}
		before.State = after.State
		return alike(before, after)
	}
	return false, nil
}

func alike(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}
