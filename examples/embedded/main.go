// Embedded counts page hits inside a Go program: no server, one directory.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"os"

	"github.com/leatdb/leat"
)

//go:embed schema.sql
var schema string

type click struct{ UserID, Page string }

type hits struct {
	Page string
	N    int
}

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string) error {
	db, err := leat.Open(ctx, dir, leat.WithProperty("auto.offset.reset", "earliest"))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(ctx, schema); err != nil {
		return err
	}
	if err := db.Insert(ctx, "clicks", click{"ada", "/home"}, click{"alan", "/home"}, click{"ada", "/cart"}); err != nil {
		return err
	}
	if err := db.Settle(ctx); err != nil { // Until the table has seen the clicks.
		return err
	}
	rows, err := db.Query(ctx, "SELECT page, n FROM hits WHERE page = '/home';")
	if err != nil {
		return err
	}
	for h, err := range leat.Values[hits](rows) {
		if err != nil {
			return err
		}
		fmt.Println(h.Page, h.N)
	}
	return nil
}
