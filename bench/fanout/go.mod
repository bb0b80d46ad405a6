module burgee.dev/burgee/bench/fanout

go 1.26
