package registry

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestCompatiblePairs compares pairs of schemas in both directions. A file is
// named after the language; the two schemas of a pair are parted by a line of
// dashes, the older one first.
func TestCompatiblePairs(t *testing.T) {
	datadriven.Walk(t, "testdata/compat", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			old, now, ok := strings.Cut(d.Input, "\n--\n")
			if !ok {
				d.Fatalf(t, "a pair needs two schemas with a line -- between them")
			}
			language := map[string]Type{"avro": Avro, "json": JSON, "protobuf": Protobuf}[d.Cmd]
			a, b := Schema{Type: language, Text: old}, Schema{Type: language, Text: now}
			if language == Protobuf {
				a.Text, b.Text = proto3(a.Text), proto3(b.Text)
			}
			return fmt.Sprintf("new reads old: %s\nold reads new: %s\n", verdict(t, b, a), verdict(t, a, b))
		})
	})
}

// proto3 adds the first line to schemas without one.
func proto3(text string) string {
	if strings.HasPrefix(text, "syntax") {
		return text
	}
	return "syntax = \"proto3\";\n" + text
}

func verdict(t *testing.T, reader, writer Schema) string {
	for _, s := range []Schema{reader, writer} {
		if _, err := parse(t.Context(), nil, s); err != nil {
			return err.Error()
		}
	}
	if err := readers[reader.Type](t.Context(), nil, reader, writer); err != nil {
		return err.Error()
	}
	return "yes"
}

// TestReadsItself: no schema of the pairs is incompatible with itself.
func TestReadsItself(t *testing.T) {
	datadriven.Walk(t, "testdata/compat", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			for text := range strings.SplitSeq(d.Input, "\n--\n") {
				s := Schema{Type: map[string]Type{"avro": Avro, "json": JSON, "protobuf": Protobuf}[d.Cmd], Text: text}
				if s.Type == Protobuf {
					s.Text = proto3(s.Text)
				}
				if v := verdict(t, s, s); v != "yes" {
					t.Errorf("%s: %s\n%s", d.Pos, v, text)
				}
			}
			return d.Expected
		})
	})
}

// TestLevels: which of two changes each level allows after each other.
func TestLevels(t *testing.T) {
	record := func(fields string) Schema {
		return Schema{Type: Avro, Text: `{"type":"record","name":"R","fields":[` + fields + `]}`}
	}
	x, y, z := `{"name":"X","type":"int"}`, `{"name":"Y","type":"int"}`, `{"name":"Z","type":"int","default":0}`
	// Version 1 has X and Y, version 2 X and Z.
	versions := []Version{{Subject: "s", Version: 1, ID: 1, Schema: record(x + "," + y)}, {Subject: "s", Version: 2, ID: 2, Schema: record(x + "," + z)}}
	next := []struct {
		name   string
		schema Schema
	}{
		{"same", record(x + "," + z)},
		{"adds a field", record(x + "," + z + `,{"name":"W","type":"int"}`)},
		{"takes one away", record(z)},
		{"adds the old one with a default", record(x + "," + z + `,{"name":"Y","type":"int","default":1}`)},
		{"adds it as another type", record(x + "," + z + `,{"name":"Y","type":"string","default":""}`)},
		{"takes the default away", record(x + `,{"name":"Z","type":"int"}`)},
		{"language", Schema{Type: JSON, Text: `{}`}},
	}
	want := map[Level]string{ // One mark per schema of next: + allowed, - not.
		NoCompatibility:    "+++++++",
		Backward:           "+-++++-",
		BackwardTransitive: "+-++---",
		Forward:            "++-+++-",
		ForwardTransitive:  "---+---",
		Full:               "+--+++-",
		FullTransitive:     "---+---",
	}
	for _, level := range Levels {
		got := ""
		for _, n := range next {
			if err := Compatible(t.Context(), nil, level, n.schema, versions); err == nil {
				got += "+"
			} else {
				got += "-"
			}
		}
		if got != want[level] {
			t.Errorf("%s: got %s, want %s", level, got, want[level])
		}
	}
}
