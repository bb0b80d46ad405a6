-- +goose Up
-- Who may do what: a member has roles, each everywhere (project is empty), in a
-- project (environment is empty) or in one environment.

CREATE TABLE membership (
    member_id   TEXT COLLATE "C" NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    role        TEXT COLLATE "C" NOT NULL,
    project     TEXT COLLATE "C" NOT NULL,          -- a project's key, which never changes
    environment TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, role, project, environment)
);
CREATE INDEX membership_role ON membership (role);

-- Roles that people made; the others are in the program.
CREATE TABLE custom_role (
    name        TEXT COLLATE "C"   PRIMARY KEY,
    description TEXT COLLATE "C"   NOT NULL,
    actions     TEXT COLLATE "C"   NOT NULL,        -- one a line
    created_at  BIGINT NOT NULL
);

-- Links that somebody copies to somebody: each works once.
CREATE TABLE link (
    hash       BYTEA   PRIMARY KEY,
    kind       TEXT COLLATE "C"   NOT NULL,                -- invitation or reset
    email      TEXT COLLATE "C"   NOT NULL,
    member_id  TEXT COLLATE "C"   NOT NULL,         -- whose password it sets; empty for an invitation
    roles      TEXT COLLATE "C"   NOT NULL,         -- what an invitation gives, one a line
    made_by    TEXT COLLATE "C"   NOT NULL,         -- a member's or token's id; empty for the server's host
    maker      TEXT COLLATE "C"   NOT NULL,         -- by name
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX link_made_by ON link (made_by);

-- Everybody who had an account could do everything, and still can.
INSERT INTO membership (member_id, role, project, environment) SELECT id, 'owner', '', '' FROM member;

-- A personal token does what its member may, and ends with the member. Those that
-- a relay or another token made are nobody's.
ALTER TABLE token ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'service';
UPDATE token SET kind = 'personal' WHERE role = 'owner' AND member_id IN (SELECT id FROM member);
CREATE INDEX token_member ON token (member_id);

-- An older Burgee would look for it, and take everybody for an owner.
ALTER TABLE member DROP COLUMN role;
UPDATE schema_reader SET oldest = 16;
