// Package check has what only libraries of others can say of the files to
// deploy: Kubernetes' own types, the schemas of Compose and of CycloneDX, and
// the parser of Dockerfiles. It is a module of its own, so that the server does
// not depend on them; `make test-deploy` runs it.
package check
