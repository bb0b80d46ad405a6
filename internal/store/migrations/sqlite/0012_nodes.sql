-- +goose Up
-- Failed attempts to sign in, counted for all nodes. Times are of the database's
-- clock.
CREATE TABLE sign_in_failure (
    subject  BLOB   NOT NULL PRIMARY KEY, -- SHA-256 of what was typed, or of an address
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    until    BIGINT NOT NULL              -- the next attempt is refused before
);
CREATE INDEX sign_in_failure_last ON sign_in_failure (last_at);

-- Servers that run on this database. Times are of its clock.
CREATE TABLE node (
    id     TEXT   NOT NULL PRIMARY KEY, -- a process
    beat   BIGINT NOT NULL,             -- when it last wrote
    asks   BIGINT NOT NULL,             -- grows when it asks the others for all they know
    newest BIGINT NOT NULL              -- number of its newest row in node_news
);

-- What nodes tell each other of running programs, for a minute.
CREATE TABLE node_news (
    node   TEXT   NOT NULL,
    number BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    body   TEXT   NOT NULL, -- JSON
    PRIMARY KEY (node, number)
);
