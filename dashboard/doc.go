// Package dashboard holds the built web application. With the build tag
// `dashboard` the binary embeds dist; without it Files is a page that says how
// to build, so that the Go code needs no Node. internal/server serves it.
package dashboard
