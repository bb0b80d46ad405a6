module burgee.dev/burgee/e2e/openfeature

go 1.26.0

require (
	burgee.dev/burgee v0.0.0
	burgee.dev/burgee/sdk v0.1.0
	burgee.dev/burgee/sdk/openfeature v0.1.0
	github.com/open-feature/go-sdk v1.20.0
	github.com/open-feature/go-sdk-contrib/providers/ofrep v0.1.7
)

require (
	go.uber.org/mock v0.6.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace (
	burgee.dev/burgee => ../..
	burgee.dev/burgee/sdk => ../../sdk
	burgee.dev/burgee/sdk/openfeature => ../../sdk/openfeature
)
