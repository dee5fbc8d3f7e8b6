package clienttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestJava: Kafka's own client, whose defaults others follow: idempotent and transactional producers, groups, administration, and
// the partitions of keys that SQL wrote.
func TestJava(t *testing.T) {
	t.Parallel()
	needProgram(t, "mvn", "apt-get install maven")
	needProgram(t, "javac", "apt-get install default-jdk")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "java"))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("Maven cannot get the client: %v\n%s", err, out)
	}
	s := startServer(t)
	s.sql(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='partitions', VALUE_FORMAT='JSON', PARTITIONS=7);`)
	for i := range 30 {
		s.sql(fmt.Sprintf("INSERT INTO s (k, v) VALUES ('key %d', 1);", i))
	}
	s.restart()
	mustSayOK(t, program(t, "", "java", "-cp", filepath.Join(dir, "lib", "*"), filepath.Join(dir, "Smoke.java"), s.addr))
}
