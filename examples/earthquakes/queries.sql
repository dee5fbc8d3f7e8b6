-- Any earthquake catalogue as CSV with these columns (fields may be empty).
SET 'auto.offset.reset' = 'earliest';

CREATE STREAM quakes (ts VARCHAR, latitude DOUBLE, longitude DOUBLE, depth DOUBLE, magnitude DOUBLE, magtype VARCHAR,
    stations INT, gap DOUBLE, distance DOUBLE, rms DOUBLE, network VARCHAR, id VARCHAR)
  WITH (KAFKA_TOPIC='quakes', VALUE_FORMAT='DELIMITED', PARTITIONS=1,
        TIMESTAMP='ts', TIMESTAMP_FORMAT='yyyy/MM/dd HH:mm:ss.SS');

-- How many, and the strongest, per network and day.
CREATE TABLE per_day WITH (KEY_FORMAT='JSON', VALUE_FORMAT='JSON') AS
  SELECT network, SUBSTRING(ts, 1, 10) AS day, COUNT(*) AS quakes, MAX(magnitude) AS strongest
  FROM quakes GROUP BY network, SUBSTRING(ts, 1, 10) EMIT CHANGES;

-- The rate: quakes per network in every six hours, each hour.
CREATE TABLE rate WITH (VALUE_FORMAT='JSON') AS
  SELECT network, COUNT(*) AS quakes
  FROM quakes WINDOW HOPPING (SIZE 6 HOURS, ADVANCE BY 1 HOUR, RETENTION 400 DAYS, GRACE PERIOD 1 DAY)
  GROUP BY network EMIT CHANGES;

-- Strong quakes, with the name of the network that reported them.
CREATE TABLE networks (code VARCHAR PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='networks', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO networks (code, name, ROWTIME) VALUES ('us', 'National Earthquake Information Center', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('CI', 'Southern California', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('NC', 'Northern California', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('ak', 'Alaska', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('AV', 'Alaska Volcano Observatory', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('pr', 'Puerto Rico', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('tul', 'Oklahoma', 0);
INSERT INTO networks (code, name, ROWTIME) VALUES ('NN', 'Nevada', 0);
CREATE STREAM strong WITH (VALUE_FORMAT='JSON') AS
  SELECT q.network AS network, q.id AS id, q.ts AS ts, q.magnitude AS magnitude, n.name AS name
  FROM quakes q LEFT JOIN networks n ON q.network = n.code
  WHERE q.magnitude >= 6 EMIT CHANGES;
