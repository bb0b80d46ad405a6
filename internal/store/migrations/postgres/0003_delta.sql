-- +goose Up
-- What each revision changed of the wire lines: programs that were away are
-- brought up to date with these instead of a whole snapshot. Kept for a time;
-- ruleset_line is the truth.

CREATE TABLE delta (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    revision       BIGINT NOT NULL,
    epoch          BIGINT NOT NULL,         -- revisions of another epoch lead nowhere
    at             BIGINT NOT NULL,         -- of the commit
    root           TEXT COLLATE "C" NOT NULL,         -- of all lines after it
    bytes          BIGINT NOT NULL,         -- length of its lines
    PRIMARY KEY (environment_id, revision)
);
CREATE INDEX delta_at ON delta (at);

CREATE TABLE delta_line (
    environment_id BIGINT NOT NULL,
    revision       BIGINT NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    key            TEXT COLLATE "C" NOT NULL,
    line           BYTEA,                    -- NULL where the entity was removed
    PRIMARY KEY (environment_id, revision, kind, key),
    FOREIGN KEY (environment_id, revision) REFERENCES delta (environment_id, revision) ON DELETE CASCADE
);

-- The public keys that programs have been told to trust, as headers hold them.
ALTER TABLE meta ADD COLUMN signing_keys TEXT COLLATE "C" NOT NULL DEFAULT '';
