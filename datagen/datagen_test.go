package datagen

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/leatdb/leat"
)

// TestRowsFitTheirStreams inserts rows of every quickstart as statements and
// reads them back.
func TestRowsFitTheirStreams(t *testing.T) {
	ctx := context.Background()
	db, err := leat.OpenMem(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	clock := func() time.Time { return time.UnixMilli(1_700_000_000_000) }
	for _, q := range Quickstarts() {
		if _, err := db.Exec(ctx, q.Create(q.Name, q.Name, "KAFKA", "JSON", 1)); err != nil {
			t.Fatalf("%s: %v", q.Name, err)
		}
		g, again := New(q, 7, clock), New(q, 7, clock)
		for range 30 {
			row := g.Next()
			if other := again.Next(); !reflect.DeepEqual(row, other) {
				t.Fatalf("%s: the same seed gives %v and %v", q.Name, row, other)
			}
			if _, err := db.Exec(ctx, q.Insert(q.Name, row)); err != nil {
				t.Fatalf("%s: %v", q.Insert(q.Name, row), err)
			}
		}
		rows, err := db.Query(ctx, "SELECT * FROM "+q.Name+";")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for row, err := range rows.All() {
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range row.Values {
				if v == nil {
					t.Errorf("%s: column %d is NULL", q.Name, i)
				}
			}
			n++
		}
		if n != 30 {
			t.Errorf("%s: %d rows of 30", q.Name, n)
		}
	}
}
