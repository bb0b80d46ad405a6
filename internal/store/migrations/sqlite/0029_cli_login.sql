-- +goose Up
-- Command lines that wait to be approved by a person in a browser.
CREATE TABLE cli_login (
    hash       BLOB  PRIMARY KEY,    -- of the secret that collects the token
    code       BLOB  NOT NULL UNIQUE, -- the hash of what both sides show
    machine    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    member_id  TEXT   REFERENCES member (id) ON DELETE CASCADE -- who has approved it
);
