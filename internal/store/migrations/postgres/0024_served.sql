-- +goose Up
-- When a flag first and last served each variation in an environment, so that one
-- that has served the same to everyone for a month is found; minutes are not kept so
-- long. '' is the program's own default, and '?' what was served before minutes are kept.
CREATE TABLE evaluation_served (
    environment_id BIGINT NOT NULL REFERENCES environment (id),
    flag           TEXT COLLATE "C" NOT NULL,
    variation      TEXT COLLATE "C" NOT NULL,
    first_minute   BIGINT NOT NULL,
    last_minute    BIGINT NOT NULL,
    PRIMARY KEY (environment_id, flag, variation)
);

INSERT INTO evaluation_served (environment_id, flag, variation, first_minute, last_minute)
    SELECT environment_id, flag, variation, MIN(minute), MAX(minute) FROM evaluation_count GROUP BY environment_id, flag, variation;

INSERT INTO evaluation_served (environment_id, flag, variation, first_minute, last_minute)
    SELECT environment_id, flag, '?', minute, minute FROM evaluation_last l
    WHERE NOT EXISTS (SELECT 1 FROM evaluation_count c WHERE c.environment_id = l.environment_id AND c.flag = l.flag);
