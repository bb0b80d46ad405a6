module burgee.dev/burgee/sdk

go 1.26
