package leat_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
)

// partitioned is a script with every way in which rows are brought together by
// their keys. $P are partitions, $F is the format of keys and values; $A and $B
// are properties of two topics whose records others have written with schemas of
// their own.
const partitioned = `
CREATE STREAM orders (id INT KEY, customer INT, item STRING, price DOUBLE) WITH (KAFKA_TOPIC='orders', PARTITIONS=$P, FORMAT='$F');
CREATE TABLE customers $A WITH (KAFKA_TOPIC='a', PARTITIONS=$P, FORMAT='$F'$AP);
CREATE TABLE cities $B WITH (KAFKA_TOPIC='b', PARTITIONS=$P, FORMAT='$F'$BP);

CREATE STREAM by_customer AS SELECT * FROM orders PARTITION BY customer;
CREATE STREAM by_two AS SELECT customer, item, price FROM orders PARTITION BY customer, item;
CREATE TABLE per_customer AS SELECT customer, COUNT(*) AS n, SUM(price) AS total FROM orders GROUP BY customer;
CREATE TABLE per_item AS SELECT item, customer, COUNT(*) AS n FROM orders GROUP BY item, customer;
CREATE TABLE per_window AS SELECT customer, item, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY customer, item;
CREATE TABLE per_one_window AS SELECT customer, COUNT(*) AS n FROM orders WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY customer;
CREATE TABLE regrouped AS SELECT n, COUNT(*) AS m FROM per_customer GROUP BY n;
CREATE STREAM value_to_key AS SELECT o.customer AS c, o.id AS id, k.name AS name FROM orders o JOIN customers k ON o.customer = k.id;
CREATE STREAM key_to_key AS SELECT o.id AS id, k.name AS name FROM orders o LEFT JOIN customers k ON o.id = k.id;
CREATE STREAM stream_stream AS SELECT o.customer AS c, o.id AS o, b.id AS b FROM orders o JOIN by_customer b WITHIN 1 DAY ON o.id = b.customer;
CREATE TABLE table_table AS SELECT k.id AS id, k.name AS name, c.name AS city FROM customers k LEFT JOIN cities c ON k.id = c.id;
CREATE TABLE table_group AS SELECT k.id AS id, k.name AS name, p.n AS n FROM customers k JOIN per_customer p ON k.id = p.customer;
CREATE TABLE foreign_inner AS SELECT k.id AS id, k.name AS name, c.name AS city FROM customers k JOIN cities c ON k.city = c.id;
CREATE TABLE foreign_left AS SELECT k.id AS id, c.name AS city FROM customers k LEFT JOIN cities c ON k.city = c.id;
CREATE TABLE foreign_made AS SELECT k.id AS id, p.n AS n FROM customers k JOIN per_customer p ON k.city = p.customer;`

// TestKeysWithSchemas: whatever the format of the keys is, and whoever has written
// them with whichever schema, rows of equal key meet in the same partition.
func TestKeysWithSchemas(t *testing.T) {
	want := runPartitioned(t, "JSON", 1)
	if n := strings.Count(want, "\n"); n < 60 {
		t.Fatalf("there is little to compare: %d rows\n%s", n, want)
	}
	for _, format := range []string{"AVRO", "JSON_SR", "PROTOBUF"} {
		for _, partitions := range []int{1, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", format, partitions), func(t *testing.T) {
				want := want
				if format == "PROTOBUF" { // Which cannot tell NULL from the empty text here.
					want = strings.ReplaceAll(want, "<nil>", "")
				}
				if got := runPartitioned(t, format, partitions); got != want {
					t.Errorf("it differs in\n%s", differences(got, want))
				}
			})
		}
	}
}

// differences lists the lines that only one of two sorted texts has.
func differences(got, want string) string {
	a, b := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
	var out strings.Builder
	for _, line := range a {
		if !slices.Contains(b, line) {
			out.WriteString("+ " + line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			out.WriteString("- " + line)
		}
	}
	if out.Len() == 0 {
		return "how often lines are there"
	}
	return out.String()
}

// foreignSchemas are schemas as other producers have them, with other ids than
// those of our columns: of the keys of topics a and b, and of their values.
var foreignSchemas = map[string][4]registry.Schema{
	"AVRO": {
		{Type: registry.Avro, Text: `{"type":"int","connect.doc":"of a"}`},
		{Type: registry.Avro, Text: `{"type":"int","connect.doc":"of b"}`},
		{Type: registry.Avro, Text: `{"type":"record","name":"Customer","fields":[{"name":"NAME","type":["null","string"]},{"name":"CITY","type":["null","int"]}]}`},
		{Type: registry.Avro, Text: `{"type":"record","name":"City","fields":[{"name":"NAME","type":["null","string"]}]}`},
	},
	"JSON_SR": {
		{Type: registry.JSON, Text: `{"type":"integer","connect.type":"int32","title":"of a"}`},
		{Type: registry.JSON, Text: `{"type":"integer","connect.type":"int32","title":"of b"}`},
		{Type: registry.JSON, Text: `{"type":"object","properties":{"NAME":{"type":"string","connect.index":0},"CITY":{"type":"integer","connect.type":"int32","connect.index":1}}}`},
		{Type: registry.JSON, Text: `{"type":"object","properties":{"NAME":{"type":"string"}}}`},
	},
	"PROTOBUF": {
		{Type: registry.Protobuf, Text: "syntax = \"proto3\"; package a; message Key { int32 ID = 1; }"},
		{Type: registry.Protobuf, Text: "syntax = \"proto3\"; package b; message Unused { } message Key { int32 ID = 5; }"},
		{Type: registry.Protobuf, Text: "syntax = \"proto3\"; message Customer { string NAME = 3; int32 CITY = 4; }"},
		{Type: registry.Protobuf, Text: "syntax = \"proto3\"; message City { string NAME = 2; }"},
	},
}

// runPartitioned runs the script and returns what is in all that it makes.
func runPartitioned(t *testing.T, format string, partitions int) string {
	t.Helper()
	db, err := leat.OpenMem(t.Context(), leat.WithProperty("auto.offset.reset", "earliest"), leat.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	replace := []string{"$F", format, "$P", fmt.Sprint(partitions), "$AP", "", "$BP", "", "$A", "(id INT PRIMARY KEY, name STRING, city INT)", "$B", "(id INT PRIMARY KEY, name STRING)"}
	if s, ok := foreignSchemas[format]; ok {
		property := func(subject string, s registry.Schema, part string) string {
			v, err := db.Schemas().Register(t.Context(), subject, s)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf(", %s_SCHEMA_ID=%d", part, v.ID)
		}
		a := property("a-key", s[0], "KEY") + property("a-value", s[2], "VALUE")
		property("b-key", s[1], "KEY") // The statement takes b's from the subjects.
		property("b-value", s[3], "VALUE")
		b := ""
		if format == "PROTOBUF" {
			b += ", KEY_SCHEMA_FULL_NAME='b.Key'"
		}
		replace[5], replace[7] = a, b
		replace[9], replace[11] = "", ""
	}
	script := strings.NewReplacer(replace...).Replace(partitioned)
	if format == "AVRO" || format == "JSON_SR" {
		script = strings.NewReplacer("k.id", "k.ROWKEY", "c.id", "c.ROWKEY").Replace(script)
	}
	for _, sql := range strings.SplitAfter(script, ";\n") {
		mustExec(t, db, sql)
	}
	fill(t, db)
	if err := db.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return contents(t, db)
}

// fill writes rows, and changes some of them: rows that come and go, change their
// foreign keys, and refer to nothing.
func fill(t *testing.T, db *leat.DB) {
	t.Helper()
	key := "ID"
	if c := db.Catalog().Source("CITIES"); c.Schema.Key[0].Name != "ID" {
		key = c.Schema.Key[0].Name
	}
	insert := func(target string, row map[string]any) {
		t.Helper()
		if err := db.Insert(t.Context(), target, row); err != nil {
			t.Fatal(err)
		}
		if err := db.Settle(t.Context()); err != nil { // One after the other: each sees what is there.
			t.Fatal(err)
		}
	}
	for i := range 8 {
		insert("cities", map[string]any{key: i * 3, "NAME": fmt.Sprint("city ", i)})
	}
	for i := range 20 {
		insert("customers", map[string]any{key: i, "NAME": fmt.Sprint("name ", i), "CITY": i * 2 % 11})
	}
	for i := range 30 {
		insert("orders", map[string]any{"ID": i, "CUSTOMER": i * 7 % 13, "ITEM": fmt.Sprint("item ", i%4), "PRICE": float64(i), "ROWTIME": i * 1000})
	}
	for i := range 5 {
		insert("cities", map[string]any{key: i * 3, "NAME": fmt.Sprint("town ", i)})
		insert("customers", map[string]any{key: i * 2, "NAME": fmt.Sprint("new ", i), "CITY": i * 3 % 8})
	}
}

// contents shows the rows of all streams and tables that queries have made, sorted.
func contents(t *testing.T, db *leat.DB) string {
	t.Helper()
	var out strings.Builder
	for _, src := range db.Catalog().Sources() {
		if src.QueryID == "" {
			continue
		}
		rows, err := db.Query(t.Context(), "SELECT * FROM "+src.Name+";")
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for row, err := range rows.All() {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%s %v\n", src.Name, row.Values))
		}
		rows.Close()
		slices.Sort(lines)
		out.WriteString(strings.Join(lines, ""))
	}
	return out.String()
}
