module burgee.dev/burgee/bench/ingest

go 1.26
