-- +goose Up
-- Which Burgee first wrote the data in a schema, so that an older one can say
-- which to run.

CREATE TABLE schema_writer (
    schema  BIGINT PRIMARY KEY,             -- the number of the newest migration
    version TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL
);
