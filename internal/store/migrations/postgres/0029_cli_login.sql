-- +goose Up
-- Command lines that wait to be approved by a person in a browser.
CREATE TABLE cli_login (
    hash       BYTEA  PRIMARY KEY,    -- of the secret that collects the token
    code       BYTEA  NOT NULL UNIQUE, -- the hash of what both sides show
    machine    TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    member_id  TEXT COLLATE "C" REFERENCES member (id) ON DELETE CASCADE -- who has approved it
);
