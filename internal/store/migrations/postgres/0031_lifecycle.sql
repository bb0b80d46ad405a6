-- +goose Up
-- Why a flag archived itself, and when it came back last: one that a person brought
-- back stays for a while. Empty is that a person archived it, 0 that it never was.
ALTER TABLE flag ADD COLUMN archived_reason TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE flag ADD COLUMN restored_at BIGINT NOT NULL DEFAULT 0;
