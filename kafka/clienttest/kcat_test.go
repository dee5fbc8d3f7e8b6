package clienttest

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// kcat runs kcat with an input and returns its lines.
func kcat(t *testing.T, s *server, input string, args ...string) []string {
	t.Helper()
	return lines(program(t, input, "kcat", append([]string{"-b", s.addr}, args...)...))
}

// program runs a program to its end and returns what it printed.
func program(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = 5 * time.Second
	c.Stdin = strings.NewReader(input)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.Bytes(), said.Bytes())
	}
	return out.String()
}

func lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

func needProgram(t *testing.T, name, hint string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed: %s", name, hint)
	}
}

// TestKcat: the distribution's kcat produces in the codec it is asked for, reads alone and in groups, and lists.
func TestKcat(t *testing.T) {
	t.Parallel()
	needProgram(t, "kcat", "apt-get install kcat")
	s := startServer(t, "--set", "kafka.num.partitions=2")
	for codec, name := range codecs {
		t.Run(name, func(t *testing.T) {
			var want []string
			for i := range 200 {
				want = append(want, fmt.Sprintf("key%d|value %d %080d", i, i, i))
			}
			kcat(t, s, strings.Join(want, "\n")+"\n", "-P", "-t", name, "-K", "|", "-z", name, "-H", "from=kcat")
			for _, stored := range storedCodecs(t, s, name) {
				if int(stored) != codec {
					t.Errorf("the log has a batch in %s", codecs[stored])
				}
			}
			slices.Sort(want)
			s.restart()
			read := func(how string, args ...string) {
				got := kcat(t, s, "", append(args, "-q", "-f", `%k|%s %h\n`)...)
				slices.Sort(got)
				for i := range got {
					got[i] = strings.TrimSuffix(got[i], " from=kcat")
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s: got %d records %.2q, want %d such as %.2q", how, len(got), got, len(want), want)
				}
			}
			read("alone", "-C", "-t", name, "-o", "beginning", "-e")
			read("in a group", "-X", "auto.offset.reset=earliest", "-c", "200", "-G", "group-"+name, name)
			more := []string{"key|more"}
			kcat(t, s, "key|more\n", "-P", "-t", name, "-K", "|", "-H", "from=kcat")
			want = more
			read("in a group again", "-X", "auto.offset.reset=earliest", "-c", "1", "-G", "group-"+name, name)
		})
	}
	t.Run("list", func(t *testing.T) {
		listed := strings.Join(kcat(t, s, "", "-L"), "\n")
		for _, want := range append([]string{"1 brokers:", "broker 1 at " + s.addr, `topic "zstd" with 2 partitions:`,
			"partition 1, leader 1, replicas: 1, isrs: 1"}, codecs...) {
			if !strings.Contains(listed, want) {
				t.Errorf("-L has no %q:\n%s", want, listed)
			}
		}
	})
	t.Run("offsets", func(t *testing.T) {
		first := kcat(t, s, "", "-Q", "-t", "gzip:0:1")
		if len(first) != 1 || !strings.Contains(first[0], "gzip [0] offset 0") {
			t.Errorf("-Q of time 1: %q", first)
		}
	})
}
