package bench

// nexmarkDDL declares the three streams of the generator.
const nexmarkDDL = `
CREATE STREAM bid (auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime VARCHAR, extra VARCHAR)
  WITH (KAFKA_TOPIC='nexmark-bid', VALUE_FORMAT='JSON', TIMESTAMP='dateTime', TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss[.SSS]');
CREATE STREAM auction (id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, dateTime VARCHAR,
    expires VARCHAR, seller BIGINT, category BIGINT, extra VARCHAR)
  WITH (KAFKA_TOPIC='nexmark-auction', VALUE_FORMAT='JSON', TIMESTAMP='dateTime', TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss[.SSS]');
CREATE STREAM person (id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR,
    dateTime VARCHAR, extra VARCHAR)
  WITH (KAFKA_TOPIC='nexmark-person', VALUE_FORMAT='JSON', TIMESTAMP='dateTime', TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss[.SSS]');
`

// nexmarkQuery is one query of the suite in the dialect.
type nexmarkQuery struct {
	name string
	what string
	sql  string
	// needed are the columns of bid it reads: what its limit decodes.
	needed []string
	// ratio is the share of the limit per CPU-second that the design promises.
	ratio float64
}

var nexmarkQueries = []nexmarkQuery{
	{"q0", "pass-through", `CREATE STREAM q0 AS SELECT auction, bidder, price, dateTime, extra FROM bid EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "DATETIME", "EXTRA"}, 0.6},
	{"q1", "currency conversion", `CREATE STREAM q1 AS SELECT auction, bidder, 0.908 * price AS price, dateTime, extra FROM bid EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "DATETIME", "EXTRA"}, 0.6},
	{"q2", "selection", `CREATE STREAM q2 AS SELECT auction, price FROM bid WHERE auction % 123 = 0 EMIT CHANGES;`,
		[]string{"AUCTION", "PRICE", "DATETIME"}, 0.6},
	{"q11", "user sessions", `CREATE TABLE q11 AS SELECT bidder, COUNT(*) AS bid_count, WINDOWSTART AS starttime, WINDOWEND AS endtime
FROM bid WINDOW SESSION (10 SECONDS) GROUP BY bidder EMIT CHANGES;`,
		[]string{"BIDDER", "DATETIME"}, 0.35},
	{"q12", "windowed counts", `CREATE TABLE q12 AS SELECT bidder, COUNT(*) AS bid_count, WINDOWSTART AS starttime, WINDOWEND AS endtime
FROM bid WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY bidder EMIT CHANGES;`,
		[]string{"BIDDER", "DATETIME"}, 0.35},
	{"q14", "calculation", `CREATE STREAM q14 AS SELECT auction, bidder, 0.908 * price AS price,
  CASE WHEN CAST(SUBSTRING(dateTime, 12, 2) AS INT) >= 8 AND CAST(SUBSTRING(dateTime, 12, 2) AS INT) <= 18 THEN 'dayTime'
       WHEN CAST(SUBSTRING(dateTime, 12, 2) AS INT) <= 6 OR CAST(SUBSTRING(dateTime, 12, 2) AS INT) >= 20 THEN 'nightTime'
       ELSE 'otherTime' END AS bidTimeType,
  dateTime, extra, LEN(extra) - LEN(REPLACE(extra, 'c', '')) AS c_counts
FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000 EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "DATETIME", "EXTRA"}, 0.6},
	{"q17", "auction statistics", `CREATE TABLE q17 WITH (KEY_FORMAT='JSON') AS SELECT auction, SUBSTRING(dateTime, 1, 10) AS day, COUNT(*) AS total_bids,
  COUNT(CASE WHEN price < 10000 THEN 1 END) AS rank1_bids,
  COUNT(CASE WHEN price >= 10000 AND price < 1000000 THEN 1 END) AS rank2_bids,
  COUNT(CASE WHEN price >= 1000000 THEN 1 END) AS rank3_bids,
  MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price, SUM(price) AS sum_price
FROM bid GROUP BY auction, SUBSTRING(dateTime, 1, 10) EMIT CHANGES;`,
		[]string{"AUCTION", "PRICE", "DATETIME"}, 0.35},
	{"q18", "last bid", `CREATE TABLE q18 WITH (KEY_FORMAT='JSON') AS SELECT bidder, auction, LATEST_BY_OFFSET(price) AS price, LATEST_BY_OFFSET(channel) AS channel,
  LATEST_BY_OFFSET(url) AS url, LATEST_BY_OFFSET(dateTime) AS dateTime, LATEST_BY_OFFSET(extra) AS extra
FROM bid GROUP BY bidder, auction EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "CHANNEL", "URL", "DATETIME", "EXTRA"}, 0.35},
	{"q21", "channel id", `CREATE STREAM q21 AS SELECT auction, bidder, price, channel,
  CASE WHEN LCASE(channel) = 'apple' THEN '0' WHEN LCASE(channel) = 'google' THEN '1'
       WHEN LCASE(channel) = 'facebook' THEN '2' WHEN LCASE(channel) = 'baidu' THEN '3'
       ELSE REGEXP_EXTRACT('(&|^)channel_id=([^&]*)', url, 2) END AS channel_id
FROM bid WHERE REGEXP_EXTRACT('(&|^)channel_id=([^&]*)', url, 2) IS NOT NULL
  OR LCASE(channel) IN ('apple', 'google', 'facebook', 'baidu') EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "CHANNEL", "URL", "DATETIME"}, 0.6},
	{"q22", "url directories", `CREATE STREAM q22 AS SELECT auction, bidder, price, channel,
  SPLIT(url, '/')[4] AS dir1, SPLIT(url, '/')[5] AS dir2, SPLIT(url, '/')[6] AS dir3 FROM bid EMIT CHANGES;`,
		[]string{"AUCTION", "BIDDER", "PRICE", "CHANNEL", "URL", "DATETIME"}, 0.6},
}
