-- +goose Up
-- Which Burgee may use this database while nodes are upgraded one by one: those
-- that know the schema "oldest", or a newer one. A step that only adds leaves it. A
-- step that takes away, or alters, what an older Burgee uses raises it to the first
-- schema that no longer does: UPDATE schema_reader SET oldest = 17;

CREATE TABLE schema_reader (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest BIGINT NOT NULL
);
INSERT INTO schema_reader (id, oldest) VALUES (1, 14);
