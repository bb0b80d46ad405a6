module burgee.dev/burgee

go 1.26

require burgee.dev/burgee/sdk v0.0.0

replace burgee.dev/burgee/sdk => ./sdk
