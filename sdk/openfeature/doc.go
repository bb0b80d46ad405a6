// Package openfeature is the OpenFeature provider of Burgee: flags are evaluated
// in this process, from a configuration that a stream keeps up to date, and the
// program asks in the words of OpenFeature.
//
//	provider, err := burgeeof.New(burgeeof.Options{}) // BURGEE_KEY and BURGEE_URL
//	if err != nil { … }
//	err = openfeature.SetProviderAndWait(provider)
//	client := openfeature.NewDefaultClient()
//	if client.Boolean(ctx, "Flags.isHoliday", false, openfeature.NewEvaluationContext("ann", nil)) { … }
//
// It is a module of its own, so that the SDK needs none but the standard library.
// Import it under a name of your own, such as burgeeof, beside OpenFeature's.
package openfeature
