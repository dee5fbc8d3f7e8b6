// Package deps holds the import graph of the project as text and tests it.
package deps

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

const module = "github.com/leatdb/leat"

// graph lists, for every package of the project, which other packages of the
// project its non-test files may import. The tree is the pipeline: nothing
// points back up. A package that is not listed here fails the test.
const graph = `
internal/vfs      :
internal/bufpool  :
internal/pipenet  :
internal/javatime :
internal/javanum  :
types             : internal/javanum
internal/randvec  : types
parser            :
log               : internal/vfs internal/bufpool
state             :
auth              : log
internal/certs    :
function          : types internal/javatime internal/javanum
format/registry   :
format/registry/registrytest : format/registry
format/registry/protocol : format/registry
format/registry/remote : format/registry format/registry/protocol
format            : types format/registry internal/javatime internal/javanum
expr              : types function internal/javatime internal/javanum
planner/plan      : types expr
catalog           : types planner/plan
planner           : parser types function expr format format/registry catalog planner/plan internal/javatime
exec              : types function expr format format/registry planner/plan log state internal/javatime internal/vfs
.                 : parser types function expr format format/registry format/registry/remote catalog planner planner/plan log state exec internal/vfs
kafka/groups      : log
kafka/acls        : auth log
kafka/broker      : auth log kafka/acls kafka/groups internal/bufpool
server/api        :
server/schemas    : format/registry format/registry/protocol
server            : . auth server/api server/schemas format/registry types log parser exec
server/client     : . server/api parser types
migrate           : . parser
datagen           : types
shell             : . parser types planner format
internal/sqldocs  : . shell sqltest parser planner format function types
sqltest           : . types parser log format format/registry function planner planner/plan catalog expr exec internal/vfs internal/pipenet
leattest          : . log internal/vfs
bench/nexmark     :
bench             : . server bench/nexmark kafka/broker types format catalog planner/plan log state internal/vfs
internal/crashtest : . log internal/vfs
cmd/leat          : . datagen migrate auth server server/api server/client kafka/broker shell sqltest bench bench/nexmark log types parser internal/vfs internal/pipenet internal/crashtest internal/certs
`

func allowed(t *testing.T) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(graph), "\n") {
		from, to, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("graph line %q has no colon", line)
		}
		set := map[string]bool{}
		for _, p := range strings.Fields(to) {
			set[p] = true
		}
		out[strings.TrimSpace(from)] = set
	}
	return out
}

func TestImportDirection(t *testing.T) {
	rules := allowed(t)
	for _, e := range edges(t) {
		set, known := rules[e.from]
		if !known {
			t.Errorf("%s: package %s is not in the graph of internal/deps; add a line that says what it may import", e.file, e.from)
			continue
		}
		if e.to != "" && !set[e.to] {
			t.Errorf("%s: %s must not import %s; allowed: %s", e.file, e.from, e.to, names(set))
		}
	}
}

type edge struct{ from, to, file string }

// edges returns every import between packages of the project, and one edge with
// an empty target for every file.
func edges(t *testing.T) []edge {
	root := filepath.Join("..", "..")
	var out []edge
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			name := d.Name()
			if rel != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "examples" || name == "docs") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil && rel != "." {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := path.Dir(rel)
		out = append(out, edge{from, "", rel})
		for _, imp := range f.Imports {
			name := strings.Trim(imp.Path.Value, `"`)
			if name == module {
				out = append(out, edge{from, ".", rel})
			} else if rest, ok := strings.CutPrefix(name, module+"/"); ok {
				out = append(out, edge{from, rest, rel})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func names(set map[string]bool) string {
	if len(set) == 0 {
		return "nothing of the project"
	}
	var out []string
	for n := range set {
		out = append(out, n)
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}
