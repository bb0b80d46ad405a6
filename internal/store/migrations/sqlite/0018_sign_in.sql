-- +goose Up
-- The second step of a sign-in: codes that an app of the member makes.
CREATE TABLE totp (
    member_id    TEXT   PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
    sealed       BLOB   NOT NULL,       -- what the app and the server share, sealed
    confirmed_at BIGINT NOT NULL,       -- 0 until the member has shown a code
    last_step    BIGINT NOT NULL        -- of the last code that was taken
);

-- Codes for who has lost the app: each works once.
CREATE TABLE recovery_code (
    member_id TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    hash      BLOB NOT NULL,
    PRIMARY KEY (member_id, hash)
);

-- Sign-ins that wait for a code.
CREATE TABLE pending_sign_in (
    hash       BLOB   PRIMARY KEY,
    member_id  TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pending_sign_in_member ON pending_sign_in (member_id);

-- The provider of single sign-on, if there is one.
CREATE TABLE single_sign_on (
    id         BIGINT PRIMARY KEY,      -- 1
    settings   TEXT   NOT NULL,
    sealed     BLOB   NOT NULL,         -- the client secret, sealed
    changed_at BIGINT NOT NULL
);

-- Who a member is to a provider.
CREATE TABLE identity (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    member_id  TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX identity_member ON identity (member_id, issuer);

-- An older Burgee would let people in without the second step.
UPDATE schema_reader SET oldest = 18;
