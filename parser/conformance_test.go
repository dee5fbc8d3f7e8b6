package parser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// conformanceFiles are statements of a compatible system's tests. They are not
// part of the project and lie beside a checkout or the directory of checkouts.
const conformanceFiles = "shared/conformance/*/*.json"

// TestConformance parses and prints every statement that is not to be rejected.
func TestConformance(t *testing.T) {
	var files []string
	for _, dir := range []string{"../..", "../../.."} {
		found, err := filepath.Glob(filepath.Join(dir, conformanceFiles))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Skipf("no conformance cases: %s is not there", conformanceFiles)
	}
	parsed := 0
	for _, file := range files {
		for _, c := range readCases(t, file) {
			src := strings.ReplaceAll(strings.Join(c.Statements, "\n"), "{FORMAT}", "JSON")
			statements, err := Parse(src)
			if err != nil && !c.rejected() {
				t.Errorf("%s, %s: %v", filepath.Base(file), c.Name, err)
			}
			for _, s := range statements {
				checkRoundTrip(t, s)
				checkSpans(t, src, s)
			}
			parsed += len(statements)
		}
	}
	t.Logf("%d statements", parsed)
}

type conformanceCase struct {
	Name              string
	Statements        []string
	ExpectedError     any
	ExpectedException any
}

func (c *conformanceCase) rejected() bool {
	return c.ExpectedError != nil || c.ExpectedException != nil
}

func readCases(t *testing.T, file string) []conformanceCase {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var suite struct{ Tests []conformanceCase }
	if err := json.Unmarshal(text, &suite); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return suite.Tests
}
