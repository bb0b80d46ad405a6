// Package testkit starts a real server in the test's own process: port 0, a
// data folder of its own, and with it the credentials to talk to it. Scenario
// runs one request and checks the answer against the OpenAPI document too. It
// is for tests only.
package testkit
