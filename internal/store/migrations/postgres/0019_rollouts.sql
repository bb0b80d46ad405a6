-- +goose Up
-- What failed at its time for an inner reason is tried again, later and later.
ALTER TABLE change_request ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0; -- that failed, one after the other
ALTER TABLE change_request ADD COLUMN retry_at BIGINT NOT NULL DEFAULT 0; -- not before
-- The rollout that begins when it is published, '' is none.
ALTER TABLE change_request ADD COLUMN rollout TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Splits that are raised step by step.
CREATE TABLE rollout (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    number         BIGINT NOT NULL,           -- counts the project's from 1
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT COLLATE "C"   NOT NULL,           -- configuration or experiment
    object         TEXT COLLATE "C"   NOT NULL,           -- the flag's or experiment's key
    rule           TEXT COLLATE "C"   NOT NULL,           -- of a flag: the rule's id, '' is the default
    variation      TEXT COLLATE "C"   NOT NULL,           -- of a flag: which one is raised
    rest           TEXT COLLATE "C"   NOT NULL,           -- what the others get where it was the program's own default
    unit           TEXT COLLATE "C"   NOT NULL,           -- of a split that it makes
    state          TEXT COLLATE "C"   NOT NULL,           -- running, paused, done, stopped or rolled_back
    steps          TEXT COLLATE "C"   NOT NULL,           -- each with its share and wait, when it was made, and as which revision
    made           BIGINT NOT NULL,           -- how many steps were made
    next_at        BIGINT NOT NULL,           -- when the next is due; 0 while none is
    remaining      BIGINT NOT NULL,           -- while it is paused: how long the next had to wait
    problem        TEXT COLLATE "C"   NOT NULL,           -- why it is paused
    began          TEXT COLLATE "C"   NOT NULL,           -- the object before the first step, '' is not there
    remains        TEXT COLLATE "C"   NOT NULL,           -- the object as the newest step left it
    approvals      BIGINT NOT NULL,           -- that its environment needed when it began
    request        BIGINT NOT NULL,           -- the change request that it began with; 0 is none
    actor_kind     TEXT COLLATE "C"   NOT NULL,           -- whose rights its steps use
    actor_id       TEXT COLLATE "C"   NOT NULL,
    actor_name     TEXT COLLATE "C"   NOT NULL,
    person         TEXT COLLATE "C"   NOT NULL,           -- who it is, whichever way they came
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    attempts       BIGINT NOT NULL,           -- that failed, one after the other
    retry_at       BIGINT NOT NULL,           -- not before
    PRIMARY KEY (project_id, number)
);
CREATE INDEX rollout_due ON rollout (state, next_at);

-- An older Burgee would publish the first step and forget the others.
UPDATE schema_reader SET oldest = 19;
