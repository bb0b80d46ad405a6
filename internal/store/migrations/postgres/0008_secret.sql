-- +goose Up
-- What the server must be able to read again, sealed (AES-256-GCM). The key is
-- not here: BURGEE_SECRET_KEY unwraps the data key, which opens the secrets.

CREATE TABLE data_key (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT COLLATE "C" NOT NULL,            -- of the secret key that unwraps it
    wrapped     BYTEA NOT NULL,
    changed_at  BIGINT NOT NULL
);

CREATE TABLE secret (
    name       TEXT COLLATE "C" PRIMARY KEY,
    sealed     BYTEA NOT NULL,
    changed_at BIGINT NOT NULL
);
