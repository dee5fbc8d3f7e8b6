-- Any web server log in the common or combined format, one line per record.
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM lines (line VARCHAR)
  WITH (KAFKA_TOPIC='access-log', VALUE_FORMAT='KAFKA', PARTITIONS=1);

-- Lines become rows; the time of a row is the time of the request.
CREATE STREAM hits WITH (VALUE_FORMAT='JSON', TIMESTAMP='ts') AS
  SELECT REGEXP_EXTRACT('^(\S+) ', line, 1) AS ip,
         PARSE_TIMESTAMP(REGEXP_EXTRACT('\[([^\]]+)\]', line, 1), 'dd/MMM/yyyy:HH:mm:ss Z') AS ts,
         REGEXP_EXTRACT('"(\S+) (\S+)[^"]*" \d{3} ', line, 2) AS page,
         CAST(REGEXP_EXTRACT('" (\d{3}) (\d+|-)', line, 1) AS INT) AS status,
         CAST(REGEXP_REPLACE(REGEXP_EXTRACT('" (\d{3}) (\d+|-)', line, 2), '^-$', '0') AS BIGINT) AS bytes,
         REGEXP_EXTRACT('" \d{3} \S+ "([^"]*)"', line, 1) AS referrer
  FROM lines EMIT CHANGES;

-- Hits per status and minute.
CREATE TABLE status_per_minute AS
  SELECT status, COUNT(*) AS hits
  FROM hits WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 30 DAYS, GRACE PERIOD 1 DAY)
  GROUP BY status EMIT CHANGES;

-- Hits and bytes per page.
CREATE TABLE pages AS
  SELECT page, COUNT(*) AS hits, SUM(bytes) AS bytes
  FROM hits GROUP BY page EMIT CHANGES;

-- Visits: the hits of a visitor with no more than half an hour between them.
CREATE TABLE visits AS
  SELECT ip, COUNT(*) AS hits
  FROM hits WINDOW SESSION (30 MINUTES, RETENTION 30 DAYS, GRACE PERIOD 1 DAY)
  GROUP BY ip EMIT CHANGES;

-- Visitors, and where each of them came from first.
CREATE TABLE visitors AS
  SELECT ip, COUNT(*) AS hits, SUM(bytes) AS bytes FROM hits GROUP BY ip EMIT CHANGES;
CREATE TABLE first_referrers AS
  SELECT ip, EARLIEST_BY_OFFSET(referrer) AS referrer FROM hits GROUP BY ip EMIT CHANGES;
CREATE TABLE origins AS
  SELECT v.ip AS ip, v.hits AS hits, f.referrer AS referrer
  FROM visitors v JOIN first_referrers f ON v.ip = f.ip EMIT CHANGES;

-- What was asked for and is not there.
CREATE STREAM not_found AS
  SELECT ip, ts, page, referrer FROM hits WHERE status = 404 EMIT CHANGES;
