-- +goose Up
-- The newest change of each object that came from a file: what somebody changed
-- by hand after it is not overwritten by the next file unseen. 0 is none.
ALTER TABLE latest_change ADD COLUMN file_change_id INTEGER NOT NULL DEFAULT 0;
