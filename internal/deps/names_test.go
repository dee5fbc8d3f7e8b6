package deps

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// declared is every name of the project that a document may mention.
type declared struct {
	packages map[string]bool            // Last element of the import path.
	files    map[string]bool            // Paths from the root, and base names.
	names    map[string]map[string]bool // Package to names, methods and fields as Type.Name.
}

// TestDocumentsNameWhatExists checks the names in code spans of the documents
// that a reader follows: packages, files, and identifiers such as log.Group,
// types.Vector.Own or openBatch.
func TestDocumentsNameWhatExists(t *testing.T) {
	root := filepath.Join("..", "..")
	all := collect(t, root)
	docs := []string{"ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"}
	more, err := filepath.Glob(filepath.Join(root, "docs", "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range more {
		rel, err := filepath.Rel(root, m)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(filepath.ToSlash(rel), "docs/sql/") {
			docs = append(docs, rel)
		}
	}
	for _, doc := range docs {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range outsideBlocks(string(text)) {
			for _, span := range codeSpan.FindAllStringSubmatch(line, -1) {
				if what := all.missing(span[1]); what != "" {
					t.Errorf("%s:%d: `%s`: %s", doc, i+1, span[1], what)
				}
			}
		}
	}
}

var (
	codeSpan   = regexp.MustCompile("`([^`]+)`")
	goFile     = regexp.MustCompile(`^[\w./-]+\.(go|md|sql|sh)$`)
	folder     = regexp.MustCompile(`^[a-z][\w]*(/[\w.-]+)+/?$`)
	qualified  = regexp.MustCompile(`^([a-z]+)\.([A-Za-z]\w*)(?:\.(\w+))?(?:\(\))?$`)
	identifier = regexp.MustCompile(`^[A-Za-z]\w*[a-z]\w*\.[A-Za-z]\w*(?:\(\))?$`)
)

// outsideBlocks returns the lines with those of indented and fenced code emptied.
func outsideBlocks(text string) []string {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "```") {
			fenced = !fenced
			lines[i] = ""
		}
		if fenced || strings.HasPrefix(l, "    ") {
			lines[i] = ""
		}
	}
	return lines
}

// missing says why a span that looks like a name of the project is none; it
// returns nothing for spans that are SQL, commands or values.
func (d *declared) missing(span string) string {
	switch {
	case goFile.MatchString(span):
		if !d.files[strings.TrimPrefix(span, "./")] {
			return "there is no such file"
		}
	case folder.MatchString(span):
		if !d.files[strings.TrimSuffix(span, "/")] {
			return "there is no such folder or file"
		}
	case qualified.MatchString(span):
		m := qualified.FindStringSubmatch(span)
		if !d.packages[m[1]] {
			return "" // A property such as state.memory, or another library.
		}
		name := m[2]
		if m[3] != "" {
			name += "." + m[3]
		}
		if token.IsExported(m[2]) && !d.names[m[1]][name] {
			return "package " + m[1] + " declares no such name"
		}
	case identifier.MatchString(span):
		name := strings.TrimSuffix(span, "()")
		for _, names := range d.names {
			if names[name] {
				return ""
			}
		}
		return "no package declares it"
	}
	return ""
}

func collect(t *testing.T, root string) *declared {
	d := &declared{packages: map[string]bool{"leat": true}, files: map[string]bool{}, names: map[string]map[string]bool{}}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == ".git" || e.Name() == "bin") {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		d.files[rel], d.files[path.Base(rel)] = true, true
		if e.IsDir() || !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		d.addFile(path.Base(path.Dir("leat/"+rel)), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *declared) addFile(pkg string, f *ast.File) {
	d.packages[pkg] = true
	if d.names[pkg] == nil {
		d.names[pkg] = map[string]bool{}
	}
	names := d.names[pkg]
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				names[decl.Name.Name] = true
			} else if r := receiver(decl.Recv.List[0].Type); r != "" {
				names[r+"."+decl.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				addSpec(names, spec)
			}
		}
	}
}

func addSpec(names map[string]bool, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		for _, n := range spec.Names {
			names[n.Name] = true
		}
	case *ast.TypeSpec:
		names[spec.Name.Name] = true
		var members *ast.FieldList
		switch t := spec.Type.(type) {
		case *ast.StructType:
			members = t.Fields
		case *ast.InterfaceType:
			members = t.Methods
		default:
			return
		}
		for _, m := range members.List {
			for _, n := range m.Names {
				names[spec.Name.Name+"."+n.Name] = true
			}
		}
	}
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
