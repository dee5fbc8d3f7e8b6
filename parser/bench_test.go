package parser

import (
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

var benchTexts = []struct{ name, text string }{
	{"select", "SELECT a, b FROM s WHERE c > 1 EMIT CHANGES;"},
	{"create", "CREATE STREAM s (id INT KEY, name STRING, tags ARRAY<STRING>, m MAP<STRING, DOUBLE>) " +
		"WITH (kafka_topic = 't', value_format = 'JSON', partitions = 4);"},
	{"ctas_window", "CREATE TABLE t WITH (format = 'JSON') AS SELECT a, count(*) AS n, sum(b * 2) AS total FROM s " +
		"WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES, GRACE PERIOD 5 MINUTES) " +
		"WHERE c BETWEEN 1 AND 10 AND d LIKE 'x%' GROUP BY a HAVING count(*) > 3 EMIT CHANGES;"},
	{"join", "SELECT o.id, CASE WHEN o.amount > 10 THEN 'big' ELSE 'small' END AS size_, ucase(c.name), o.address->city " +
		"FROM orders o LEFT JOIN customers c WITHIN 1 HOUR GRACE PERIOD 5 MINUTES ON o.customer = c.id " +
		"WHERE o.items[1] IN ('a', 'b', 'c') OR NOT c.active EMIT CHANGES;"},
	{"insert", "INSERT INTO s (id, name, tags) VALUES (1, 'one', ARRAY['a', 'b']);"},
}

func BenchmarkScan(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				scan := newScanner(c.text)
				for {
					if t, _ := scan.Next(); t.Type == lexer.EOF {
						break
					}
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				if _, err := Parse(c.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPrint(b *testing.B) {
	for _, c := range benchTexts {
		s, err := ParseStatement(c.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Print(s)
			}
		})
	}
}

// BenchmarkError is the time to find out what to say about a broken statement.
func BenchmarkError(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("SELECT a, b c d FROM s WHERE e > 1 EMIT CHANGES;"); err == nil {
			b.Fatal("it parses")
		}
	}
}
