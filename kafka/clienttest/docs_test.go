package clienttest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentNamesVersions: the table of docs/clients.md has the versions that are tested.
func TestDocumentNamesVersions(t *testing.T) {
	read := func(path ...string) string {
		text, err := os.ReadFile(filepath.Join(path...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	doc := read("..", "..", "docs", "clients.md")
	for _, c := range []struct{ row, file, pattern string }{
		{"franz-go (Go)", read("go.mod"), `twmb/franz-go (v\S+)`},
		{"Sarama (Go)", read("go.mod"), `IBM/sarama (v\S+)`},
		{"kafka-go (Go)", read("go.mod"), `segmentio/kafka-go (v\S+)`},
		{"Java, kafka-clients", read("testdata", "java", "pom.xml"), `kafka-clients</artifactId>\s*<version>([^<]+)`},
		{"KafkaJS (Node)", read("testdata", "node", "package.json"), `"kafkajs": "([^"]+)"`},
		{"@platformatic/kafka (Node 22 or newer)", read("testdata", "node", "package.json"), `"@platformatic/kafka": "([^"]+)"`},
		{"kafka-python", kafkaPython, `==(.+)`},
	} {
		found := regexp.MustCompile(c.pattern).FindStringSubmatch(c.file)
		if found == nil {
			t.Errorf("%s: no version", c.row)
			continue
		}
		if row := "| " + c.row + " | " + found[1] + " |"; !strings.Contains(doc, row) {
			t.Errorf("docs/clients.md has no row %q", row)
		}
	}
}
