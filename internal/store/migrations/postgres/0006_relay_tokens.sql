-- +goose Up
-- The tokens of relays count in the environments that they list, one a line as
-- project/environment; an empty list is every environment.

ALTER TABLE token ADD COLUMN environments TEXT COLLATE "C" NOT NULL DEFAULT '';
