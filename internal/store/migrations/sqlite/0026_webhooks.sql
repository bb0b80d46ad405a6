-- +goose Up
-- Where changes are told of: each webhook follows the record of its project.
CREATE TABLE webhook (
    id           TEXT   PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES project (id),
    name         TEXT   NOT NULL,
    format       TEXT   NOT NULL,         -- standard or slack
    filter       TEXT   NOT NULL,         -- JSON: which entries are sent
    enabled      BIGINT NOT NULL,         -- 1: it is sent to
    sealed       BLOB   NOT NULL,         -- the address and the secrets, sealed
    version      BIGINT NOT NULL,         -- grows with each change
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

-- How far a webhook has come. The sender writes it, the webhook itself is people's.
CREATE TABLE webhook_progress (
    webhook_id    TEXT   PRIMARY KEY REFERENCES webhook (id) ON DELETE CASCADE,
    seq           BIGINT NOT NULL,        -- of the last entry of the record that was looked at
    failures      BIGINT NOT NULL,        -- attempts that failed since the last that did not
    failing_since BIGINT NOT NULL,        -- the first of them; 0 is none
    retry_at      BIGINT NOT NULL,        -- nothing is sent before
    attempted_at  BIGINT NOT NULL,
    succeeded_at  BIGINT NOT NULL,
    problem       TEXT   NOT NULL         -- why the last attempt failed
);

-- What waits to be sent, and what was, for a time. What it says is in the record.
CREATE TABLE webhook_delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  TEXT   NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    message     TEXT   NOT NULL,          -- the same with each attempt
    first_seq   BIGINT NOT NULL,          -- the entries of the record that it tells of; 0 is a test
    last_seq    BIGINT NOT NULL,
    state       TEXT   NOT NULL,          -- pending, delivered or failed
    created_at  BIGINT NOT NULL,
    queued_at   BIGINT NOT NULL,          -- when it began to wait, again after somebody asked for it
    next_at     BIGINT NOT NULL,          -- not tried before
    finished_at BIGINT NOT NULL,          -- 0 while it waits
    attempts    BIGINT NOT NULL,
    UNIQUE (webhook_id, message)
);
CREATE INDEX webhook_delivery_waits ON webhook_delivery (webhook_id, state, id);
CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at);

-- Each attempt of a delivery.
CREATE TABLE webhook_attempt (
    delivery_id BIGINT NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,          -- from 1
    at          BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status      BIGINT NOT NULL,          -- of the answer; 0 is none
    problem     TEXT   NOT NULL,          -- '' where it went well
    answer      TEXT   NOT NULL,          -- how the answer begins
    PRIMARY KEY (delivery_id, number)
);
