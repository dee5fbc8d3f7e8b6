package leat_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/function"
)

// A table that counts, fed from Go and asked with SQL.
func Example() {
	ctx := context.Background()
	db, err := leat.OpenMem(ctx, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	_, err = db.Exec(ctx, `
		CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR)
		  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE hits AS
		  SELECT page, COUNT(*) AS n FROM clicks GROUP BY page EMIT CHANGES;`)
	if err != nil {
		log.Fatal(err)
	}
	err = db.Insert(ctx, "clicks",
		map[string]any{"user_id": "ada", "page": "/home"},
		map[string]any{"user_id": "alan", "page": "/home"},
		map[string]any{"user_id": "ada", "page": "/cart"})
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Settle(ctx); err != nil { // Wait until the table has seen the rows.
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT page, n FROM hits WHERE page = '/home';")
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		var page string
		var n int64
		if err := row.Scan(&page, &n); err != nil {
			log.Fatal(err)
		}
		fmt.Println(page, n)
	}
	// Output: /home 2
}

// Changes of a table as they happen.
func ExampleDB_Query() {
	ctx := context.Background()
	db, err := leat.OpenMem(ctx, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(ctx, `CREATE STREAM temps (room VARCHAR KEY, celsius DOUBLE) WITH (KAFKA_TOPIC='temps', VALUE_FORMAT='JSON', PARTITIONS=1);`); err != nil {
		log.Fatal(err)
	}
	type temp struct {
		Room    string
		Celsius float64
	}
	err = db.Insert(ctx, "temps", temp{"attic", 31.5}, temp{"cellar", 12})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT room, celsius FROM temps WHERE celsius > 30 EMIT CHANGES LIMIT 1;")
	if err != nil {
		log.Fatal(err)
	}
	for t, err := range leat.Values[temp](rows) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(t.Room, t.Celsius)
	}
	// Output: attic 31.5
}

// A scalar function written in Go.
func ExampleWithFunction2() {
	ctx := context.Background()
	hypot := leat.WithFunction2("HYPOT", "Length of the hypotenuse.", func(a, b float64) (float64, error) { return math.Hypot(a, b), nil })
	db, err := leat.OpenMem(ctx, hypot, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(ctx, `
		CREATE STREAM legs (a DOUBLE, b DOUBLE) WITH (KAFKA_TOPIC='legs', VALUE_FORMAT='JSON', PARTITIONS=1);
		INSERT INTO legs (a, b) VALUES (3, 4);`)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT HYPOT(a, b) AS c FROM legs EMIT CHANGES LIMIT 1;")
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.Values[0])
	}
	// Output: 5
}

// An aggregate function written in Go.
func ExampleWithAggregate() {
	ctx := context.Background()
	product := leat.WithAggregate(function.GoAggregate[float64]{
		Info:      function.Info{Name: "PRODUCT", Summary: "Product of the values."},
		Signature: "(x DOUBLE) -> DOUBLE",
		Init:      func([]any) (float64, error) { return 1, nil },
		Add: func(p float64, args []any) (float64, error) {
			if x, ok := args[0].(float64); ok {
				p *= x
			}
			return p, nil
		},
		Merge:  func(a, b float64) (float64, error) { return a * b, nil },
		Result: func(p float64) (any, error) { return p, nil },
	})
	db, err := leat.OpenMem(ctx, product, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(ctx, `
		CREATE STREAM growth (city VARCHAR KEY, factor DOUBLE) WITH (KAFKA_TOPIC='growth', VALUE_FORMAT='JSON', PARTITIONS=1);
		CREATE TABLE total AS SELECT city, PRODUCT(factor) AS factor FROM growth GROUP BY city EMIT CHANGES;
		INSERT INTO growth (city, factor) VALUES ('Ulm', 1.5);
		INSERT INTO growth (city, factor) VALUES ('Ulm', 2.0);`)
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Settle(ctx); err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT factor FROM total WHERE city = 'Ulm';")
	if err != nil {
		log.Fatal(err)
	}
	for row, err := range rows.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row.Values[0])
	}
	// Output: 3
}
