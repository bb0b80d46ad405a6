-- +goose Up
-- Times are milliseconds since 1970, JSON is TEXT, secrets are SHA-256 only.

CREATE TABLE meta (
    id         BIGINT PRIMARY KEY CHECK (id = 1),
    epoch      BIGINT NOT NULL,             -- the second at which this store was made; a restore raises it
    created_at BIGINT NOT NULL
);

CREATE TABLE project (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,   -- grows with each commit to the project
    chain_seq  BIGINT NOT NULL DEFAULT 0,   -- end of the chain of change rows
    chain_hash BLOB
);

CREATE TABLE environment (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id     BIGINT NOT NULL REFERENCES project (id),
    key            TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    revision       BIGINT NOT NULL,
    key_generation BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL,
    UNIQUE (project_id, key)
);

-- Entities hold their newest state as whole JSON; the change rows hold all others.

CREATE TABLE flag (
    project_id  BIGINT NOT NULL REFERENCES project (id),
    key         TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    source      TEXT   NOT NULL CHECK (source IN ('code', 'person')),
    created_at  BIGINT NOT NULL,
    archived_at BIGINT NOT NULL DEFAULT 0,
    declared_by BIGINT NOT NULL DEFAULT 0,  -- sdk_key.id of the registration that made it
    PRIMARY KEY (project_id, key)
);
CREATE INDEX flag_declared_by ON flag (declared_by, created_at);

CREATE TABLE configuration (
    project_id     BIGINT NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag_key       TEXT   NOT NULL,
    body           TEXT   NOT NULL,
    PRIMARY KEY (environment_id, flag_key),
    FOREIGN KEY (project_id, flag_key) REFERENCES flag (project_id, key)
);
CREATE INDEX configuration_project ON configuration (project_id, flag_key);

CREATE TABLE target_group (
    project_id BIGINT NOT NULL REFERENCES project (id),
    key        TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (project_id, key)
);

CREATE TABLE experiment (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    key            TEXT   NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    body           TEXT   NOT NULL,
    started_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, key)
);

CREATE TABLE attribute (
    project_id BIGINT NOT NULL REFERENCES project (id),
    path       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (project_id, path)
);

-- Exactly the bytes that delivery sends.
CREATE TABLE ruleset_line (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    line           BLOB   NOT NULL,
    PRIMARY KEY (environment_id, kind, key)
);

-- The record. Rows are never changed; a later erasure blanks before or after
-- with their salt and leaves the hashes of both.
CREATE TABLE change (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id     BIGINT NOT NULL REFERENCES project (id),
    seq            BIGINT NOT NULL,
    environment_id BIGINT REFERENCES environment (id),
    at             BIGINT NOT NULL,
    actor_kind     TEXT   NOT NULL,
    actor_id       TEXT   NOT NULL,
    actor_name     TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    object         TEXT   NOT NULL,
    action         TEXT   NOT NULL,
    before         TEXT,
    after          TEXT,
    before_salt    BLOB   NOT NULL,
    after_salt     BLOB   NOT NULL,
    before_hash    BLOB   NOT NULL,
    after_hash     BLOB   NOT NULL,
    comment        TEXT   NOT NULL,
    request_id     TEXT   NOT NULL,
    prev_hash      BLOB   NOT NULL,
    hash           BLOB   NOT NULL,
    UNIQUE (project_id, seq)
);
CREATE INDEX change_object ON change (project_id, object, id);
CREATE INDEX change_project ON change (project_id, id);

-- The newest change of each object; environment_id 0 is the project itself.
CREATE TABLE latest_change (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    kind           TEXT   NOT NULL,
    object         TEXT   NOT NULL,
    environment_id BIGINT NOT NULL,
    change_id      BIGINT NOT NULL REFERENCES change (id),
    PRIMARY KEY (project_id, object, kind, environment_id)
);

CREATE TABLE revision (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    number         BIGINT NOT NULL,
    change_id      BIGINT NOT NULL REFERENCES change (id),
    PRIMARY KEY (environment_id, number, change_id)
);
CREATE INDEX revision_change ON revision (change_id);

CREATE TABLE sdk_key (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT   NOT NULL CHECK (kind IN ('server', 'client')),
    name           TEXT   NOT NULL,
    hash           BLOB   NOT NULL UNIQUE,
    masked         TEXT   NOT NULL,
    public         TEXT   NOT NULL DEFAULT '',  -- the whole key, of a client key only
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL DEFAULT 0,
    revoked_at     BIGINT NOT NULL DEFAULT 0,
    last_used_at   BIGINT NOT NULL DEFAULT 0,
    uses           BIGINT NOT NULL DEFAULT 0,
    last_sdk       TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX sdk_key_environment ON sdk_key (environment_id);

-- How programs declare flags. The flag may be archived; it is then "still asked for".
CREATE TABLE declaration (
    project_id     BIGINT NOT NULL,
    flag_key       TEXT   NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    application    TEXT   NOT NULL,
    version        TEXT   NOT NULL,
    sdk            TEXT   NOT NULL,
    platform       TEXT   NOT NULL,
    type           TEXT   NOT NULL,
    default_value  TEXT   NOT NULL,
    options        TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    first_seen_at  BIGINT NOT NULL,
    last_seen_at   BIGINT NOT NULL,
    PRIMARY KEY (project_id, flag_key, environment_id, application, version, sdk),
    FOREIGN KEY (project_id, flag_key) REFERENCES flag (project_id, key)
);

CREATE TABLE member (
    id            TEXT   PRIMARY KEY,
    email         TEXT   NOT NULL,
    email_key     TEXT   NOT NULL UNIQUE,
    password_hash TEXT   NOT NULL,
    role          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE session (
    hash         BLOB   PRIMARY KEY,
    member_id    TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    user_agent   TEXT   NOT NULL,
    address      TEXT   NOT NULL
);
CREATE INDEX session_member ON session (member_id);

CREATE TABLE token (
    id           TEXT   PRIMARY KEY,
    hash         BLOB   NOT NULL UNIQUE,
    member_id    TEXT   NOT NULL,           -- empty for one installed at the first start
    name         TEXT   NOT NULL,
    masked       TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE TABLE setup_link (
    hash       BLOB   PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE evaluation_count (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag           TEXT   NOT NULL,
    minute         BIGINT NOT NULL,
    variation      TEXT   NOT NULL,         -- empty where no variation was served
    reason         TEXT   NOT NULL,
    experiment     TEXT   NOT NULL,
    arm            TEXT   NOT NULL,
    application    TEXT   NOT NULL,
    version        TEXT   NOT NULL,
    sdk            TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk)
);
CREATE INDEX evaluation_count_minute ON evaluation_count (minute);

-- Totals by hour, for lists over all flags.
CREATE TABLE evaluation_hour (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    hour           BIGINT NOT NULL,
    flag           TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (environment_id, hour, flag)
);

CREATE TABLE evaluation_last (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag           TEXT   NOT NULL,
    minute         BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag)
);

CREATE TABLE event_batch (
    id TEXT   PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX event_batch_at ON event_batch (at);
