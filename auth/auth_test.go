package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/xdg-go/scram"
)

func openLog(t *testing.T, fs *vfs.Mem) *log.Log {
	t.Helper()
	l, err := log.Open("data", log.Options{FS: fs, MaintenanceInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustUser(t *testing.T, name string, role Role, password string) User {
	t.Helper()
	u, err := NewUser(name, role, password)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func open(t *testing.T, l *log.Log, o Options) *Users {
	t.Helper()
	u, err := Open(l, o)
	if err != nil {
		t.Fatal(err)
	}
	u.interval = 0
	return u
}

func wantDenied(t *testing.T, users *Users, name, password string) {
	t.Helper()
	if _, err := users.Verify(t.Context(), name, password); !errors.Is(err, ErrDenied) {
		t.Errorf("%s with %q: %v", name, password, err)
	}
}

func TestUsersOutliveTheLogsClose(t *testing.T) {
	fs := vfs.NewMem()
	l := openLog(t, fs)
	users := open(t, l, Options{})
	if err := users.Put(t.Context(), mustUser(t, "alice", Write, "secret")); err != nil {
		t.Fatal(err)
	}
	if err := users.Put(t.Context(), mustUser(t, "bob", Read, "other")); err != nil {
		t.Fatal(err)
	}
	if err := users.Remove(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = openLog(t, fs)
	users = open(t, l, Options{})
	for range 2 { // The second is remembered.
		got, err := users.Verify(t.Context(), "alice", "secret")
		if err != nil || got.Name != "alice" || got.Role != Write {
			t.Errorf("%v, %v", got, err)
		}
	}
	wantDenied(t, users, "alice", "Secret")
	wantDenied(t, users, "alice", "")
	wantDenied(t, users, "bob", "other")
	wantDenied(t, users, "bob", "")
	for _, p := range l.Properties("") {
		if strings.Contains(string(p.Value), "secret") {
			t.Errorf("%s has the password", p.Key)
		}
	}
}

// What was right once is not right any more when the password has changed, or the user is gone.
func TestVerifyForgets(t *testing.T) {
	users := open(t, openLog(t, vfs.NewMem()), Options{})
	put := func(password string) {
		t.Helper()
		if err := users.Put(t.Context(), mustUser(t, "alice", Read, password)); err != nil {
			t.Fatal(err)
		}
		if _, err := users.Verify(t.Context(), "alice", password); err != nil {
			t.Fatal(err)
		}
	}
	put("one")
	put("two")
	wantDenied(t, users, "alice", "one")
	if err := users.Remove(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	wantDenied(t, users, "alice", "two")
	if err := users.Remove(t.Context(), "alice"); !errors.Is(err, ErrUnknownUser) {
		t.Error(err)
	}
}

func TestVerifyWaitsNoLongerThanItsContext(t *testing.T) {
	users := open(t, nil, Options{})
	for range cap(users.slots) {
		users.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := users.Verify(ctx, "alice", "x"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFileGoesBeforeTheLogAndIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(path, []byte("# who\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	edit := func(u User) {
		t.Helper()
		if err := EditFile(path, u); err != nil {
			t.Fatal(err)
		}
	}
	edit(mustUser(t, "alice", Admin, "file"))
	l := openLog(t, vfs.NewMem())
	if err := open(t, l, Options{}).Put(t.Context(), mustUser(t, "alice", Read, "log")); err != nil {
		t.Fatal(err)
	}
	users := open(t, l, Options{File: path})
	if u, err := users.Verify(t.Context(), "alice", "file"); err != nil || u.Role != Admin {
		t.Errorf("%v, %v", u, err)
	}
	wantDenied(t, users, "alice", "log")
	if err := users.Remove(t.Context(), "alice"); !errors.Is(err, ErrInFile) {
		t.Error(err)
	}
	before := users.Changes()
	edit(mustUser(t, "bob", Write, "bobs"))
	edit(mustUser(t, "alice", Read, "new"))
	if _, err := users.Verify(t.Context(), "bob", "bobs"); err != nil {
		t.Error(err)
	}
	if u, err := users.Verify(t.Context(), "alice", "new"); err != nil || u.Role != Read {
		t.Errorf("%v, %v", u, err)
	}
	if users.Changes() == before {
		t.Error("nobody was told of the changes")
	}
	edit(User{Name: "bob"})
	wantDenied(t, users, "bob", "bobs")
	if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := users.Verify(t.Context(), "alice", "new"); err != nil {
		t.Errorf("a broken file has taken away a user: %v", err)
	}
	if _, err := Open(nil, Options{File: path}); err == nil || !strings.Contains(err.Error(), path+":1") {
		t.Error(err)
	}
}

func TestParseUserSaysWhatIsWrong(t *testing.T) {
	good := mustUser(t, "alice", Write, "p")
	again, err := ParseUser(good.String())
	if err != nil || again.String() != good.String() {
		t.Fatalf("%v, %v", again, err)
	}
	for line, want := range map[string]string{
		"alice":               "expected a name, a role and a credential",
		"alice boss x":        `unknown role "boss"`,
		"alice read password": "expected SCRAM-SHA-256$",
		"alice read SCRAM-SHA-256$10:c2FsdA==$a:b":                                        "expected 4096 to 16384 iterations",
		"alice read SCRAM-SHA-256$4096:$a:b":                                              "the salt is not",
		"alice read SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ==":                                "the stored key is not",
		"alice read " + good.Credentials[0].String() + " " + good.Credentials[0].String(): "twice",
	} {
		if _, err := ParseUser(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

// converse lets a client of another make answer a conversation.
func converse(t *testing.T, users *Users, m Mechanism, name, password string) (User, error) {
	t.Helper()
	c, err := users.Converse(m)
	if err != nil {
		t.Fatal(err)
	}
	client, err := scram.HashGeneratorFcn(m.hash()).NewClientUnprepped(name, password, "")
	if err != nil {
		t.Fatal(err)
	}
	steps, said := client.NewConversation(), ""
	for {
		message, err := steps.Step(said)
		if err != nil {
			t.Fatal(err)
		}
		answer, done, user, err := c.Step([]byte(message))
		if err != nil || done {
			if err == nil {
				if _, err := steps.Step(string(answer)); err != nil {
					t.Errorf("the client does not believe the server: %v", err)
				}
			}
			return user, err
		}
		said = string(answer)
	}
}

func TestConversation(t *testing.T) {
	users := open(t, openLog(t, vfs.NewMem()), Options{})
	if err := users.Put(t.Context(), mustUser(t, "a=b,c", Read, "päss wörd")); err != nil {
		t.Fatal(err)
	}
	for _, m := range []Mechanism{SHA256, SHA512} {
		if u, err := converse(t, users, m, "a=b,c", "päss wörd"); err != nil || u.Name != "a=b,c" {
			t.Errorf("%s: %v, %v", m, u, err)
		}
		for _, bad := range [][2]string{{"a=b,c", "wrong"}, {"nobody", "päss wörd"}} {
			if _, err := converse(t, users, m, bad[0], bad[1]); !errors.Is(err, ErrDenied) {
				t.Errorf("%s %v: %v", m, bad, err)
			}
		}
	}
	for _, garbage := range []string{"", "n,,", "n,,n=a", "p=tls-unique,,n=a,r=x", "\x00", strings.Repeat("n", 1<<10)} {
		c, err := users.Converse(SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := c.Step([]byte(garbage)); !errors.Is(err, ErrDenied) {
			t.Errorf("%q: %v", garbage, err)
		}
	}
}

// The example of RFC 7677, section 3, with its proof and its signature in the keys.
func TestCredentialOfRFC(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	salted, err := saltedPassword(SHA256, "pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	c, err := CredentialOf(SHA256, salt, 4096, salted)
	if err != nil {
		t.Fatal(err)
	}
	// What PostgreSQL keeps of the same password, salt and iterations.
	const want = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
	if c.String() != want {
		t.Errorf("got  %s\nwant %s", c, want)
	}
	if !c.Matches("pencil") || c.Matches("Pencil") {
		t.Error("the password is not told from others")
	}
}

func TestRoles(t *testing.T) {
	for i, r := range []Role{None, Read, Write, Admin} {
		back, err := ParseRole(r.String())
		if err != nil || back != r || !r.Includes(r) || i > 0 && (!r.Includes(r-1) || (r-1).Includes(r)) {
			t.Errorf("%s: %v, %v", r, back, err)
		}
	}
}
