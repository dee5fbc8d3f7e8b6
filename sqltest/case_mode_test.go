package sqltest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// modeCases are a table of counts that goes over several keys, one that loses
// rows again, and a stream without keys.
const modeCases = `{"tests": [
	{"name": "counts", "statements": ["CREATE STREAM S (ID INT KEY, K STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
		"CREATE TABLE T AS SELECT K, COUNT(*) AS N FROM S GROUP BY K HAVING COUNT(*) < 3;", "CREATE STREAM U AS SELECT ID, K FROM S PARTITION BY NULL;"],
	"inputs": [{"topic": "s", "key": 1, "value": {"K": "a"}}, {"topic": "s", "key": 2, "value": {"K": "a"}}, {"topic": "s", "key": 3, "value": {"K": "b"}},
		{"topic": "s", "key": 4, "value": {"K": "a"}}],
	"outputs": [{"topic": "T", "key": "a", "value": {"N": 1}}, {"topic": "T", "key": "a", "value": {"N": 2}}, {"topic": "T", "key": "b", "value": {"N": 1}},
		{"topic": "T", "key": "a", "value": null},
		{"topic": "U", "value": {"ID": 1, "K": "a"}}, {"topic": "U", "value": {"ID": 2, "K": "a"}}, {"topic": "U", "value": {"ID": 3, "K": "b"}},
		{"topic": "U", "value": {"ID": 4, "K": "a"}}]},
	{"name": "wrong order", "statements": ["CREATE STREAM S (ID INT KEY, K STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
		"CREATE TABLE T AS SELECT ID, COUNT(*) AS N FROM S GROUP BY ID;"],
	"inputs": [{"topic": "s", "key": 1, "value": {"K": "a"}}, {"topic": "s", "key": 1, "value": {"K": "a"}}],
	"outputs": [{"topic": "T", "key": 1, "value": {"N": 2}}, {"topic": "T", "key": 1, "value": {"N": 1}}]},
	{"name": "partitions", "statements": ["CREATE STREAM S (ID INT KEY, K STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
		"CREATE STREAM T AS SELECT ID, ROWPARTITION AS P FROM S;"],
	"inputs": [{"topic": "s", "key": 1, "value": {"K": "a"}}],
	"outputs": [{"topic": "T", "key": 1, "value": {"P": 0}}]}
]}`

func TestCaseModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, []byte(modeCases), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, m := range CaseModes {
		var out bytes.Buffer
		report, err := (&Suite{Out: &out, Mode: m.Name}).Files(context.Background(), path)
		want := "2 passed, 1 failed"
		if m.Partitions > 1 {
			want = "1 passed, 1 failed, 1 skipped"
		}
		if err != nil || report.String() != want || !strings.Contains(out.String(), "wrong order") {
			t.Errorf("%s: %v, error %v\n%s", m.Name, report, err, &out)
		}
	}
	if _, err := (&Suite{Mode: "sideways"}).Files(context.Background(), path); err == nil || !strings.Contains(err.Error(), "the modes are straight, ") {
		t.Errorf("an unknown mode: %v", err)
	}
}
