-- +goose Up
-- Counts by minute refer to no other table: on PostgreSQL a reference would lock
-- environments whenever a day is dropped, and both engines have one schema.

CREATE TABLE evaluation_count_new (
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
INSERT INTO evaluation_count_new (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count)
    SELECT environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count FROM evaluation_count;
DROP TABLE evaluation_count;
ALTER TABLE evaluation_count_new RENAME TO evaluation_count;
CREATE INDEX evaluation_count_minute ON evaluation_count (minute);
