package clienttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is that of the distribution, which sees the distribution's packages.
const python = "/usr/bin/python3"

// kafkaPython is what PyPI's client is installed as.
const kafkaPython = "kafka-python==3.0.12"

// TestNode: KafkaJS and @platformatic/kafka produce, consume in groups and administrate.
func TestNode(t *testing.T) {
	t.Parallel()
	needProgram(t, "node", "apt-get install nodejs npm")
	needProgram(t, "npm", "apt-get install nodejs npm")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "node"))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install the clients: %v\n%s", err, out)
	}
	for _, name := range []string{"kafkajs", "platformatic"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if old := program(t, "", "node", "-p", "!Promise.withResolvers"); name == "platformatic" && old != "false\n" {
				t.Skip("@platformatic/kafka needs Node 22 or newer")
			}
			s := startServer(t)
			mustSayOK(t, program(t, "", "node", filepath.Join(dir, name+".mjs"), s.addr))
		})
	}
}

// TestPython: the distribution's confluent_kafka and PyPI's kafka-python do the same.
func TestPython(t *testing.T) {
	t.Parallel()
	needProgram(t, python, "apt-get install python3")
	t.Run("confluent", func(t *testing.T) {
		t.Parallel()
		if err := exec.CommandContext(t.Context(), python, "-c", "import confluent_kafka").Run(); err != nil {
			t.Skip("confluent_kafka is not installed: apt-get install python3-confluent-kafka")
		}
		s := startServer(t)
		mustSayOK(t, program(t, "", python, filepath.Join("testdata", "python", "confluent.py"), s.addr))
	})
	t.Run("kafkapython", func(t *testing.T) {
		t.Parallel()
		needProgram(t, "pip", "apt-get install python3-pip")
		dir := t.TempDir()
		if out, err := exec.CommandContext(t.Context(), "pip", "install", "-q", "--no-deps", "--target", dir, kafkaPython).CombinedOutput(); err != nil {
			t.Skipf("pip cannot install %s: %v\n%s", kafkaPython, err, out)
		}
		s := startServer(t)
		mustSayOK(t, program(t, "", "env", "PYTHONPATH="+dir, python, filepath.Join("testdata", "python", "kafkapython.py"), s.addr))
	})
}

func mustSayOK(t *testing.T, out string) {
	t.Helper()
	if strings.TrimSpace(out) != "ok" {
		t.Errorf("it says %q", out)
	}
}
