// Package gate is the door of the data plane: it turns the credential of a
// request into the environment that it opens, or into a refusal that says why
// in words and is shown on the dashboard.
//
// Every protocol (sdkapi, ofrep) asks Enter first. No database is read: keys are
// compiled into the States of delivery. A key that a browser should never hold
// and that arrives from one is refused, whatever it opens.
package gate
