package parser

// sourceSyntax are the statements that make and change streams, tables and types.
var sourceSyntax = []Syntax{
	{
		Name: "CREATE STREAM", Family: "create",
		Summary: "Declares a stream: the records of a topic, read as rows.",
		Form:    "CREATE [OR REPLACE] [SOURCE] STREAM [IF NOT EXISTS] name [(column, ...)] [WITH (property, ...)]",
		Example: "CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR, millis INT)\n  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);",
	},
	{
		Name: "CREATE STREAM AS SELECT", Family: "create",
		Summary: "Makes a stream of the results of a query, which runs from now on.",
		Form:    "CREATE [OR REPLACE] STREAM [IF NOT EXISTS] name [WITH (property, ...)] AS query",
		Example: "CREATE STREAM slow_clicks AS\n  SELECT user_id, page, millis FROM clicks WHERE millis > 1000 EMIT CHANGES;",
	},
	{
		Name: "CREATE TABLE", Family: "create",
		Summary: "Declares a table: for every key, the newest record of a topic.",
		Form:    "CREATE [OR REPLACE] [SOURCE] TABLE [IF NOT EXISTS] name [(column, ...)] [WITH (property, ...)]",
		Example: "CREATE TABLE users (id VARCHAR PRIMARY KEY, name VARCHAR)\n  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);",
	},
	{
		Name: "CREATE TABLE AS SELECT", Family: "create",
		Summary: "Makes a table of the results of a query, which runs from now on and keeps it up to date.",
		Form:    "CREATE [OR REPLACE] TABLE [IF NOT EXISTS] name [WITH (property, ...)] AS query",
		Example: "CREATE TABLE pages AS\n  SELECT page, COUNT(*) AS hits FROM clicks GROUP BY page EMIT CHANGES;",
	},
	{
		Name: "ALTER STREAM", Family: "create",
		Summary: "Adds columns at the end of a stream.",
		Form:    "ALTER STREAM name {ADD [COLUMN] name type}, ...",
		Example: "ALTER STREAM clicks ADD COLUMN referrer VARCHAR;",
	},
	{
		Name: "ALTER TABLE", Family: "create",
		Summary: "Adds columns at the end of a table.",
		Form:    "ALTER TABLE name {ADD [COLUMN] name type}, ...",
		Example: "ALTER TABLE users ADD COLUMN city VARCHAR, ADD COLUMN born DATE;",
	},
	{
		Name: "DROP STREAM", Family: "create",
		Summary: "Removes a stream and stops the query that fills it; DELETE TOPIC deletes its records, too.",
		Form:    "DROP STREAM [IF EXISTS] name [DELETE TOPIC]",
		Example: "DROP STREAM IF EXISTS slow_clicks DELETE TOPIC;",
	},
	{
		Name: "DROP TABLE", Family: "create",
		Summary: "Removes a table and stops the query that fills it; DELETE TOPIC deletes its records, too.",
		Form:    "DROP TABLE [IF EXISTS] name [DELETE TOPIC]",
		Example: "DROP TABLE pages;",
	},
	{
		Name: "CREATE TYPE", Family: "type",
		Summary: "Gives a type a name, to be used like any other type.",
		Form:    "CREATE TYPE [IF NOT EXISTS] name AS type",
		Example: "CREATE TYPE address AS STRUCT<street VARCHAR, city VARCHAR>;",
	},
	{
		Name: "DROP TYPE", Family: "type",
		Summary: "Removes the name of a type; columns that were declared with it stay as they are.",
		Form:    "DROP TYPE [IF EXISTS] name",
		Example: "DROP TYPE IF EXISTS address;",
	},
}

// rowSyntax are the statements that read and write rows.
var rowSyntax = []Syntax{
	{
		Name: "SELECT", Family: "select",
		Summary: "Asks for rows: with EMIT a push query, which sends every change from now on; without it a pull query, which answers with what there is.",
		Form:    "query",
		Example: "SELECT page, millis FROM clicks WHERE millis > 1000 EMIT CHANGES LIMIT 1;",
	},
	{
		Name: "INSERT INTO VALUES", Family: "insert",
		Summary: "Appends one row to a stream, or sets one row of a table.",
		Form:    "INSERT INTO name [(name, ...)] VALUES ([value, ...])",
		Example: "INSERT INTO clicks (user_id, page, millis) VALUES ('ada', '/home', 1200);",
	},
	{
		Name: "INSERT INTO SELECT", Family: "insert",
		Summary: "Adds the results of a query, which runs from now on, to a stream that there is already.",
		Form:    "INSERT INTO name [WITH (property, ...)] query",
		Example: "INSERT INTO slow_clicks SELECT user_id, page, millis FROM clicks WHERE page = '/slow';",
	},
}
