package auth

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A users file has a line per user: its name, its role and its credentials, separated by blanks. Empty lines and those that begin
// with # say nothing.
//
//	# name role credentials
//	alice admin SCRAM-SHA-256$8192:c2FsdA==$...:... SCRAM-SHA-512$8192:...

// ReadFile reads a users file.
func ReadFile(path string) ([]User, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("users file: %w", err)
	}
	var users []User
	seen := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		u, err := ParseUser(line)
		if err == nil && seen[u.Name] {
			err = fmt.Errorf("user %s is there twice", u.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("users file %s:%d: %w", path, n, err)
		}
		seen[u.Name] = true
		users = append(users, u)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("users file %s: %w", path, err)
	}
	return users, nil
}

// EditFile changes a users file: a user with the same name is replaced, a user without credentials is taken out. Remarks stay. The
// file is replaced as a whole, so that nobody reads half of it; one that does not exist is made, readable by its owner only.
func EditFile(path string, u User) error {
	if strings.ContainsAny(u.Name, " #") {
		return fmt.Errorf("the name %q cannot stand in a users file, because of its blanks or #", u.Name)
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("users file: %w", err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(old)) {
		if fields := strings.Fields(line); len(fields) == 0 || fields[0] != u.Name {
			out.WriteString(strings.TrimRight(line, "\n") + "\n")
		}
	}
	if len(u.Credentials) > 0 {
		out.WriteString(u.String() + "\n")
	}
	if err := replaceFile(path, out.String()); err != nil {
		return fmt.Errorf("users file: %w", err)
	}
	return nil
}

func replaceFile(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size()}, nil
}
