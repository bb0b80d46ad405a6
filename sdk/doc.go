// Package burgee is the Go SDK of Burgee: flags are declared next to the code,
// appear by themselves in the dashboard, are decided locally in nanoseconds and
// follow every change within a second, without a restart.
//
//	var flags struct {
//		IsHoliday burgee.Bool
//		Theme     burgee.String `default:"blue" options:"blue,red"`
//	}
//
//	client, err := burgee.New(burgee.Options{Key: os.Getenv("BURGEE_KEY")})
//	...
//	err = client.Register("Flags", &flags)
//	...
//	ctx = burgee.NewContext(ctx, map[string]any{"targetingKey": "alice"})
//	if flags.IsHoliday.Enabled(ctx) { ... }
//
// An evaluation takes no lock, does no I/O and never fails: without a
// configuration it serves the default that the program itself has. The
// package depends on the standard library only, and shares its model
// (ruleset) and its engine (eval) with the server.
package burgee
