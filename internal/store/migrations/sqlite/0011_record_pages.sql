-- +goose Up
-- A page of the record takes as long with a million entries as with a thousand,
-- whatever it is filtered by: each filter reads its own entries only, the newest
-- first.
CREATE INDEX change_environment ON change (environment_id, id);
CREATE INDEX change_actor ON change (project_id, actor_name, id);
CREATE INDEX change_kind ON change (project_id, kind, id);
CREATE INDEX revision_environment ON revision (environment_id, change_id);
