package broker

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Every client finds versions that it can speak; see the table.
func TestClientsFindTheirVersions(t *testing.T) {
	file, err := os.Open("testdata/client_floors.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	apis := map[string]*api{}
	for _, a := range served() {
		if a != nil {
			apis[a.name] = a
		}
	}
	needs := 0
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		rest, unmet := strings.CutPrefix(line, "unmet ")
		var client, name, versions string
		if _, err := fmt.Sscan(rest, &client, &name, &versions); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		low, high, err := versionRange(versions)
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		needs++
		a := apis[name]
		switch met := a != nil && a.min <= high && low <= a.max; {
		case a == nil:
			t.Errorf("line %d: %s needs %s, which is not served", n, client, name)
		case met == unmet:
			t.Errorf("line %d: %s speaks versions %s of %s; %d to %d are served", n, client, versions, name, a.min, a.max)
		}
	}
	if err := lines.Err(); err != nil || needs < 50 {
		t.Errorf("%d needs read, %v", needs, err)
	}
}

// versionRange reads 3-11, 4-, -7 or 2.
func versionRange(s string) (low, high int16, err error) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	high = math.MaxInt16
	for _, end := range []struct {
		text string
		into *int16
	}{{from, &low}, {to, &high}} {
		if end.text == "" {
			continue
		}
		v, err := strconv.ParseInt(end.text, 10, 16)
		if err != nil {
			return 0, 0, fmt.Errorf("versions %q: %w", s, err)
		}
		*end.into = int16(v)
	}
	return low, high, nil
}
