package main

import (
	"testing"

	"github.com/leatdb/leat/leattest"
)

func TestHits(t *testing.T) {
	db := leattest.Open(t, schema)
	db.Insert("clicks", click{"ada", "/home"}, click{"alan", "/home"})
	db.Want("SELECT page, n FROM hits;", `["/home",2]`)
}

func TestHitsAreThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // The second run counts on.
		if err := run(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
}
