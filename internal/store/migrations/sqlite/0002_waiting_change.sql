-- +goose Up
-- Entries of accounts from before there was a project; the record of the first
-- one begins with them.

CREATE TABLE waiting_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL,
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    before     TEXT,
    after      TEXT,
    request_id TEXT   NOT NULL
);
