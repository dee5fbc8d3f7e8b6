// Command sqldocs writes the SQL reference in docs/sql. Each of its pages is a
// template in pages/ whose facts come from the tables the program itself works
// by: the forms of statements (package parser), the properties of WITH (package
// planner), settings (SHOW PROPERTIES), formats and their types (package format),
// and the descriptors of functions. The SQL of its examples is run, and what the
// shell prints is written below.
//
//	go run ./internal/sqldocs      # or: make docs
//
// The test of this package fails when docs/sql is not what the program would write.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", filepath.Join("docs", "sql"), "where to write the pages")
	flag.Parse()
	if err := write(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "sqldocs:", err)
		os.Exit(1)
	}
}

// write makes dir hold the pages and no others.
func write(dir string) error {
	pages, err := build(context.Background())
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := pages[filepath.Base(path)]; ok {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}
