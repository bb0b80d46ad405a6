-- +goose Up
-- With which contexts a client key may be used: any, or those only that a service
-- has signed.
ALTER TABLE sdk_key ADD COLUMN contexts TEXT NOT NULL DEFAULT 'any' CHECK (contexts IN ('any', 'signed'));

-- An older Burgee would take any.
UPDATE schema_reader SET oldest = 23;
