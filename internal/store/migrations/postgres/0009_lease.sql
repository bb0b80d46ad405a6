-- +goose Up
-- Work that runs on one node at a time. Times are of the database's clock.

CREATE TABLE lease (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,         -- a process; "" after it gave the lease back
    fence  BIGINT NOT NULL,         -- larger with each holder
    until  BIGINT NOT NULL
);
