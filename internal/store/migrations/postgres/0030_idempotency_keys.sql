-- +goose Up
-- Requests that came with a key: each row is written in the transaction that did
-- what was asked for, so that a repetition does not do it again.
CREATE TABLE idempotency_key (
    actor      TEXT COLLATE "C" NOT NULL, -- who sent it
    key        BYTEA  NOT NULL, -- the hash of the key
    request    BYTEA  NOT NULL, -- a MAC of what was asked for, under the key
    at         BIGINT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL, -- of the request that did it
    status     BIGINT NOT NULL, -- of the answer; 0 while none is known
    made       TEXT COLLATE "C" NOT NULL, -- the id of what was made, where the answer is not kept
    answer     BYTEA,           -- NULL where it is not kept
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_key_at ON idempotency_key (at);
