-- +goose Up
-- Who asks for the state as of a time looks for the newest entry made by then.
-- The order of the entries is the truth, and a clock may have been set back: with
-- the time in the index of that order the search reads no entry, however far back.
DROP INDEX IF EXISTS change_project;
CREATE INDEX change_project ON change (project_id, id, at);
