module example.com/calendar

go 1.26

require burgee.dev/burgee/sdk v0.1.0

replace burgee.dev/burgee/sdk => ../../sdk
