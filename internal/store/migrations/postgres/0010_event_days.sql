-- +goose Up
-- Counts by minute in a partition for each day of UTC, which the server makes
-- ahead and retention drops whole. They refer to no other table: a reference would
-- lock environments whenever a day is dropped. No index by minute: retention,
-- which is all that it was for, needs none here.

ALTER TABLE evaluation_count RENAME TO evaluation_count_before;
ALTER TABLE evaluation_count_before RENAME CONSTRAINT evaluation_count_pkey TO evaluation_count_before_pkey;
CREATE TABLE evaluation_count (
    environment_id BIGINT NOT NULL,
    flag           TEXT COLLATE "C" NOT NULL,
    minute         BIGINT NOT NULL,
    variation      TEXT COLLATE "C" NOT NULL,         -- empty where no variation was served
    reason         TEXT COLLATE "C" NOT NULL,
    experiment     TEXT COLLATE "C" NOT NULL,
    arm            TEXT COLLATE "C" NOT NULL,
    application    TEXT COLLATE "C" NOT NULL,
    version        TEXT COLLATE "C" NOT NULL,
    sdk            TEXT COLLATE "C" NOT NULL,
    count          BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk)
) PARTITION BY RANGE (minute);

-- +goose StatementBegin
DO $$
DECLARE day BIGINT;
BEGIN
    FOR day IN SELECT DISTINCT minute / 86400000 FROM evaluation_count_before ORDER BY 1 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF evaluation_count FOR VALUES FROM (%s) TO (%s) WITH (fillfactor = 80)',
            'evaluation_count_' || to_char(to_timestamp(day * 86400) AT TIME ZONE 'UTC', 'YYYYMMDD'), day * 86400000, (day + 1) * 86400000);
    END LOOP;
END $$;
-- +goose StatementEnd
INSERT INTO evaluation_count (environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count)
    SELECT environment_id, flag, minute, variation, reason, experiment, arm, application, version, sdk, count FROM evaluation_count_before;
DROP TABLE evaluation_count_before;
