module burgee.dev/burgee/sdk/openfeature

go 1.26.0

require (
	burgee.dev/burgee/sdk v0.1.0
	github.com/open-feature/go-sdk v1.20.0
)

require go.uber.org/mock v0.6.0 // indirect

replace burgee.dev/burgee/sdk => ../
