-- +goose Up
-- Who applied each revision, kept for a fortnight.

CREATE TABLE receipt (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    revision       BIGINT NOT NULL,
    committed_at   BIGINT NOT NULL,
    expected       BIGINT NOT NULL,         -- instances connected when it was committed
    applied        BIGINT NOT NULL,
    latencies      TEXT COLLATE "C" NOT NULL,         -- JSON: times after the commit, counted
    slowest_ms     BIGINT NOT NULL,
    slowest        TEXT COLLATE "C" NOT NULL,         -- JSON: the instance
    pending        TEXT COLLATE "C" NOT NULL,         -- JSON: instances that have not applied it
    PRIMARY KEY (environment_id, revision)
);
CREATE INDEX receipt_committed ON receipt (committed_at);

-- Instances tell this only when it changes.
CREATE TABLE instance_override (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    instance       TEXT COLLATE "C" NOT NULL,
    caller         TEXT COLLATE "C" NOT NULL,         -- JSON: the instance
    flags          TEXT COLLATE "C" NOT NULL,         -- JSON: keys
    direct         BIGINT NOT NULL,         -- 1: it connects here, not through a relay
    PRIMARY KEY (environment_id, instance)
);
