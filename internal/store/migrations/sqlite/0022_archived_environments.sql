-- +goose Up
-- When a project or an environment was archived; 0 is not.
ALTER TABLE project ADD COLUMN archived_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE environment ADD COLUMN archived_at BIGINT NOT NULL DEFAULT 0;

-- An older Burgee would let the programs of an archived environment in.
UPDATE schema_reader SET oldest = 22;
