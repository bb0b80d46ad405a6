-- +goose Up
-- How many people have to approve a change of an environment; 0 is nobody.
ALTER TABLE environment ADD COLUMN approvals BIGINT NOT NULL DEFAULT 0;

-- Changes that somebody proposes, until they are published or turned down.
CREATE TABLE change_request (
    project_id   BIGINT NOT NULL REFERENCES project (id),
    number       BIGINT NOT NULL,           -- counts the project's from 1
    title        TEXT   NOT NULL,
    state        TEXT   NOT NULL,           -- open, published, rejected or withdrawn
    version      BIGINT NOT NULL,           -- of the content: 1, and one more each time that it changes
    digest       BLOB   NOT NULL,           -- of what was submitted
    base         TEXT   NOT NULL,           -- the revisions it was made on, by environment
    environments TEXT   NOT NULL,           -- those whose programs it concerns, as a list
    objects      BIGINT NOT NULL,           -- how many it changes
    changes      TEXT   NOT NULL,           -- each object whole, before and after
    actor_kind   TEXT   NOT NULL,           -- who made it
    actor_id     TEXT   NOT NULL,
    actor_name   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    publish_at   BIGINT NOT NULL,           -- when it is due; 0 is not scheduled
    problem      TEXT   NOT NULL,           -- why it was not published at its time
    revisions    TEXT   NOT NULL,           -- that it was published as, by environment
    PRIMARY KEY (project_id, number)
);
CREATE INDEX change_request_due ON change_request (state, publish_at);

-- What happened to a change request, and what was said of it.
CREATE TABLE change_request_event (
    project_id   BIGINT NOT NULL,
    number       BIGINT NOT NULL,
    seq          BIGINT NOT NULL,           -- counts the request's from 1
    kind         TEXT   NOT NULL,
    version      BIGINT NOT NULL,           -- of the content that it is about
    at           BIGINT NOT NULL,
    actor_kind   TEXT   NOT NULL,
    actor_id     TEXT   NOT NULL,
    actor_name   TEXT   NOT NULL,
    person       TEXT   NOT NULL,           -- who it is, whichever way they came
    environments TEXT   NOT NULL,           -- of an approval: where it counts, as a list
    text         TEXT   NOT NULL,
    PRIMARY KEY (project_id, number, seq),
    FOREIGN KEY (project_id, number) REFERENCES change_request (project_id, number)
);

-- An older Burgee would publish past the approvals.
UPDATE schema_reader SET oldest = 17;
