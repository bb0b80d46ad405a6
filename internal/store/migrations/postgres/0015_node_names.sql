-- +goose Up
-- What people call a node, and the fingerprint of the secret key that it opened
-- the sealed secrets with; '' of what is not known, as of a node that is older.
ALTER TABLE node ADD COLUMN name TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN secret_key TEXT COLLATE "C" NOT NULL DEFAULT '';
