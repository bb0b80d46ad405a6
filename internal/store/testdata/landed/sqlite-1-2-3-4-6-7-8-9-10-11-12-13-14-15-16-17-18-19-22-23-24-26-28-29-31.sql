-- A database of the schema with the steps 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 23, 24, 26, 28, 29, 31, as that Burgee left it.
BEGIN TRANSACTION;
CREATE TABLE attribute (
    project_id BIGINT NOT NULL REFERENCES project (id),
    path       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (project_id, path)
);
CREATE TABLE change (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id     BIGINT NOT NULL REFERENCES project (id),
    seq            BIGINT NOT NULL,
    environment_id BIGINT REFERENCES environment (id),
    at             BIGINT NOT NULL,
    actor_kind     TEXT   NOT NULL,
    actor_id       TEXT   NOT NULL,
    actor_name     TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    object         TEXT   NOT NULL,
    action         TEXT   NOT NULL,
    before         TEXT,
    after          TEXT,
    before_salt    BLOB   NOT NULL,
    after_salt     BLOB   NOT NULL,
    before_hash    BLOB   NOT NULL,
    after_hash     BLOB   NOT NULL,
    comment        TEXT   NOT NULL,
    request_id     TEXT   NOT NULL,
    prev_hash      BLOB   NOT NULL,
    hash           BLOB   NOT NULL,
    UNIQUE (project_id, seq)
);
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
    revisions    TEXT   NOT NULL, attempts BIGINT NOT NULL DEFAULT 0, retry_at BIGINT NOT NULL DEFAULT 0, rollout TEXT NOT NULL DEFAULT '',           -- that it was published as, by environment
    PRIMARY KEY (project_id, number)
);
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
CREATE TABLE cli_login (
    hash       BLOB  PRIMARY KEY,    -- of the secret that collects the token
    code       BLOB  NOT NULL UNIQUE, -- the hash of what both sides show
    machine    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    member_id  TEXT   REFERENCES member (id) ON DELETE CASCADE -- who has approved it
);
CREATE TABLE configuration (
    project_id     BIGINT NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag_key       TEXT   NOT NULL,
    body           TEXT   NOT NULL,
    PRIMARY KEY (environment_id, flag_key),
    FOREIGN KEY (project_id, flag_key) REFERENCES flag (project_id, key)
);
CREATE TABLE custom_role (
    name        TEXT   PRIMARY KEY,
    description TEXT   NOT NULL,
    actions     TEXT   NOT NULL,        -- one a line
    created_at  BIGINT NOT NULL
);
CREATE TABLE data_key (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT   NOT NULL,            -- of the secret key that unwraps it
    wrapped     BLOB   NOT NULL,
    changed_at  BIGINT NOT NULL
);
CREATE TABLE declaration (
    project_id     BIGINT NOT NULL,
    flag_key       TEXT   NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    application    TEXT   NOT NULL,
    version        TEXT   NOT NULL,
    sdk            TEXT   NOT NULL,
    platform       TEXT   NOT NULL,
    type           TEXT   NOT NULL,
    default_value  TEXT   NOT NULL,
    options        TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    first_seen_at  BIGINT NOT NULL,
    last_seen_at   BIGINT NOT NULL,
    PRIMARY KEY (project_id, flag_key, environment_id, application, version, sdk),
    FOREIGN KEY (project_id, flag_key) REFERENCES flag (project_id, key)
);
CREATE TABLE delta (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    revision       BIGINT NOT NULL,
    epoch          BIGINT NOT NULL,         -- revisions of another epoch lead nowhere
    at             BIGINT NOT NULL,         -- of the commit
    root           TEXT   NOT NULL,         -- of all lines after it
    bytes          BIGINT NOT NULL,         -- length of its lines
    PRIMARY KEY (environment_id, revision)
);
CREATE TABLE delta_line (
    environment_id BIGINT NOT NULL,
    revision       BIGINT NOT NULL,
    kind           TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    line           BLOB,                    -- NULL where the entity was removed
    PRIMARY KEY (environment_id, revision, kind, key),
    FOREIGN KEY (environment_id, revision) REFERENCES delta (environment_id, revision) ON DELETE CASCADE
);
CREATE TABLE environment (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id     BIGINT NOT NULL REFERENCES project (id),
    key            TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    revision       BIGINT NOT NULL,
    key_generation BIGINT NOT NULL DEFAULT 0,
    created_at     BIGINT NOT NULL, approvals BIGINT NOT NULL DEFAULT 0, archived_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (project_id, key)
);
CREATE TABLE "evaluation_count" (
    environment_id BIGINT NOT NULL,
    flag           TEXT   NOT NULL,
    minute         BIGINT NOT NULL,
    variation      TEXT   NOT NULL,         -- empty where no variation was served
    reason         TEXT   NOT NULL,
    experiment     TEXT   NOT NULL,
    arm            TEXT   NOT NULL,
    application    TEXT   NOT NULL,
    version        TEXT   NOT NULL,
    sdk            TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk)
);
CREATE TABLE evaluation_hour (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    hour           BIGINT NOT NULL,
    flag           TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (environment_id, hour, flag)
);
CREATE TABLE evaluation_last (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag           TEXT   NOT NULL,
    minute         BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag)
);
CREATE TABLE evaluation_served (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag           TEXT   NOT NULL,
    variation      TEXT   NOT NULL,
    first_minute   BIGINT NOT NULL,
    last_minute    BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag, variation)
);
CREATE TABLE event_batch (
    id TEXT   PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE TABLE experiment (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    key            TEXT   NOT NULL,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    body           TEXT   NOT NULL,
    started_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, key)
);
CREATE TABLE flag (
    project_id  BIGINT NOT NULL REFERENCES project (id),
    key         TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    source      TEXT   NOT NULL CHECK (source IN ('code', 'person')),
    created_at  BIGINT NOT NULL,
    archived_at BIGINT NOT NULL DEFAULT 0,
    declared_by BIGINT NOT NULL DEFAULT 0, archived_reason TEXT NOT NULL DEFAULT '', restored_at BIGINT NOT NULL DEFAULT 0,  -- sdk_key.id of the registration that made it
    PRIMARY KEY (project_id, key)
);
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
CREATE TABLE identity (
    issuer     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    member_id  TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE TABLE instance_override (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    instance       TEXT   NOT NULL,
    caller         TEXT   NOT NULL,         -- JSON: the instance
    flags          TEXT   NOT NULL,         -- JSON: keys
    direct         BIGINT NOT NULL,         -- 1: it connects here, not through a relay
    PRIMARY KEY (environment_id, instance)
);
CREATE TABLE latest_change (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    kind           TEXT   NOT NULL,
    object         TEXT   NOT NULL,
    environment_id BIGINT NOT NULL,
    change_id      BIGINT NOT NULL REFERENCES change (id), file_change_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (project_id, object, kind, environment_id)
);
CREATE TABLE lease (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder TEXT    NOT NULL,         -- a process; "" after it gave the lease back
    fence  BIGINT NOT NULL,         -- larger with each holder
    until  BIGINT NOT NULL
);
CREATE TABLE link (
    hash       BLOB   PRIMARY KEY,
    kind       TEXT   NOT NULL,                -- invitation or reset
    email      TEXT   NOT NULL,
    member_id  TEXT   NOT NULL,         -- whose password it sets; empty for an invitation
    roles      TEXT   NOT NULL,         -- what an invitation gives, one a line
    made_by    TEXT   NOT NULL,         -- a member's or token's id; empty for the server's host
    maker      TEXT   NOT NULL,         -- by name
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE member (
    id            TEXT   PRIMARY KEY,
    email         TEXT   NOT NULL,
    email_key     TEXT   NOT NULL UNIQUE,
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE TABLE membership (
    member_id   TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    role        TEXT NOT NULL,
    project     TEXT NOT NULL,          -- a project's key, which never changes
    environment TEXT NOT NULL,
    PRIMARY KEY (member_id, role, project, environment)
);
CREATE TABLE meta (
    id         BIGINT PRIMARY KEY CHECK (id = 1),
    epoch      BIGINT NOT NULL,             -- the second at which this store was made; a restore raises it
    created_at BIGINT NOT NULL
, signing_keys TEXT NOT NULL DEFAULT '');
CREATE TABLE node (
    id     TEXT   NOT NULL PRIMARY KEY, -- a process
    beat   BIGINT NOT NULL,             -- when it last wrote
    asks   BIGINT NOT NULL,             -- grows when it asks the others for all they know
    newest BIGINT NOT NULL              -- number of its newest row in node_news
, name TEXT NOT NULL DEFAULT '', secret_key TEXT NOT NULL DEFAULT '');
CREATE TABLE node_news (
    node   TEXT   NOT NULL,
    number BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    body   TEXT   NOT NULL, -- JSON
    PRIMARY KEY (node, number)
);
CREATE TABLE pending_sign_in (
    hash       BLOB   PRIMARY KEY,
    member_id  TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE project (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,   -- grows with each commit to the project
    chain_seq  BIGINT NOT NULL DEFAULT 0,   -- end of the chain of change rows
    chain_hash BLOB
, archived_at BIGINT NOT NULL DEFAULT 0);
CREATE TABLE receipt (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    revision       BIGINT NOT NULL,
    committed_at   BIGINT NOT NULL,
    expected       BIGINT NOT NULL,         -- instances connected when it was committed
    applied        BIGINT NOT NULL,
    latencies      TEXT   NOT NULL,         -- JSON: times after the commit, counted
    slowest_ms     BIGINT NOT NULL,
    slowest        TEXT   NOT NULL,         -- JSON: the instance
    pending        TEXT   NOT NULL,         -- JSON: instances that have not applied it
    PRIMARY KEY (environment_id, revision)
);
CREATE TABLE recovery_code (
    member_id TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    hash      BLOB NOT NULL,
    PRIMARY KEY (member_id, hash)
);
CREATE TABLE revision (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    number         BIGINT NOT NULL,
    change_id      BIGINT NOT NULL REFERENCES change (id),
    PRIMARY KEY (environment_id, number, change_id)
);
CREATE TABLE rollout (
    project_id     BIGINT NOT NULL REFERENCES project (id),
    number         BIGINT NOT NULL,           -- counts the project's from 1
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT   NOT NULL,           -- configuration or experiment
    object         TEXT   NOT NULL,           -- the flag's or experiment's key
    rule           TEXT   NOT NULL,           -- of a flag: the rule's id, '' is the default
    variation      TEXT   NOT NULL,           -- of a flag: which one is raised
    rest           TEXT   NOT NULL,           -- what the others get where it was the program's own default
    unit           TEXT   NOT NULL,           -- of a split that it makes
    state          TEXT   NOT NULL,           -- running, paused, done, stopped or rolled_back
    steps          TEXT   NOT NULL,           -- each with its share and wait, when it was made, and as which revision
    made           BIGINT NOT NULL,           -- how many steps were made
    next_at        BIGINT NOT NULL,           -- when the next is due; 0 while none is
    remaining      BIGINT NOT NULL,           -- while it is paused: how long the next had to wait
    problem        TEXT   NOT NULL,           -- why it is paused
    began          TEXT   NOT NULL,           -- the object before the first step, '' is not there
    remains        TEXT   NOT NULL,           -- the object as the newest step left it
    approvals      BIGINT NOT NULL,           -- that its environment needed when it began
    request        BIGINT NOT NULL,           -- the change request that it began with; 0 is none
    actor_kind     TEXT   NOT NULL,           -- whose rights its steps use
    actor_id       TEXT   NOT NULL,
    actor_name     TEXT   NOT NULL,
    person         TEXT   NOT NULL,           -- who it is, whichever way they came
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    attempts       BIGINT NOT NULL,           -- that failed, one after the other
    retry_at       BIGINT NOT NULL,           -- not before
    PRIMARY KEY (project_id, number)
);
CREATE TABLE ruleset_line (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    line           BLOB   NOT NULL,
    PRIMARY KEY (environment_id, kind, key)
);
CREATE TABLE schema_reader (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest BIGINT NOT NULL
);
CREATE TABLE schema_writer (
    schema  BIGINT PRIMARY KEY,             -- the number of the newest migration
    version TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE TABLE sdk_key (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    kind           TEXT   NOT NULL CHECK (kind IN ('server', 'client')),
    name           TEXT   NOT NULL,
    hash           BLOB   NOT NULL UNIQUE,
    masked         TEXT   NOT NULL,
    public         TEXT   NOT NULL DEFAULT '',  -- the whole key, of a client key only
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL DEFAULT 0,
    revoked_at     BIGINT NOT NULL DEFAULT 0,
    last_used_at   BIGINT NOT NULL DEFAULT 0,
    uses           BIGINT NOT NULL DEFAULT 0,
    last_sdk       TEXT   NOT NULL DEFAULT ''
, contexts TEXT NOT NULL DEFAULT 'any' CHECK (contexts IN ('any', 'signed')));
CREATE TABLE secret (
    name       TEXT   PRIMARY KEY,
    sealed     BLOB   NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE session (
    hash         BLOB   PRIMARY KEY,
    member_id    TEXT   NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    user_agent   TEXT   NOT NULL,
    address      TEXT   NOT NULL
);
CREATE TABLE setup_link (
    hash       BLOB   PRIMARY KEY,
    created_at BIGINT NOT NULL
);
CREATE TABLE sign_in_failure (
    subject  BLOB   NOT NULL PRIMARY KEY, -- SHA-256 of what was typed, or of an address
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    until    BIGINT NOT NULL              -- the next attempt is refused before
);
CREATE TABLE single_sign_on (
    id         BIGINT PRIMARY KEY,      -- 1
    settings   TEXT   NOT NULL,
    sealed     BLOB   NOT NULL,         -- the client secret, sealed
    changed_at BIGINT NOT NULL
);
CREATE TABLE target_group (
    project_id BIGINT NOT NULL REFERENCES project (id),
    key        TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (project_id, key)
);
CREATE TABLE token (
    id           TEXT   PRIMARY KEY,
    hash         BLOB   NOT NULL UNIQUE,
    member_id    TEXT   NOT NULL,           -- empty for one installed at the first start
    name         TEXT   NOT NULL,
    masked       TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
, environments TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT 'service');
CREATE TABLE totp (
    member_id    TEXT   PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
    sealed       BLOB   NOT NULL,       -- what the app and the server share, sealed
    confirmed_at BIGINT NOT NULL,       -- 0 until the member has shown a code
    last_step    BIGINT NOT NULL        -- of the last code that was taken
);
CREATE TABLE waiting_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL,
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    before     TEXT,
    after      TEXT,
    request_id TEXT   NOT NULL
);
CREATE TABLE webhook (
    id           TEXT   PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES project (id),
    name         TEXT   NOT NULL,
    format       TEXT   NOT NULL,         -- standard or slack
    filter       TEXT   NOT NULL,         -- JSON: which entries are sent
    enabled      BIGINT NOT NULL,         -- 1: it is sent to
    sealed       BLOB   NOT NULL,         -- the address and the secrets, sealed
    version      BIGINT NOT NULL,         -- grows with each change
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (project_id, name)
);
CREATE TABLE webhook_attempt (
    delivery_id BIGINT NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,          -- from 1
    at          BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status      BIGINT NOT NULL,          -- of the answer; 0 is none
    problem     TEXT   NOT NULL,          -- '' where it went well
    answer      TEXT   NOT NULL,          -- how the answer begins
    PRIMARY KEY (delivery_id, number)
);
CREATE TABLE webhook_delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  TEXT   NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    message     TEXT   NOT NULL,          -- the same with each attempt
    first_seq   BIGINT NOT NULL,          -- the entries of the record that it tells of; 0 is a test
    last_seq    BIGINT NOT NULL,
    state       TEXT   NOT NULL,          -- pending, delivered or failed
    created_at  BIGINT NOT NULL,
    queued_at   BIGINT NOT NULL,          -- when it began to wait, again after somebody asked for it
    next_at     BIGINT NOT NULL,          -- not tried before
    finished_at BIGINT NOT NULL,          -- 0 while it waits
    attempts    BIGINT NOT NULL,
    UNIQUE (webhook_id, message)
);
CREATE TABLE webhook_progress (
    webhook_id    TEXT   PRIMARY KEY REFERENCES webhook (id) ON DELETE CASCADE,
    seq           BIGINT NOT NULL,        -- of the last entry of the record that was looked at
    failures      BIGINT NOT NULL,        -- attempts that failed since the last that did not
    failing_since BIGINT NOT NULL,        -- the first of them; 0 is none
    retry_at      BIGINT NOT NULL,        -- nothing is sent before
    attempted_at  BIGINT NOT NULL,
    succeeded_at  BIGINT NOT NULL,
    problem       TEXT   NOT NULL         -- why the last attempt failed
);
INSERT INTO "attribute" VALUES(1,'plan','{"type":"string","values":["free","pro"]}');
INSERT INTO "change" VALUES(1,1,1,NULL,1795746223707,'host','','host','token','BURGEE_INIT_TOKEN','create',NULL,'{"id":"01a21ad0-d65b-7673-b07c-9c69d0ca03c2","name":"BURGEE_INIT_TOKEN","masked":"bgp_aaaa…aaaa","role":"owner"}',X'ACA37E8CEA6A0CB05C6ADAACD50ECD2A',X'C96AE1A1E2110A28871DEF1DC8446E3E',X'E4A7C84D7CA2226B05373FFFA7D5F2D25019935F5E63D0FE0B7ED8ADC7A0DAC5',X'883BE5B6921CF083453DC94E2617041499EAEC6554C75658C5B30251B2BE521C','','',X'0000000000000000000000000000000000000000000000000000000000000000',X'7D6BEE064DC22779171C5DFC742D86CF9C97066131D545AE8103B5BA228C69B0');
INSERT INTO "change" VALUES(2,1,2,NULL,1795746223814,'host','','host','member','ann@example.test','create',NULL,'{"id":"01a21ad0-d6c6-7110-bc29-62340e86222a","email":"ann@example.test","role":"owner"}',X'D8286BF74E8F0EE7DD0CC80E086DEAC4',X'0B07D6C74895A25A2C3E6FCB6807F109',X'0D450E0FAF85CF7AEE9415E499CF73711E6D5ECB53D0BD92CCB133C411CCC01F',X'45CB6E76C732E8152682A64C766B84F52BA9025E808D713E02CF04EF10E82BE6','','',X'7D6BEE064DC22779171C5DFC742D86CF9C97066131D545AE8103B5BA228C69B0',X'302F64E4E40005251D0B95D83EE6465BD87F588E35709C6D3BF67ACB1319B391');
INSERT INTO "change" VALUES(3,1,3,NULL,1795746223815,'host','','first start','project','default','create',NULL,'{"name":"Default"}',X'8AA90EFA9767FC93E1D92FD92C314C13',X'4F07EFE837F081DA9FEC010355C6FDAF',X'AFA0D3FD9E5B20B6884EEFBEAA895FAFBF4B7231E941192699A7491E2A2AE7CA',X'1C12A2FA2563088FFA1AD91799366FBAEAF0CC4D8207BD1A615BA267A8098456','','',X'302F64E4E40005251D0B95D83EE6465BD87F588E35709C6D3BF67ACB1319B391',X'BFD0E8F2B3917A25C718E0069A7F153EB06917E071D47AFED1E3E8C1E955E7F1');
INSERT INTO "change" VALUES(4,1,4,1,1795746223815,'host','','first start','environment','production','create',NULL,'{"name":"Production"}',X'B105FF6D4651235ACDD5B96322BAC4E5',X'CE5506EEAF4C83675BE1D651014AEF9C',X'72FD5D1DC5B35E70E00D73B8A0DD713DA1E11EF2A8C12BCCC3F540134DD686C3',X'8C4AAAA99661134DDDDF0BDBCEA68058A7907AF5F89F03AFE8EE3928D75C50B3','','',X'BFD0E8F2B3917A25C718E0069A7F153EB06917E071D47AFED1E3E8C1E955E7F1',X'F81D7102B4F48B75B140D6E471EF9400B06F7E7EA1E957596FC128C3637A9D05');
INSERT INTO "change" VALUES(5,1,5,2,1795746223815,'host','','first start','environment','development','create',NULL,'{"name":"Development"}',X'5B696B794D82C9CF2643B8FDC81AFA69',X'58DFC7F4C3B9ABC8730B482BB93192C3',X'1CF23F7F509B055B23489108AB1E0FA335C4D231286B939B9C1564A8E60FD382',X'9D4371709295C1D01A875E50C8B6DBB6A9A4E0C12E244FB922552AF9B3AC9CD3','','',X'F81D7102B4F48B75B140D6E471EF9400B06F7E7EA1E957596FC128C3637A9D05',X'DCD8400A8606B9063217AECE485FC395D3B9218CBAE460DC220DD9E99CD1B3A3');
INSERT INTO "change" VALUES(6,1,6,1,1795746223815,'host','','first start','sdk_key','1','create',NULL,'{"kind":"server","name":"first server key","masked":"bgs_bbbb…bbbb"}',X'3E1EC0BB4A53F2E899604D1CEDA8F85E',X'D491D99700FE8A58773A0C4B8E3CCA9E',X'E900636342F5F608FF03BAA3EA7017B41B96F7A262459A7D48E121F877F7C300',X'44A593587ADE983DC870126F289B64720182F8B8FB9712C2F4FFC5AD66712F74','','',X'DCD8400A8606B9063217AECE485FC395D3B9218CBAE460DC220DD9E99CD1B3A3',X'906A18F041BA1E7B51356B4A5D7A64B421B4762DC1324285A9665A1361501326');
INSERT INTO "change" VALUES(7,1,7,1,1795746223815,'host','','first start','sdk_key','2','create',NULL,'{"kind":"client","name":"first client key","masked":"bgc_cccc…cccc"}',X'FA27F02BE815804F2B2F13FCF8F9A291',X'AA0FA9199D2CF43F2FFDEDA67385BBEE',X'151158598481D663085B5FCDFEB759B2DFC1AF76074B1C14056C7D58BA09B0B7',X'D3C17AE4E4343EB98372C935FC9871F81268F352B7E2780D8B6BE0AA350B19C8','','',X'906A18F041BA1E7B51356B4A5D7A64B421B4762DC1324285A9665A1361501326',X'F7D102FDAF08A5EE860D29EC2A9DF0522DB32C19027EBB197B534A73168D7F16');
INSERT INTO "change" VALUES(8,1,8,NULL,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','attribute','plan','create',NULL,'{"type":"string","values":["free","pro"]}',X'E0231931D0F57DFAEAE84B2153A72DE7',X'56EED0186B92DD03DC42A209B6010CC8',X'D0E026CC8040D0DB874DA7FD9694960D7A5D2163E99A4A128A40328F3D5149FA',X'FC60E2502189F58B2F7A78842FBD1685451A6F2343DB76A1ADDA8054FC6C889E','','a02d0f1b68dce159',X'F7D102FDAF08A5EE860D29EC2A9DF0522DB32C19027EBB197B534A73168D7F16',X'7E288CC9F58DD13083CC76C4F1D1BB9572FECD01FD1ADB7B9C2F99A57BC6C59F');
INSERT INTO "change" VALUES(9,1,9,NULL,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','target_group','beta','create',NULL,'{"include":["alice"],"exclude":[],"when":{"plan":{"in":["pro"]}}}',X'88C71BF66A4B3B6E985CC995B31D3A4E',X'32614FD4CAD47C234979BF27A913F855',X'7997F8A931EED9E510BD10374B620A6A61D520C92AD496A49839B9954002A15C',X'4493BCB4E97786D99C88C617099222CDA2885EFCCA57C951B3CC5EBB0C9D5D3F','','a02d0f1b68dce159',X'7E288CC9F58DD13083CC76C4F1D1BB9572FECD01FD1ADB7B9C2F99A57BC6C59F',X'9B5136BE48685F44D20733D71400AED6B01E4B83D94C18D2E82A4F703F73D062');
INSERT INTO "change" VALUES(10,1,10,NULL,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','flag','Flags.isHoliday','create',NULL,'{"type":"boolean","seed":"ea0df6ad0bc9f951"}',X'2136B174CB18DDCE65A953EA8AEE3A6A',X'629982B150094884BABAAACD64A2EA6C',X'A1A641E24463CF14C92E317BA76435A44F8BEAD9AD6BC688BBCE80D981BFFF32',X'C2994918BCDD2EACFB0A44B2DCE63123F1178BBF243B84E4E09BA981A3232C77','','a02d0f1b68dce159',X'9B5136BE48685F44D20733D71400AED6B01E4B83D94C18D2E82A4F703F73D062',X'AADC39584FD57292E0ACF107D827BBD5CEC6BE09C8EE22C4C8E8B861FE3D4A35');
INSERT INTO "change" VALUES(11,1,11,NULL,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','flag','Flags.theme','create',NULL,'{"type":"string","variations":[{"id":"blue","value":"blue","name":"Calm"},{"id":"red","value":"réd 😀"}],"seed":"adc3bf364470b534"}',X'0800C5EE9AF117DE0064B74A1B8832ED',X'13F6A466FBC4A9BA716035A5107A9981',X'3B3D8F6C5F50764479A3A628ECA3FCD130AD9621AF12EF953421EB06A341000B',X'891525EC00A45861706C946D44FFC27B0FDE010567432710A6B4F50BBB99EEFF','','a02d0f1b68dce159',X'AADC39584FD57292E0ACF107D827BBD5CEC6BE09C8EE22C4C8E8B861FE3D4A35',X'842289840C22DE33D7B9564AC0997B238394B9A6314914ECE084207C35DEFA39');
INSERT INTO "change" VALUES(12,1,12,1,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','configuration','Flags.isHoliday','create',NULL,'{"enabled":true,"off":"false","prerequisites":[],"targets":{},"rules":[{"id":"r1","when":{"group":["beta"]},"serve":"true"}],"default":{"serve":{"true":10,"false":90},"table":[[100000,"true"],[1000000,"false"]]}}',X'C5680F924A71E253D3A68CFDB47D9BC1',X'5DBF08EB7EED97DF7CE505CE254847F5',X'BCF3BD45EB74F52C6A5E8F758264A12CE9838A1A5BAC59AC88E17F7E465D68DD',X'2837DF67436E2BF1854A5361AB0D977766B2268EBBC15EDA7DFAD8E2BE35F6E9','','a02d0f1b68dce159',X'842289840C22DE33D7B9564AC0997B238394B9A6314914ECE084207C35DEFA39',X'29FA1465C51921A10607D520DB37356C1E0ACD9BDA6392356A25D62C15EF111C');
INSERT INTO "change" VALUES(13,1,13,1,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','configuration','Flags.theme','create',NULL,'{"enabled":true,"off":"blue","prerequisites":[],"targets":{},"rules":[],"default":"blue"}',X'3A8EEC7D33F19AA738CF93C0F4476D61',X'9E0CE77A1CBC8BE4DD0EA8D4F9CAFD80',X'6D299BF992128B516799A790705527DC548A47D3917D3918EB8294D8B05A6537',X'A9B0C0BF4B9C73345066A5C11A96A270D0A3C59126E684E6F0AF6249DCC96B5E','','a02d0f1b68dce159',X'29FA1465C51921A10607D520DB37356C1E0ACD9BDA6392356A25D62C15EF111C',X'A4ED1F43B6B0C9B7B9C96411DE9D6A9D376EE09E5F4C3FA8912394103FA8363B');
INSERT INTO "change" VALUES(14,1,14,1,1795746223907,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','experiment','launch','create',NULL,'{"environment":"production","state":"running","order":100,"seed":"6ee93ec56c2dc61d","arms":[{"name":"new","share":25,"flags":{"Flags.theme":"red"}},{"next":75}],"table":[[250000,"new"],[1000000,"next"]],"phase":1}',X'CF6B7AA3369FECA14D6F6BA7C6310657',X'3E44450A6F776499DC7884B97270A99D',X'4B4B00F624826ECA1117E6377D13AF8DDE16526C0941154488AD5F3963D776FC',X'72493F904BA96CE587529DD2FB666C030104953DFD2C69BD2DA7B846AB16C019','','a02d0f1b68dce159',X'A4ED1F43B6B0C9B7B9C96411DE9D6A9D376EE09E5F4C3FA8912394103FA8363B',X'D94EABC3F595CFFFCCDDB91CC24431E7BDE1EBB67C5893DE79D2E33174D79242');
INSERT INTO "change" VALUES(15,1,15,1,1795746223957,'token','01a21ad0-d65b-7673-b07c-9c69d0ca03c2','BURGEE_INIT_TOKEN','configuration','Flags.isHoliday','update','{"enabled":true,"off":"false","prerequisites":[],"targets":{},"rules":[{"id":"r1","when":{"group":["beta"]},"serve":"true"}],"default":{"serve":{"true":10,"false":90},"table":[[100000,"true"],[1000000,"false"]]}}','{"enabled":true,"off":"false","prerequisites":[],"targets":{},"rules":[{"id":"r1","when":{"group":["beta"]},"serve":"true"}],"default":{"serve":{"true":40,"false":60},"table":[[100000,"true"],[700000,"false"],[1000000,"true"]],"past":[[[100000,"true"],[1000000,"false"]]]}}',X'3AE6D2B1013A39BB36C4437357BCE44F',X'FD98CAF4385385DD0E7E6544312782DC',X'2C035265EC1E9BBBDFA5695B66A6FAE5BF43E4C859F6310C53FB63AA827C128F',X'6DA1D3EDD0CE5F44CDAC58EC7260EEB69BD277497BD24543751F43C07F8E864D','','50773f2f2c2b7e1b',X'D94EABC3F595CFFFCCDDB91CC24431E7BDE1EBB67C5893DE79D2E33174D79242',X'55EDD72084469C57830115D47001303A2AAA8E7DE184734C1593D2DE2B23E67D');
INSERT INTO "change" VALUES(16,1,16,NULL,1795755368157,'host','','host','flag','kept.1795755368','create',NULL,'{"type":"boolean","seed":"2b074f05d803b8bb"}',X'C8852581C0AF66EDE158CA898B685899',X'FE2B7E74E8FDC314AC7F106197910920',X'2B55C17BBB02DD760768A1BF1E3CEBD8A056E02A0E9F7C6CBD5981AE82708AA5',X'D7BB17BF8F4121C75DCC71477551FE2D0EC5D0904632F44ACF39BB98E311848B','','',X'55EDD72084469C57830115D47001303A2AAA8E7DE184734C1593D2DE2B23E67D',X'91F260657F6FB640BE06F601F6141080FAF1099EB961DFEE955CE5DBC602FE5C');
INSERT INTO "change" VALUES(17,1,17,NULL,1795755436241,'host','','host','flag','kept.1795755436','create',NULL,'{"type":"boolean","seed":"d62ef7ec7a81b481"}',X'FE48E921BB6118312D74DE687CE9D2A9',X'0946D6B9629CC4E2823996906366E750',X'30648615720C96BD699915E0CA93E1645CC81DD015B8572675B3DFC81D036BE6',X'905873E028B6ABF593D7AD0A7688A13908CD113A04117CFFE9D9B2174572DF11','','',X'91F260657F6FB640BE06F601F6141080FAF1099EB961DFEE955CE5DBC602FE5C',X'D9D36D979B3395C3DF31681438501AF0371A0E38081D9FACEDBF9AC5C52CA6CA');
INSERT INTO "change" VALUES(18,1,18,NULL,1795755508010,'host','','host','flag','kept.1795755508','create',NULL,'{"type":"boolean","seed":"bec900f2eeae204f"}',X'32336EBC2F12BDAF331BEB6D3EFF1B7D',X'FAA6B92BCD5894225259D064C2EC5769',X'CAC2805FCC6B80E3A95E6633723FB5AB82EF8D827C43AC21E660282996EBD30A',X'0DD6658FCA5E3A5C68ADA0F331AF82BAE0DD6D87AF22D4887358B84EFA782011','','',X'D9D36D979B3395C3DF31681438501AF0371A0E38081D9FACEDBF9AC5C52CA6CA',X'256BE9B726A8D71FFA86B28B552C57FCE7A3060465F0F651CD38C0B8026642F5');
INSERT INTO "change" VALUES(19,1,19,NULL,1795758045063,'host','','host','flag','kept.1795758045','create',NULL,'{"type":"boolean","seed":"6918f5c8580fa8f1"}',X'ACE709ED1D2A1F867ED84A126F299588',X'47618D5ADFF50C373CF9E2E1F9275932',X'E116B5C2B93949834223F4393A9A93D1796119843CC326727E4183AB2989CDE7',X'ACABB2A9584E0A3B19635C49D7FF6B06C96DAC36F5B5EB08BF861079986BD847','','',X'256BE9B726A8D71FFA86B28B552C57FCE7A3060465F0F651CD38C0B8026642F5',X'F406F23EFCCF45A1D9ECEECD00A63C9F1342B41D445227DCF451BA7077D114FF');
INSERT INTO "change" VALUES(20,1,20,NULL,1795759003259,'host','','host','flag','kept.1795759003','create',NULL,'{"type":"boolean","seed":"018cd81eaf541bb1"}',X'61F4A0B84426AC6D0E4763495B91FC0C',X'01440D13B7BFE6A6CC38ED831689CD27',X'6A6D996E23179403D8A6F2B45A11012C8E7E048EEDC65C1FBB4195D8845DC2FF',X'17912E2F0C8DE08036C65B9ED98F3921E5EFDDDDD60BA7BFD1E12CBEF6585B80','','',X'F406F23EFCCF45A1D9ECEECD00A63C9F1342B41D445227DCF451BA7077D114FF',X'2FD43CA44A63BE4C786652F73C401C9CD57D9FEAEF1B660FF6E42BE91A2C1043');
INSERT INTO "change" VALUES(21,1,21,NULL,1795768661277,'host','','host','flag','kept.1795768661','create',NULL,'{"type":"boolean","seed":"557b3d68bdf0a900"}',X'19118E958BBDD0C6C51BB61265CF91DC',X'94A3D3D5A258522CE1C9B533FEE74D07',X'ACD2A967DC29227353A3FD689AABD2EEA6A0DF0AC38643C765D0059952238568',X'B75C04B3504A21EFA0936112319A940D3BA2754F8131A402F347ABFA40C8FF6D','','',X'2FD43CA44A63BE4C786652F73C401C9CD57D9FEAEF1B660FF6E42BE91A2C1043',X'CE0B69EA2A7B169AEEA957FF529003DC2218027F440009B1E50025C879697FF9');
INSERT INTO "change" VALUES(22,1,22,NULL,1795770875518,'host','','host','flag','kept.1795770875','create',NULL,'{"type":"boolean","seed":"f4ad59bc01ec0d80"}',X'0D4A47545BDA854695752B912D5E3297',X'37D50F816389CE6530FE8A89E82E0F05',X'B1AFA8D4E91C1F7DF9BD195E7D490FA394B6F1741BF59997DFDAB7018FD8FDC1',X'CF33FEEA3C546660E2377E37878D0FE8A8C42D8542FD6A5D56A785E380BBD03A','','',X'CE0B69EA2A7B169AEEA957FF529003DC2218027F440009B1E50025C879697FF9',X'5158348E7DC7D480DA583698F49CC22B7D4EF85531A581D89C22BF37543200E5');
INSERT INTO "change" VALUES(23,1,23,NULL,1795772238967,'host','','host','flag','kept.1795772238','create',NULL,'{"type":"boolean","seed":"48e08f3ebd57f7d4"}',X'13F240E8E5C92E10FE1884A12EADB103',X'1CC6F492F42D56E5D6B4E89512DFD56A',X'07EABF8A3D1FA212B868801D1713837DD71BE73B568B480AB9B5BA7C4FD71E99',X'3D35F904008FD254CB9D4A6AB5B6A2F800703AAD0252EBBD3EFF66FE6816EFB3','','',X'5158348E7DC7D480DA583698F49CC22B7D4EF85531A581D89C22BF37543200E5',X'3ABB2A250B7D6016ED75AD6CDCD8A402F48C9027DD1CD7BD710FC09CC3EF6228');
INSERT INTO "change" VALUES(24,1,24,NULL,1795784684770,'host','','host','flag','kept.1795784684','create',NULL,'{"type":"boolean","seed":"6a2e1b8495b39bda"}',X'3C26E9BFB718D3187568BB36747679D5',X'A538BC3A0A679577BFBEFD510B6DDC5B',X'FFE4A9E8495C6EFE75129959C969D0B8C3E43B6065E06E9269A4795C92379DBE',X'3E8D5B9452A55F04355C779762F902643AEC7D44127D73B3EA55E5E56921CC05','','',X'3ABB2A250B7D6016ED75AD6CDCD8A402F48C9027DD1CD7BD710FC09CC3EF6228',X'8393C5EAC1A883DE551FA77DC4A145F4B30F9F00ADE479261FE9B184EA5E7D9F');
INSERT INTO "change" VALUES(25,1,25,NULL,1795787922711,'host','','host','flag','kept.1795787922','create',NULL,'{"type":"boolean","seed":"1ec6abec7298fef6"}',X'E8A8147BCBFA8780B3D7ACA0BEDEA437',X'B82EAFA2491D83F35919FA2DD2B5260F',X'27C14C8B004A26738FC87D830DE715ACB020F1B1FD7CE0C741F67BD3FFC6CB35',X'83718ECEB2EE2FD394158B36C95ECDF4C6792E02154EBA013075700E213009C5','','',X'8393C5EAC1A883DE551FA77DC4A145F4B30F9F00ADE479261FE9B184EA5E7D9F',X'B1765CD397A63B70B062A7A0C247DA5CCD9942A8B02D44C66504E43A79383258');
INSERT INTO "change" VALUES(26,1,26,NULL,1795798603071,'host','','host','flag','kept.1795798603','create',NULL,'{"type":"boolean","seed":"e8aa5052f896b02a"}',X'01C0985422196ED719AF9638DE433425',X'9BCA657838720077A9D2259829DF54B7',X'30E35A4A846FF074B0E4411E39EEEB393B6D0854097C2ADFFCB7733FB2F78246',X'6C7822386552EA97041BB02CE47D390B3E8622AD461F9C42E8890ABD7DF3CD87','','',X'B1765CD397A63B70B062A7A0C247DA5CCD9942A8B02D44C66504E43A79383258',X'5D69DFD6CEB3BA1E294344380A48B787FB92FE3CB120BA70498C249E531EF4A0');
INSERT INTO "change" VALUES(27,1,27,NULL,1795800770837,'host','','host','flag','kept.1795800770','create',NULL,'{"type":"boolean","seed":"07da7b0825ab5a56"}',X'DE4D99734CA23D801AFFC70298560FD4',X'1ED7AECC5E97221E315AE6B8706311EB',X'FE82097AE5FC340120EDFCF7DEC9D6BF82AC2C04B09EED6B7BBFDDF44002A653',X'1C3E2263F6B38113E4106C8EB15B21490E203E365F9DD4AE024AAC55B35122E1','','',X'5D69DFD6CEB3BA1E294344380A48B787FB92FE3CB120BA70498C249E531EF4A0',X'0BB47F928434F8E4D833E89998634D3BC071716E50B5A3E75AE4E25597092042');
INSERT INTO "change" VALUES(28,1,28,NULL,1795810833633,'host','','host','flag','kept.1795810833','create',NULL,'{"type":"boolean","seed":"42e9d99fd47276b7"}',X'0DAFFC17CCE2DC50875CA82BE08A2466',X'7212A31301E1E2B2ED9B128AD58683C9',X'F93BB623F316C0E3AA7F415B4EE844A0D53642816F2CEE0EE8160741E83DB02D',X'CE43290FE6504E3898D47C61483685BD331DBA0DF15FD1352E8B37F192F11D58','','',X'0BB47F928434F8E4D833E89998634D3BC071716E50B5A3E75AE4E25597092042',X'7DBEBB5FA0B2CBF5AFA86C5FB636A4D8EA3A0996CE4BB0704F74097C707FCF35');
INSERT INTO "change" VALUES(29,1,29,NULL,1795813297872,'host','','host','flag','kept.1795813297','create',NULL,'{"type":"boolean","seed":"dfc761de3ac4264c"}',X'C2D95F7B86A922CE3083B307E3F09583',X'710A8778837B273C34A08FE946CCD44E',X'B26FFBF4B358B18082809C5F37B3F27966F14994F7C7875119D1C7750D57C8B4',X'4301D64A0B1B0A213FD8F60515120E2BB3E90E7FB0A20229142B01CBE8F705A1','','',X'7DBEBB5FA0B2CBF5AFA86C5FB636A4D8EA3A0996CE4BB0704F74097C707FCF35',X'284DC2BE52B9750E94F608B954E158E8BAA685F36EBB335939ACF71216E44EBD');
INSERT INTO "change" VALUES(30,1,30,NULL,1795816093673,'host','','host','flag','kept.1795816093','create',NULL,'{"type":"boolean","seed":"4483cb196cca2ea6"}',X'55ADB143976BE2447E7889CE957C199D',X'326D07DFBE145958B79A91B876062A12',X'D97E49C07F4399A63868062E3771A8FA674406E4BFC9F052076C579D6F6B9DB5',X'627E440EB257C2C9FD56F03E3E3069AB3C5B44DB82AFD17282EFED74D9519E29','','',X'284DC2BE52B9750E94F608B954E158E8BAA685F36EBB335939ACF71216E44EBD',X'8602D5C675CE9B4E1755CD69F4FD042C5DBC402929F119AE1D00798559F2963B');
INSERT INTO "change" VALUES(31,1,31,NULL,1795817727952,'host','','host','flag','kept.1795817727','create',NULL,'{"type":"boolean","seed":"03f53b0083fbea78"}',X'8FEA20423766831211D94281E548BA98',X'4EABA19BEFF4B1D8D1455A9B7FF43ED0',X'61BDB328084B731989C890101B61DCFD1E5DEF0B6A03F4A0FF60588B4EA0A49E',X'9FB2FDCBE778D1238A2CC9DA7C8ECEA8229214F221C637515D691D2B80BC9E1F','','',X'8602D5C675CE9B4E1755CD69F4FD042C5DBC402929F119AE1D00798559F2963B',X'3C86AD158DBBA29579055CFDF91C8AB1BA224D90647477C59082CA3C715247E4');
INSERT INTO "change" VALUES(32,1,32,NULL,1795827231465,'host','','host','flag','kept.1795827231','create',NULL,'{"type":"boolean","seed":"d9dee9e63f82179f"}',X'694EA286D874E4BB7FBBD37D085CF999',X'A05B81488AC024C86C0BED704BC5413B',X'B9A0CBE5181DD59E7B58723E209165A3A117CA1EB847F34238DC8F3521929C3C',X'7D2588EC60FC48E4E722BE4EF5ED21C9F6EBBBFCAEF99BF2E48E282D129F73EC','','',X'3C86AD158DBBA29579055CFDF91C8AB1BA224D90647477C59082CA3C715247E4',X'7918A6C7B269A45C6B368C340048EC7D0D3EA69809FE29BA31B2EAD0CAD6E673');
INSERT INTO "change" VALUES(33,1,33,NULL,1795829737478,'host','','host','flag','kept.1795829737','create',NULL,'{"type":"boolean","seed":"0d80865a80f3fc77"}',X'830D6A7852F895059DC096A3705121FE',X'2206AF16F623A35DBAFE4C7DA17BB458',X'D688AA205FAB993EA2FF63BAFF778A29A4E6E2F50A29EA48D97976F163CAFFA8',X'8E54BF39C38AEC5822855002900AAB80319ADB587FFE04F88EEC29311AA022D4','','',X'7918A6C7B269A45C6B368C340048EC7D0D3EA69809FE29BA31B2EAD0CAD6E673',X'41EB6A1205CED6943E1063CA105379C7682F0EE65C0BF3354E6E3F70A727DA01');
INSERT INTO "change_request" VALUES(1,1,'kept','withdrawn',1,X'6B657074','{}','',0,'[]','host','','host',0,0,0,'','{}',0,0,'');
INSERT INTO "change_request" VALUES(1,1000,'kept','open',1,X'6B657074','{}','[]',0,'[]','host','','kept',0,0,0,'','{}',0,0,'');
INSERT INTO "change_request_event" VALUES(1,1,1,'withdraw',1,0,'host','','host','','','kept');
INSERT INTO "change_request_event" VALUES(1,1000,1,'submitted',1,0,'host','','kept','','[]','');
INSERT INTO "cli_login" VALUES(X'6B657074',X'6B657074','laptop','127.0.0.1',0,1,NULL);
INSERT INTO "configuration" VALUES(1,1,'Flags.isHoliday','{"enabled":true,"off":"false","prerequisites":[],"targets":{},"rules":[{"id":"r1","when":{"group":["beta"]},"serve":"true"}],"default":{"serve":{"true":40,"false":60},"table":[[100000,"true"],[700000,"false"],[1000000,"true"]],"past":[[[100000,"true"],[1000000,"false"]]]}}');
INSERT INTO "configuration" VALUES(1,1,'Flags.theme','{"enabled":true,"off":"blue","prerequisites":[],"targets":{},"rules":[],"default":"blue"}');
INSERT INTO "custom_role" VALUES('kept','kept','kept',0);
INSERT INTO "data_key" VALUES(1,'0123456789abcdef',X'0102',1795700000000);
INSERT INTO "declaration" VALUES(1,'Flags.isHoliday',1,'calendar','1.0','python/0.1.0','linux','boolean','false','[]','a day',1795700000000,1795700001000);
INSERT INTO "delta" VALUES(1,1,1795746223,1795746223815,'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',0);
INSERT INTO "delta" VALUES(2,1,1795746223,1795746223815,'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',0);
INSERT INTO "delta" VALUES(1,2,1795746223,1795746223907,'d09edbe491f0bd30468a8e7d7508f381dfdfd2b56759b437edb4a20dafd4f98a',846);
INSERT INTO "delta" VALUES(2,2,1795746223,1795746223907,'0636a9b3a9f48bba70d5d7649d4f87337af348134a49c3f55e069b5325067392',578);
INSERT INTO "delta" VALUES(1,3,1795746223,1795746223957,'e6fac50be84446c929ba313e4c04f6661fc098127170d6b13f6a45dcaec6d75c',358);
INSERT INTO "delta" VALUES(1,4,1795746223,1795755368157,'d55eab00edf05d444051c6738d4da34d94078df8b27a13afd52a151cf3bc0593',217);
INSERT INTO "delta" VALUES(2,3,1795746223,1795755368157,'78472644e574e03a2416ff864ae5f9ce514ab711bc53d65a7a168443a116dff5',217);
INSERT INTO "delta" VALUES(1,5,1795746223,1795755436241,'7262e5d946f90d372772fbc4e03b733afd26e85302272eccc7ae481cb6a3dba5',217);
INSERT INTO "delta" VALUES(2,4,1795746223,1795755436241,'e98fb66027ac23473364671ef0d99570fdea19febde6a3f19bded28010bde15a',217);
INSERT INTO "delta" VALUES(1,6,1795746223,1795755508010,'b9361db9479d4020745e2b90c76545a888bcf3175d68fdec92b6cf087f9f6f76',217);
INSERT INTO "delta" VALUES(2,5,1795746223,1795755508010,'1f3f52e4c172fd19b402561ac1df84ab02d78a285d5ab65afc5f5f31b4c93a4b',217);
INSERT INTO "delta" VALUES(1,7,1795746223,1795758045063,'91b05d0b1a350f90041414481be3891ea131441a74738c45c24c28f5cd9b7a79',217);
INSERT INTO "delta" VALUES(2,6,1795746223,1795758045063,'b5cb5fe2c88731090c64d576cfb3d91efca4de9f1230b5a2b87c1504ec4a117f',217);
INSERT INTO "delta" VALUES(1,8,1795746223,1795759003259,'03f60f158047f0fe933fe17181167210b94aaaff9c172f1022840082b31fac1d',217);
INSERT INTO "delta" VALUES(2,7,1795746223,1795759003259,'a40a96967f9846dfedb466a023a04d04bee0c1b59d6cb69396df12f9227a1aad',217);
INSERT INTO "delta" VALUES(1,9,1795746223,1795768661277,'b332f386d8a16eb854da659e189d6c7efaeaf50da87bbac232493463446820a4',217);
INSERT INTO "delta" VALUES(2,8,1795746223,1795768661277,'09e12750248ad0b6f686af9481e22befb647ca8a9f9ca686dd7a3eac448420ce',217);
INSERT INTO "delta" VALUES(1,10,1795746223,1795770875518,'d07a76b9607d6e5994228579fe1452471f8ef627b1affd170cd92fa8452e632d',217);
INSERT INTO "delta" VALUES(2,9,1795746223,1795770875518,'0f1f16fc65b67aa1c986d45e7f85936ce18d4194646a80725b3886eac97ff1da',217);
INSERT INTO "delta" VALUES(1,11,1795746223,1795772238967,'db5a0d763e228bbd760fb38dd98ad485319769ba3824970e13f8627ea904c61a',217);
INSERT INTO "delta" VALUES(2,10,1795746223,1795772238967,'3bf9ff0da5654ff1a5ed0e840959ce122fd3a6f282e1e67349ce3dd51205c6d8',217);
INSERT INTO "delta" VALUES(1,12,1795746223,1795784684770,'4edd5253a034e1f3e979621e89144fa7ed96960beeb11c7661029f1e0fb3a59f',217);
INSERT INTO "delta" VALUES(2,11,1795746223,1795784684770,'02fb2efab8c69f34a8dc792c3f369ff9ed9377dd1b872804b33138f2b0bef402',217);
INSERT INTO "delta" VALUES(1,13,1795746223,1795787922711,'18d36fa5f25bfb143ad357addd5090d21b449a34ef39039b02cf5f2b55398239',217);
INSERT INTO "delta" VALUES(2,12,1795746223,1795787922711,'92ea798602ce2fbf19875849d04259ee5e8ce057b5632361099992f0a2c8622f',217);
INSERT INTO "delta" VALUES(1,14,1795746223,1795798603071,'936ccb526518ba3544ed93bf70508978435292e9d8003df84b502e2a00c4e12f',217);
INSERT INTO "delta" VALUES(2,13,1795746223,1795798603071,'a9505b84e52518fbec04e34648607524859834314c05a79d47dc77618dbeca06',217);
INSERT INTO "delta" VALUES(1,15,1795746223,1795800770837,'7699f00cae462ff591aa4acab2ae01945ecd1bc926d9a66ceef775e237a3eee4',217);
INSERT INTO "delta" VALUES(2,14,1795746223,1795800770837,'316ce2cfb591009250fcdb7751143326403883e488adc1a7160f5c87aaddaeb1',217);
INSERT INTO "delta" VALUES(1,16,1795746223,1795810833633,'80097491db5082332960f8e9fc4a1a9437fbbb9ecf30671b35cbe192811e42b3',217);
INSERT INTO "delta" VALUES(2,15,1795746223,1795810833633,'0897803e03fbd96a8df0ba222679616724be4049223e4791254433f935a1685f',217);
INSERT INTO "delta" VALUES(1,17,1795746223,1795813297872,'8e9e89f69bdaf9a5615aaced7304b4657eb766a772cf051235bfceef79aabed9',217);
INSERT INTO "delta" VALUES(2,16,1795746223,1795813297872,'cd231eafdf649178fbd6bb15a91f184e971cce87d2e61776cdd1925205c3c2b9',217);
INSERT INTO "delta" VALUES(1,18,1795746223,1795816093673,'99423eb1cfee51ac28ce90b6e861e6e26944786d876b2d9d349bf3ccf70fadd9',217);
INSERT INTO "delta" VALUES(2,17,1795746223,1795816093673,'392784b157cdab37eefeb00785ffcc2b05f4ca1c9b6ab23d6d1bf6999439b6c8',217);
INSERT INTO "delta" VALUES(1,19,1795746223,1795817727952,'035634e10c089f12fc7bd24f6d25be5bf1bc1b7504343adbae5d4bfb05a2d384',217);
INSERT INTO "delta" VALUES(2,18,1795746223,1795817727952,'f53e76c38a3ebcc5a8b64aa540a933eed9f311434fac0166f401579bb85c9bb5',217);
INSERT INTO "delta" VALUES(1,20,1795746223,1795827231465,'13494c2050ee06945b0bcd0ed363dd5babdf64948e72c61dcb783ba240486b9e',217);
INSERT INTO "delta" VALUES(2,19,1795746223,1795827231465,'ff4817162f392b4c481f55e0858e54b2fe3a28b5e3fda72a26ec43d94efeb1c8',217);
INSERT INTO "delta" VALUES(1,21,1795746223,1795829737478,'0d2cd1c4d88710a1d53c999dbf9710e04c81360d7353bf9a24219ed669003f33',217);
INSERT INTO "delta" VALUES(2,20,1795746223,1795829737478,'30f4f1de2a89d2e80a6ad091f7307caddd12ea836215adb783c39ce9b01d3b14',217);
INSERT INTO "delta_line" VALUES(1,2,'target_group','beta',X'7B227461726765745F67726F7570223A2262657461222C22756E6974223A22746172676574696E674B6579222C22696E636C756465223A5B22616C696365225D2C226578636C756465223A5B5D2C227768656E223A7B2261747472223A22706C616E222C226F70223A22696E222C2276616C756573223A5B2270726F225D7D7D');
INSERT INTO "delta_line" VALUES(1,2,'flag','Flags.isHoliday',X'7B22666C6167223A22466C6167732E6973486F6C69646179222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B7B226964223A227231222C227768656E223A7B227461726765745F67726F7570223A2262657461227D2C227365727665223A7B22766172696174696F6E223A307D7D5D2C2264656661756C74223A7B2273656564223A2265613064663661643062633966393531222C22756E6974223A22746172676574696E674B6579222C227461626C65223A5B5B3130303030302C305D2C5B313030303030302C315D5D7D7D');
INSERT INTO "delta_line" VALUES(1,2,'flag','Flags.theme',X'7B22666C6167223A22466C6167732E7468656D65222C2274797065223A22737472696E67222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B22626C7565222C22626C7565225D2C5B22726564222C2272C3A96420F09F9880225D5D2C226F6666223A302C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B7B226578706572696D656E74223A226C61756E6368222C227068617365223A312C2261726D73223A5B226E6577225D2C227365727665223A7B2273656564223A2236656539336563353663326463363164222C22756E6974223A22746172676574696E674B6579222C227461626C65223A5B5B3235303030302C312C305D2C5B313030303030302C6E756C6C5D5D7D7D5D2C2264656661756C74223A7B22766172696174696F6E223A307D7D');
INSERT INTO "delta_line" VALUES(2,2,'target_group','beta',X'7B227461726765745F67726F7570223A2262657461222C22756E6974223A22746172676574696E674B6579222C22696E636C756465223A5B22616C696365225D2C226578636C756465223A5B5D2C227768656E223A7B2261747472223A22706C616E222C226F70223A22696E222C2276616C756573223A5B2270726F225D7D7D');
INSERT INTO "delta_line" VALUES(2,2,'flag','Flags.isHoliday',X'7B22666C6167223A22466C6167732E6973486F6C69646179222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,2,'flag','Flags.theme',X'7B22666C6167223A22466C6167732E7468656D65222C2274797065223A22737472696E67222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B22626C7565222C22626C7565225D2C5B22726564222C2272C3A96420F09F9880225D5D2C226F6666223A6E756C6C2C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,3,'flag','Flags.isHoliday',X'7B22666C6167223A22466C6167732E6973486F6C69646179222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B7B226964223A227231222C227768656E223A7B227461726765745F67726F7570223A2262657461227D2C227365727665223A7B22766172696174696F6E223A307D7D5D2C2264656661756C74223A7B2273656564223A2265613064663661643062633966393531222C22756E6974223A22746172676574696E674B6579222C227461626C65223A5B5B3130303030302C305D2C5B3730303030302C315D2C5B313030303030302C305D5D7D7D');
INSERT INTO "delta_line" VALUES(1,4,'flag','kept.1795755368',X'7B22666C6167223A226B6570742E31373935373535333638222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,3,'flag','kept.1795755368',X'7B22666C6167223A226B6570742E31373935373535333638222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,5,'flag','kept.1795755436',X'7B22666C6167223A226B6570742E31373935373535343336222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,4,'flag','kept.1795755436',X'7B22666C6167223A226B6570742E31373935373535343336222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,6,'flag','kept.1795755508',X'7B22666C6167223A226B6570742E31373935373535353038222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,5,'flag','kept.1795755508',X'7B22666C6167223A226B6570742E31373935373535353038222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,7,'flag','kept.1795758045',X'7B22666C6167223A226B6570742E31373935373538303435222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,6,'flag','kept.1795758045',X'7B22666C6167223A226B6570742E31373935373538303435222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,8,'flag','kept.1795759003',X'7B22666C6167223A226B6570742E31373935373539303033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,7,'flag','kept.1795759003',X'7B22666C6167223A226B6570742E31373935373539303033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,9,'flag','kept.1795768661',X'7B22666C6167223A226B6570742E31373935373638363631222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,8,'flag','kept.1795768661',X'7B22666C6167223A226B6570742E31373935373638363631222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,10,'flag','kept.1795770875',X'7B22666C6167223A226B6570742E31373935373730383735222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,9,'flag','kept.1795770875',X'7B22666C6167223A226B6570742E31373935373730383735222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,11,'flag','kept.1795772238',X'7B22666C6167223A226B6570742E31373935373732323338222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,10,'flag','kept.1795772238',X'7B22666C6167223A226B6570742E31373935373732323338222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,12,'flag','kept.1795784684',X'7B22666C6167223A226B6570742E31373935373834363834222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,11,'flag','kept.1795784684',X'7B22666C6167223A226B6570742E31373935373834363834222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,13,'flag','kept.1795787922',X'7B22666C6167223A226B6570742E31373935373837393232222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,12,'flag','kept.1795787922',X'7B22666C6167223A226B6570742E31373935373837393232222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,14,'flag','kept.1795798603',X'7B22666C6167223A226B6570742E31373935373938363033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,13,'flag','kept.1795798603',X'7B22666C6167223A226B6570742E31373935373938363033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,15,'flag','kept.1795800770',X'7B22666C6167223A226B6570742E31373935383030373730222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,14,'flag','kept.1795800770',X'7B22666C6167223A226B6570742E31373935383030373730222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,16,'flag','kept.1795810833',X'7B22666C6167223A226B6570742E31373935383130383333222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,15,'flag','kept.1795810833',X'7B22666C6167223A226B6570742E31373935383130383333222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,17,'flag','kept.1795813297',X'7B22666C6167223A226B6570742E31373935383133323937222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,16,'flag','kept.1795813297',X'7B22666C6167223A226B6570742E31373935383133323937222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,18,'flag','kept.1795816093',X'7B22666C6167223A226B6570742E31373935383136303933222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,17,'flag','kept.1795816093',X'7B22666C6167223A226B6570742E31373935383136303933222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,19,'flag','kept.1795817727',X'7B22666C6167223A226B6570742E31373935383137373237222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,18,'flag','kept.1795817727',X'7B22666C6167223A226B6570742E31373935383137373237222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,20,'flag','kept.1795827231',X'7B22666C6167223A226B6570742E31373935383237323331222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,19,'flag','kept.1795827231',X'7B22666C6167223A226B6570742E31373935383237323331222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(1,21,'flag','kept.1795829737',X'7B22666C6167223A226B6570742E31373935383239373337222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "delta_line" VALUES(2,20,'flag','kept.1795829737',X'7B22666C6167223A226B6570742E31373935383239373337222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "environment" VALUES(1,1,'production','Production','production',0,21,0,1795746223815,0,0);
INSERT INTO "environment" VALUES(2,1,'development','Development','development',1,20,0,1795746223815,0,0);
INSERT INTO "evaluation_count" VALUES(1,'Flags.isHoliday',1795746180000,'true','RULE','','','Python-urllib','3.11','ofrep',5);
INSERT INTO "evaluation_hour" VALUES(1,1795744800000,'Flags.isHoliday',5);
INSERT INTO "evaluation_last" VALUES(1,'Flags.isHoliday',1795746180000);
INSERT INTO "evaluation_served" VALUES(1,'Flags.isHoliday','true',1795746180000,1795746180000);
INSERT INTO "event_batch" VALUES('b-1',1795700000000);
INSERT INTO "experiment" VALUES(1,'launch',1,'{"environment":"production","state":"running","order":100,"seed":"6ee93ec56c2dc61d","arms":[{"name":"new","share":25,"flags":{"Flags.theme":"red"}},{"next":75}],"table":[[250000,"new"],[1000000,"next"]],"phase":1}',1795746223907);
INSERT INTO "flag" VALUES(1,'Flags.isHoliday','{"type":"boolean","seed":"ea0df6ad0bc9f951"}','person',1795746223907,0,0,'',0);
INSERT INTO "flag" VALUES(1,'Flags.theme','{"type":"string","variations":[{"id":"blue","value":"blue","name":"Calm"},{"id":"red","value":"réd 😀"}],"seed":"adc3bf364470b534"}','person',1795746223907,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795755368','{"type":"boolean","seed":"2b074f05d803b8bb"}','person',1795755368157,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795755436','{"type":"boolean","seed":"d62ef7ec7a81b481"}','person',1795755436241,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795755508','{"type":"boolean","seed":"bec900f2eeae204f"}','person',1795755508010,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795758045','{"type":"boolean","seed":"6918f5c8580fa8f1"}','person',1795758045063,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795759003','{"type":"boolean","seed":"018cd81eaf541bb1"}','person',1795759003259,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795768661','{"type":"boolean","seed":"557b3d68bdf0a900"}','person',1795768661277,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795770875','{"type":"boolean","seed":"f4ad59bc01ec0d80"}','person',1795770875518,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795772238','{"type":"boolean","seed":"48e08f3ebd57f7d4"}','person',1795772238967,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795784684','{"type":"boolean","seed":"6a2e1b8495b39bda"}','person',1795784684770,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795787922','{"type":"boolean","seed":"1ec6abec7298fef6"}','person',1795787922711,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795798603','{"type":"boolean","seed":"e8aa5052f896b02a"}','person',1795798603071,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795800770','{"type":"boolean","seed":"07da7b0825ab5a56"}','person',1795800770837,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795810833','{"type":"boolean","seed":"42e9d99fd47276b7"}','person',1795810833633,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795813297','{"type":"boolean","seed":"dfc761de3ac4264c"}','person',1795813297872,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795816093','{"type":"boolean","seed":"4483cb196cca2ea6"}','person',1795816093673,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795817727','{"type":"boolean","seed":"03f53b0083fbea78"}','person',1795817727952,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795827231','{"type":"boolean","seed":"d9dee9e63f82179f"}','person',1795827231465,0,0,'',0);
INSERT INTO "flag" VALUES(1,'kept.1795829737','{"type":"boolean","seed":"0d80865a80f3fc77"}','person',1795829737478,0,0,'',0);
INSERT INTO "goose_db_version" VALUES(1,0,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(2,1,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(3,2,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(4,3,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(5,4,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(6,6,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(7,7,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(8,8,1,'2026-11-27 02:23:43');
INSERT INTO "goose_db_version" VALUES(9,9,1,'2026-11-27 04:56:08');
INSERT INTO "goose_db_version" VALUES(10,11,1,'2026-11-27 04:57:16');
INSERT INTO "goose_db_version" VALUES(11,10,1,'2026-11-27 04:58:27');
INSERT INTO "goose_db_version" VALUES(12,13,1,'2026-11-27 05:40:45');
INSERT INTO "goose_db_version" VALUES(13,12,1,'2026-11-27 05:56:43');
INSERT INTO "goose_db_version" VALUES(14,14,1,'2026-11-27 08:37:41');
INSERT INTO "goose_db_version" VALUES(15,15,1,'2026-11-27 09:14:35');
INSERT INTO "goose_db_version" VALUES(16,16,1,'2026-11-27 09:37:18');
INSERT INTO "goose_db_version" VALUES(17,17,1,'2026-11-27 13:04:44');
INSERT INTO "goose_db_version" VALUES(18,18,1,'2026-11-27 13:58:42');
INSERT INTO "goose_db_version" VALUES(19,19,1,'2026-11-27 16:56:43');
INSERT INTO "goose_db_version" VALUES(20,22,1,'2026-11-27 17:32:50');
INSERT INTO "goose_db_version" VALUES(21,23,1,'2026-11-27 20:20:33');
INSERT INTO "goose_db_version" VALUES(22,28,1,'2026-11-27 21:01:37');
INSERT INTO "goose_db_version" VALUES(23,26,1,'2026-11-27 21:48:13');
INSERT INTO "goose_db_version" VALUES(24,29,1,'2026-11-27 22:15:27');
INSERT INTO "goose_db_version" VALUES(25,24,1,'2026-11-28 00:53:51');
INSERT INTO "goose_db_version" VALUES(26,31,1,'2026-11-28 01:35:37');
INSERT INTO "identity" VALUES('kept','kept','01a21ad0-d6c6-7110-bc29-62340e86222a',0);
INSERT INTO "instance_override" VALUES(1,'i-1','{}','["Flags.isHoliday"]',1);
INSERT INTO "latest_change" VALUES(1,'token','BURGEE_INIT_TOKEN',0,1,0);
INSERT INTO "latest_change" VALUES(1,'member','ann@example.test',0,2,0);
INSERT INTO "latest_change" VALUES(1,'project','default',0,3,0);
INSERT INTO "latest_change" VALUES(1,'environment','production',1,4,0);
INSERT INTO "latest_change" VALUES(1,'environment','development',2,5,0);
INSERT INTO "latest_change" VALUES(1,'sdk_key','1',1,6,0);
INSERT INTO "latest_change" VALUES(1,'sdk_key','2',1,7,0);
INSERT INTO "latest_change" VALUES(1,'attribute','plan',0,8,0);
INSERT INTO "latest_change" VALUES(1,'target_group','beta',0,9,0);
INSERT INTO "latest_change" VALUES(1,'flag','Flags.isHoliday',0,10,0);
INSERT INTO "latest_change" VALUES(1,'flag','Flags.theme',0,11,0);
INSERT INTO "latest_change" VALUES(1,'configuration','Flags.isHoliday',1,15,0);
INSERT INTO "latest_change" VALUES(1,'configuration','Flags.theme',1,13,0);
INSERT INTO "latest_change" VALUES(1,'experiment','launch',1,14,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795755368',0,16,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795755436',0,17,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795755508',0,18,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795758045',0,19,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795759003',0,20,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795768661',0,21,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795770875',0,22,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795772238',0,23,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795784684',0,24,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795787922',0,25,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795798603',0,26,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795800770',0,27,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795810833',0,28,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795813297',0,29,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795816093',0,30,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795817727',0,31,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795827231',0,32,0);
INSERT INTO "latest_change" VALUES(1,'flag','kept.1795829737',0,33,0);
INSERT INTO "lease" VALUES('retention','kept',1,1795829797489);
INSERT INTO "link" VALUES(X'6B657074','reset','','','','','',0,0);
INSERT INTO "member" VALUES('01a21ad0-d6c6-7110-bc29-62340e86222a','ann@example.test','ann@example.test','$argon2id$v=19$m=19456,t=2,p=1$WrNC6NaTvHMwWlduQ0CYEQ$IhOjLuYM7pCOhSzOfANUxUvOSPgARdB/7ohoVNfBRpU',1795746223814);
INSERT INTO "membership" VALUES('01a21ad0-d6c6-7110-bc29-62340e86222a','owner','','');
INSERT INTO "membership" VALUES('01a21ad0-d6c6-7110-bc29-62340e86222a','kept','kept','kept');
INSERT INTO "meta" VALUES(1,1795746223,1795746223613,'PpdFkqdIOAbKsbZQiR2VcvhC9eAv6mUsFAwh3BWp38I=');
INSERT INTO "node" VALUES('kept',1795700000000,1,1,'','');
INSERT INTO "node_news" VALUES('kept',1,1795700000000,'{}');
INSERT INTO "pending_sign_in" VALUES(X'6B657074','01a21ad0-d6c6-7110-bc29-62340e86222a',0,1);
INSERT INTO "project" VALUES(1,'default','Default',1795746223815,20,33,X'41EB6A1205CED6943E1063CA105379C7682F0EE65C0BF3354E6E3F70A727DA01',0);
INSERT INTO "receipt" VALUES(1,1,1795746223821,0,0,'null',0,'{"application":"","version":"","platform":"","sdk":"","instance":"","address":""}','[]');
INSERT INTO "receipt" VALUES(1,2,1795746223915,0,0,'null',0,'{"application":"","version":"","platform":"","sdk":"","instance":"","address":""}','[]');
INSERT INTO "receipt" VALUES(1,3,1795746223966,0,0,'null',0,'{"application":"","version":"","platform":"","sdk":"","instance":"","address":""}','[]');
INSERT INTO "receipt" VALUES(2,1,1795746223821,0,0,'null',0,'{"application":"","version":"","platform":"","sdk":"","instance":"","address":""}','[]');
INSERT INTO "receipt" VALUES(2,2,1795746223920,0,0,'null',0,'{"application":"","version":"","platform":"","sdk":"","instance":"","address":""}','[]');
INSERT INTO "recovery_code" VALUES('01a21ad0-d6c6-7110-bc29-62340e86222a',X'6B657074');
INSERT INTO "revision" VALUES(1,2,8);
INSERT INTO "revision" VALUES(2,2,8);
INSERT INTO "revision" VALUES(1,2,9);
INSERT INTO "revision" VALUES(2,2,9);
INSERT INTO "revision" VALUES(1,2,10);
INSERT INTO "revision" VALUES(2,2,10);
INSERT INTO "revision" VALUES(1,2,11);
INSERT INTO "revision" VALUES(2,2,11);
INSERT INTO "revision" VALUES(1,2,12);
INSERT INTO "revision" VALUES(1,2,13);
INSERT INTO "revision" VALUES(1,2,14);
INSERT INTO "revision" VALUES(1,3,15);
INSERT INTO "revision" VALUES(1,4,16);
INSERT INTO "revision" VALUES(2,3,16);
INSERT INTO "revision" VALUES(1,5,17);
INSERT INTO "revision" VALUES(2,4,17);
INSERT INTO "revision" VALUES(1,6,18);
INSERT INTO "revision" VALUES(2,5,18);
INSERT INTO "revision" VALUES(1,7,19);
INSERT INTO "revision" VALUES(2,6,19);
INSERT INTO "revision" VALUES(1,8,20);
INSERT INTO "revision" VALUES(2,7,20);
INSERT INTO "revision" VALUES(1,9,21);
INSERT INTO "revision" VALUES(2,8,21);
INSERT INTO "revision" VALUES(1,10,22);
INSERT INTO "revision" VALUES(2,9,22);
INSERT INTO "revision" VALUES(1,11,23);
INSERT INTO "revision" VALUES(2,10,23);
INSERT INTO "revision" VALUES(1,12,24);
INSERT INTO "revision" VALUES(2,11,24);
INSERT INTO "revision" VALUES(1,13,25);
INSERT INTO "revision" VALUES(2,12,25);
INSERT INTO "revision" VALUES(1,14,26);
INSERT INTO "revision" VALUES(2,13,26);
INSERT INTO "revision" VALUES(1,15,27);
INSERT INTO "revision" VALUES(2,14,27);
INSERT INTO "revision" VALUES(1,16,28);
INSERT INTO "revision" VALUES(2,15,28);
INSERT INTO "revision" VALUES(1,17,29);
INSERT INTO "revision" VALUES(2,16,29);
INSERT INTO "revision" VALUES(1,18,30);
INSERT INTO "revision" VALUES(2,17,30);
INSERT INTO "revision" VALUES(1,19,31);
INSERT INTO "revision" VALUES(2,18,31);
INSERT INTO "revision" VALUES(1,20,32);
INSERT INTO "revision" VALUES(2,19,32);
INSERT INTO "revision" VALUES(1,21,33);
INSERT INTO "revision" VALUES(2,20,33);
INSERT INTO "rollout" VALUES(1,1000,1,'configuration','kept','','kept','','','done','[]',0,0,0,'','','{}',0,0,'host','','kept','',0,0,0,0);
INSERT INTO "ruleset_line" VALUES(1,'target_group','beta',X'7B227461726765745F67726F7570223A2262657461222C22756E6974223A22746172676574696E674B6579222C22696E636C756465223A5B22616C696365225D2C226578636C756465223A5B5D2C227768656E223A7B2261747472223A22706C616E222C226F70223A22696E222C2276616C756573223A5B2270726F225D7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','Flags.isHoliday',X'7B22666C6167223A22466C6167732E6973486F6C69646179222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B7B226964223A227231222C227768656E223A7B227461726765745F67726F7570223A2262657461227D2C227365727665223A7B22766172696174696F6E223A307D7D5D2C2264656661756C74223A7B2273656564223A2265613064663661643062633966393531222C22756E6974223A22746172676574696E674B6579222C227461626C65223A5B5B3130303030302C305D2C5B3730303030302C315D2C5B313030303030302C305D5D7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','Flags.theme',X'7B22666C6167223A22466C6167732E7468656D65222C2274797065223A22737472696E67222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B22626C7565222C22626C7565225D2C5B22726564222C2272C3A96420F09F9880225D5D2C226F6666223A302C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B7B226578706572696D656E74223A226C61756E6368222C227068617365223A312C2261726D73223A5B226E6577225D2C227365727665223A7B2273656564223A2236656539336563353663326463363164222C22756E6974223A22746172676574696E674B6579222C227461626C65223A5B5B3235303030302C312C305D2C5B313030303030302C6E756C6C5D5D7D7D5D2C2264656661756C74223A7B22766172696174696F6E223A307D7D');
INSERT INTO "ruleset_line" VALUES(2,'target_group','beta',X'7B227461726765745F67726F7570223A2262657461222C22756E6974223A22746172676574696E674B6579222C22696E636C756465223A5B22616C696365225D2C226578636C756465223A5B5D2C227768656E223A7B2261747472223A22706C616E222C226F70223A22696E222C2276616C756573223A5B2270726F225D7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','Flags.isHoliday',X'7B22666C6167223A22466C6167732E6973486F6C69646179222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','Flags.theme',X'7B22666C6167223A22466C6167732E7468656D65222C2274797065223A22737472696E67222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B22626C7565222C22626C7565225D2C5B22726564222C2272C3A96420F09F9880225D5D2C226F6666223A6E756C6C2C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795755368',X'7B22666C6167223A226B6570742E31373935373535333638222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795755368',X'7B22666C6167223A226B6570742E31373935373535333638222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795755436',X'7B22666C6167223A226B6570742E31373935373535343336222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795755436',X'7B22666C6167223A226B6570742E31373935373535343336222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795755508',X'7B22666C6167223A226B6570742E31373935373535353038222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795755508',X'7B22666C6167223A226B6570742E31373935373535353038222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795758045',X'7B22666C6167223A226B6570742E31373935373538303435222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795758045',X'7B22666C6167223A226B6570742E31373935373538303435222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795759003',X'7B22666C6167223A226B6570742E31373935373539303033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795759003',X'7B22666C6167223A226B6570742E31373935373539303033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795768661',X'7B22666C6167223A226B6570742E31373935373638363631222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795768661',X'7B22666C6167223A226B6570742E31373935373638363631222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795770875',X'7B22666C6167223A226B6570742E31373935373730383735222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795770875',X'7B22666C6167223A226B6570742E31373935373730383735222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795772238',X'7B22666C6167223A226B6570742E31373935373732323338222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795772238',X'7B22666C6167223A226B6570742E31373935373732323338222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795784684',X'7B22666C6167223A226B6570742E31373935373834363834222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795784684',X'7B22666C6167223A226B6570742E31373935373834363834222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795787922',X'7B22666C6167223A226B6570742E31373935373837393232222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795787922',X'7B22666C6167223A226B6570742E31373935373837393232222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795798603',X'7B22666C6167223A226B6570742E31373935373938363033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795798603',X'7B22666C6167223A226B6570742E31373935373938363033222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795800770',X'7B22666C6167223A226B6570742E31373935383030373730222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795800770',X'7B22666C6167223A226B6570742E31373935383030373730222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795810833',X'7B22666C6167223A226B6570742E31373935383130383333222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795810833',X'7B22666C6167223A226B6570742E31373935383130383333222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795813297',X'7B22666C6167223A226B6570742E31373935383133323937222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795813297',X'7B22666C6167223A226B6570742E31373935383133323937222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795816093',X'7B22666C6167223A226B6570742E31373935383136303933222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795816093',X'7B22666C6167223A226B6570742E31373935383136303933222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795817727',X'7B22666C6167223A226B6570742E31373935383137373237222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795817727',X'7B22666C6167223A226B6570742E31373935383137373237222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795827231',X'7B22666C6167223A226B6570742E31373935383237323331222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795827231',X'7B22666C6167223A226B6570742E31373935383237323331222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(1,'flag','kept.1795829737',X'7B22666C6167223A226B6570742E31373935383239373337222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "ruleset_line" VALUES(2,'flag','kept.1795829737',X'7B22666C6167223A226B6570742E31373935383239373337222C2274797065223A22626F6F6C65616E222C22636C69656E74223A66616C73652C22656E61626C6564223A747275652C22766172696174696F6E73223A5B5B2274727565222C747275655D2C5B2266616C7365222C66616C73655D5D2C226F6666223A312C2270726572657175697369746573223A5B5D2C2274617267657473223A5B5D2C2272756C6573223A5B5D2C2264656661756C74223A7B22766172696174696F6E223A6E756C6C7D7D');
INSERT INTO "schema_reader" VALUES(1,23);
INSERT INTO "schema_writer" VALUES(8,'0.1.0',1795746223611);
INSERT INTO "schema_writer" VALUES(9,'0.1.0',1795755368146);
INSERT INTO "schema_writer" VALUES(11,'0.1.0',1795755436238);
INSERT INTO "schema_writer" VALUES(13,'0.1.0',1795758045061);
INSERT INTO "schema_writer" VALUES(14,'0.1.0',1795768661275);
INSERT INTO "schema_writer" VALUES(15,'0.1.0',1795770875514);
INSERT INTO "schema_writer" VALUES(16,'0.1.0',1795772238963);
INSERT INTO "schema_writer" VALUES(17,'0.1.0',1795784684767);
INSERT INTO "schema_writer" VALUES(18,'0.1.0',1795787922691);
INSERT INTO "schema_writer" VALUES(19,'0.1.0',1795798603069);
INSERT INTO "schema_writer" VALUES(22,'0.1.0',1795800770835);
INSERT INTO "schema_writer" VALUES(23,'0.1.0',1795810833629);
INSERT INTO "schema_writer" VALUES(28,'0.1.0',1795813297865);
INSERT INTO "schema_writer" VALUES(29,'0.1.0',1795817727949);
INSERT INTO "schema_writer" VALUES(31,'0.1.0',1795829737468);
INSERT INTO "sdk_key" VALUES(1,1,'server','first server key',X'3D8A8C92C550F613FC870DC248306588E0B3A0C9C579D853D4689752A8D1C45F','bgs_bbbb…bbbb','',1795746223815,0,0,1795746224067,7,'','any');
INSERT INTO "sdk_key" VALUES(2,1,'client','first client key',X'92590C2DE72E237800264CB9FA79AB200717A7C9896CED7FD8322378509402D4','bgc_cccc…cccc','bgc_cccccccccccccccccccccccccccccccccccccccc',1795746223815,0,0,0,0,'','any');
INSERT INTO "secret" VALUES('signing-key',X'0102',1795700000000);
INSERT INTO "session" VALUES(X'201ED49BE1D8E64A93DEEB271141161C75D6949B166ED16AB56F6B2519CAEC6D','01a21ad0-d6c6-7110-bc29-62340e86222a',1795746224057,1795746224057,1798338224057,'Python-urllib/3.11','127.0.0.1');
INSERT INTO "setup_link" VALUES(X'00FF',1795700000000);
INSERT INTO "sign_in_failure" VALUES(X'6B657074',3,1795700000000,1795700001000);
INSERT INTO "single_sign_on" VALUES(1,'{}',X'6B657074',0);
INSERT INTO "target_group" VALUES(1,'beta','{"include":["alice"],"exclude":[],"when":{"plan":{"in":["pro"]}}}');
INSERT INTO "token" VALUES('01a21ad0-d65b-7673-b07c-9c69d0ca03c2',X'CBE4AEBE4123EBDC8FCED71FAE3C4D18B1E5CD2B227DD5F525AEC01EBAF90042','','BURGEE_INIT_TOKEN','bgp_aaaa…aaaa','owner',1795746223707,1795746223893,0,'','service');
INSERT INTO "totp" VALUES('01a21ad0-d6c6-7110-bc29-62340e86222a',X'6B657074',0,0);
INSERT INTO "waiting_change" VALUES(3,1795700000000,'host','','burgee','member','ann','update',NULL,'{}','r');
INSERT INTO "webhook" VALUES('kept',1,'kept','standard','{}',0,X'6B657074',1,0,0);
INSERT INTO "webhook_attempt" VALUES(1,1,0,0,200,'','');
INSERT INTO "webhook_delivery" VALUES(1,'kept','kept',0,0,'delivered',0,0,0,0,1);
INSERT INTO "webhook_progress" VALUES('kept',0,0,0,0,0,0,'');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES('goose_db_version',26);
INSERT INTO "sqlite_sequence" VALUES('waiting_change',3);
INSERT INTO "sqlite_sequence" VALUES('project',1);
INSERT INTO "sqlite_sequence" VALUES('environment',2);
INSERT INTO "sqlite_sequence" VALUES('sdk_key',2);
INSERT INTO "sqlite_sequence" VALUES('change',33);
INSERT INTO "sqlite_sequence" VALUES('webhook_delivery',4);
CREATE INDEX change_actor ON change (project_id, actor_name, id);
CREATE INDEX change_environment ON change (environment_id, id);
CREATE INDEX change_kind ON change (project_id, kind, id);
CREATE INDEX change_object ON change (project_id, object, id);
CREATE INDEX change_project ON change (project_id, id, at);
CREATE INDEX change_request_due ON change_request (state, publish_at);
CREATE INDEX configuration_project ON configuration (project_id, flag_key);
CREATE INDEX delta_at ON delta (at);
CREATE INDEX evaluation_count_minute ON evaluation_count (minute);
CREATE INDEX event_batch_at ON event_batch (at);
CREATE INDEX flag_declared_by ON flag (declared_by, created_at);
CREATE UNIQUE INDEX identity_member ON identity (member_id, issuer);
CREATE INDEX link_made_by ON link (made_by);
CREATE INDEX membership_role ON membership (role);
CREATE INDEX pending_sign_in_member ON pending_sign_in (member_id);
CREATE INDEX receipt_committed ON receipt (committed_at);
CREATE INDEX revision_change ON revision (change_id);
CREATE INDEX revision_environment ON revision (environment_id, change_id);
CREATE INDEX rollout_due ON rollout (state, next_at);
CREATE INDEX sdk_key_environment ON sdk_key (environment_id);
CREATE INDEX session_member ON session (member_id);
CREATE INDEX sign_in_failure_last ON sign_in_failure (last_at);
CREATE INDEX token_member ON token (member_id);
CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at);
CREATE INDEX webhook_delivery_waits ON webhook_delivery (webhook_id, state, id);
COMMIT;
