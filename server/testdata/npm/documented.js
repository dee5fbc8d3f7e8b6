// The calls that the documentation of ksqldb-client shows, against the server at the
// port given. It prints what came back, a line each.
const KsqldbClient = require("ksqldb-client");

const print = (name, value) => console.log(name + ": " + JSON.stringify(value));

async function main(port) {
    const client = new KsqldbClient({ host: "http://127.0.0.1", port });
    await client.connect();
    try {
        await calls(client);
    } finally {
        await client.disconnect();
    }
}

async function calls(client) {
    const variables = { sessionVariables: { STREAM_NAME: "clicks", TOPIC_NAME: "clicks" } };
    let result = await client.executeStatement(
        "CREATE STREAM ${STREAM_NAME} (page VARCHAR KEY, ms INT) WITH (KAFKA_TOPIC='${TOPIC_NAME}', VALUE_FORMAT='JSON', PARTITIONS=1);", variables);
    print("create stream", result.status);
    result = await client.executeStatement("CREATE TABLE hits AS SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;",
        { streamsProperties: { "auto.offset.reset": "earliest" } });
    print("create table", result.status);
    print("streams", (await client.listStreams()).map((s) => s.name));
    print("tables", (await client.listTables()).map((t) => t.name));
    print("topics", (await client.listTopics()).map((t) => t.name).filter((n) => !n.startsWith("default_")));
    print("queries", (await client.listQueries()).map((q) => q.id));
    print("describe", (await client.describeSource("clicks")).fields.map((f) => f.name));

    // A push query sees the rows that are inserted while it runs, until it is terminated.
    const pushed = [];
    let queryId, started, seen;
    const begun = new Promise((resolve) => (started = resolve));
    const all = new Promise((resolve) => (seen = resolve));
    const push = client.streamQuery("SELECT * FROM clicks EMIT CHANGES;", (data) => {
        queryId = data.metadata.queryId;
        started();
        if (data.rows && data.rows.length > 0) pushed.push(...data.rows);
        if (pushed.length === 2) seen();
    }, { streamsProperties: { "auto.offset.reset": "earliest" } });
    await begun;
    for (const row of [{ page: "home", ms: 3 }, { page: "cart", ms: 5 }]) {
        const { status, error } = await client.insertInto("clicks", row);
        print("insert", [status, error]);
        while (pushed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    print("pushed", pushed);
    print("terminate", (await client.terminatePushQuery(queryId)).error);
    print("push ended", (await push).status);

    // The table follows a moment later.
    const sql = "SELECT * FROM ${TABLE_NAME} WHERE PAGE IN ('${FIRST}', '${SECOND}');";
    const pull = { sessionVariables: { TABLE_NAME: "hits", FIRST: "home", SECOND: "cart" } };
    let data, status;
    do {
        ({ data, status } = await client.query(sql, pull));
    } while (status === 200 && data.rows.length < 2);
    print("pull", data.rows.sort((a, b) => (a.PAGE < b.PAGE ? -1 : 1)));

    const { status: refused, error } = await client.query("SELECT *;");
    print("refused", [refused, error.error_code]);
    print("insert refused", (await client.insertInto("clicks", { page: "home", ms: "many" })).error.error_code);
    result = await client.executeStatement("DROP TABLE IF EXISTS hits;");
    print("drop", result.status);
}

main(Number(process.argv[2])).catch((err) => {
    console.error(err);
    process.exit(1);
});
