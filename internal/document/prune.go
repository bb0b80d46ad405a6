package document

// Missing lists the objects of the project that a file leaves out: its attributes,
// target groups and flags, and in the environments that the file speaks of the
// experiments and the blocks of its flags. A file speaks of the environments of its
// blocks, of its experiments and of its revisions.
func (p *Project) Missing(file *File) []ObjectRef {
	spoken := file.environments()
	out := missing(nil, AttributeKind, p.Attributes, file.Attributes)
	out = missing(out, TargetGroupKind, p.TargetGroups, file.TargetGroups)
	for _, key := range sortedKeys(p.Experiments) {
		x := p.Experiments[key]
		if _, named := file.Experiments[key]; !named && spoken[x.Environment] {
			out = append(out, ObjectRef{Kind: ExperimentKind, Key: key})
		}
	}
	for _, environment := range p.Environments {
		for _, key := range sortedKeys(p.Configurations[environment]) {
			flag, named := file.Flags[key]
			if _, block := flag.Environments[environment]; named && spoken[environment] && !block {
				out = append(out, ObjectRef{ConfigurationKind, key, environment})
			}
		}
	}
	return missing(out, FlagKind, p.Flags, file.Flags)
}

// ObjectRef names one object of a project.
type ObjectRef struct {
	Kind        Kind
	Key         string
	Environment string // of a configuration
}

func missing[T any](out []ObjectRef, kind Kind, present, wanted map[string]T) []ObjectRef {
	for _, key := range sortedKeys(present) {
		if _, named := wanted[key]; !named {
			out = append(out, ObjectRef{Kind: kind, Key: key})
		}
	}
	return out
}

// environments are those that the file speaks of.
func (f *File) environments() map[string]bool {
	out := keySet(f.Revision)
	for _, flag := range f.Flags {
		for environment := range flag.Environments {
			out[environment] = true
		}
	}
	for _, x := range f.Experiments {
		out[x.Environment] = true
	}
	return out
}
