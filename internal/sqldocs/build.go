package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"text/template"
)

//go:embed pages/*.md
var sources embed.FS

// build makes all pages, by the name of their file. Its error tells of every page
// that cannot be made.
func build(ctx context.Context) (map[string][]byte, error) {
	entries, err := sources.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	var errs []error
	for _, e := range entries {
		text, err := page(ctx, e.Name())
		if err != nil {
			errs = append(errs, fmt.Errorf("pages/%s: %w", e.Name(), err))
		}
		pages[e.Name()] = text
	}
	return pages, errors.Join(errs...)
}

// page makes one page: its template is filled in, then its examples are run.
func page(ctx context.Context, name string) ([]byte, error) {
	text, err := sources.ReadFile("pages/" + name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Funcs(facts).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var filled, out bytes.Buffer
	if err := t.Execute(&filled, nil); err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "<!-- Written by go run ./internal/sqldocs from internal/sqldocs/pages/%s: edit that, not this. -->\n\n", name)
	if err := runExamples(ctx, filled.String(), &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// facts are what templates may ask for.
var facts = template.FuncMap{
	"syntax":       syntax,
	"terms":        terms,
	"words":        words,
	"example":      example,
	"exampleText":  exampleText,
	"summaries":    summaries,
	"properties":   properties,
	"settings":     settings,
	"formats":      formats,
	"formatTypes":  formatTypes,
	"casts":        casts,
	"reserved":     reserved,
	"functionList": functionList,
	"functions":    functions,
}
