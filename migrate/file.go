package migrate

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/leatdb/leat/parser"
)

// File is a migration of a project.
type File struct {
	Version int
	Name    string // What it does, in words.
	Path    string
	Text    string
	Sum     string // MD5 of the text in hexadecimal, which tells whether it changed.
}

var (
	fileName = regexp.MustCompile(`^V([0-9]{6})__(.+)\.sql$`)
	notWord  = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// Files reads the migrations in a folder, in the order of their versions. Other
// files are left alone.
func Files(dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w; `leat migrate new` makes a project, and --config-file says where it is", err)
	}
	var files []File
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		path := filepath.Join(dir, e.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		version, err := strconv.Atoi(m[1])
		if err != nil || version == 0 {
			return nil, fmt.Errorf("%s: versions begin with 1; rename the file", path)
		}
		sum := md5.Sum(text)
		files = append(files, File{Version: version, Name: strings.ReplaceAll(m[2], "_", " "), Path: path, Text: string(text), Sum: hex.EncodeToString(sum[:])})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Version < files[j].Version })
	for i := 1; i < len(files); i++ {
		if files[i].Version == files[i-1].Version {
			return nil, fmt.Errorf("%s and %s have the same version; rename one of them", files[i-1].Path, files[i].Path)
		}
	}
	return files, nil
}

// Create makes the empty file of a migration and returns its path. Version 0 is
// the one after the last.
func Create(dir, description string, version int) (string, error) {
	files, err := Files(dir)
	if err != nil {
		return "", err
	}
	if version == 0 {
		version = 1
		if len(files) > 0 {
			version = files[len(files)-1].Version + 1
		}
	}
	if version < 1 || version > 999999 {
		return "", fmt.Errorf("a version is a number from 1 to 999999, not %d", version)
	}
	for _, f := range files {
		if f.Version == version {
			return "", fmt.Errorf("version %d is %s already; choose another, or none for the next one", version, f.Path)
		}
	}
	words := strings.Trim(notWord.ReplaceAllString(description, "_"), "_")
	if words == "" {
		return "", fmt.Errorf("the description %q has no letters or digits; say what the migration does", description)
	}
	path := filepath.Join(dir, fmt.Sprintf("V%06d__%s.sql", version, strings.ToUpper(words[:1])+words[1:]))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

// check refuses statements that do not belong in a migration, before any runs.
// Those with variables are looked at when their turn comes.
func (f *File) check(variables map[string]string) error {
	for _, piece := range parser.Split(f.Text) {
		text := piece.Text
		if sub, err := parser.SubstituteVariables(text, variables); err == nil {
			text = sub
		}
		stmt, err := parser.ParseStatement(text)
		if err != nil && strings.Contains(text, "${") {
			continue
		}
		if err == nil && !belongs(stmt) {
			err = fmt.Errorf("a migration makes and changes what there is; take %q out of it", strings.ToUpper(strings.Fields(text)[0]))
		}
		if err != nil {
			return fmt.Errorf("%s, statement at line %d: %w", f.Path, piece.At.Line, err)
		}
	}
	return nil
}

// belongs tells whether a statement may stand in a migration.
func belongs(stmt parser.Statement) bool {
	switch stmt.(type) {
	case *parser.CreateSource, *parser.CreateAs, *parser.DropSource, *parser.AlterSource, *parser.CreateType, *parser.DropType,
		*parser.CreateConnector, *parser.DropConnector, *parser.Insert, *parser.InsertValues, *parser.ControlQuery,
		*parser.SetProperty, *parser.UnsetProperty, *parser.Define, *parser.Undefine, *parser.AssertTopic, *parser.AssertSchema:
		return true
	}
	return false
}
