package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/log"
)

// ErrDenied says that there is no such user, or that the password is wrong; nobody is told which.
var ErrDenied = errors.New("unknown user or wrong password")

// ErrUnknownUser says that a user to change is not there.
var ErrUnknownUser = errors.New("unknown user")

// ErrInFile says that a user is in the users file, and must be changed there.
var ErrInFile = errors.New("the user is in the users file")

// ErrInvalidName says that nobody can have that name.
var ErrInvalidName = errors.New("invalid name of a user")

// Options of Open.
type Options struct {
	File   string       // a users file, read again when it changes; "": none
	Logger *slog.Logger // nil: no diagnostics
}

// propertyPrefix begins the keys of the properties that users are kept as; their names follow.
const propertyPrefix = "auth/user/"

// saved is the value of such a property, as JSON.
type saved struct {
	Role        string   `json:"role"`
	Credentials []string `json:"credentials"`
}

// Users are all users: those in the log and those in a file, which goes before. Methods may be called from many goroutines. There
// must be only one Users for a log, since others do not see its changes.
type Users struct {
	log    *log.Log
	file   string
	logger *slog.Logger

	changing sync.Mutex   // one change after the other
	changes  atomic.Int64 // see Changes
	checked  atomic.Int64 // when the file was looked at last, in nanoseconds since began
	began    time.Time
	interval time.Duration // between looks at the file

	mu       sync.RWMutex
	stored   map[string]User // of the log
	filed    map[string]User // of the file
	stamp    stamp           // of the file as it was read
	verified map[string][]byte

	secret []byte        // of this process
	slots  chan struct{} // taken while a password is derived: that costs a processor for milliseconds
}

// Open reads the users of a log, nil for none, and of a file.
func Open(l *log.Log, o Options) (*Users, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	u := &Users{
		log: l, file: o.File, logger: o.Logger, began: time.Now(), interval: time.Second,
		stored: map[string]User{}, verified: map[string][]byte{},
		secret: newSecret(), slots: make(chan struct{}, max(runtime.NumCPU()/2, 1)),
	}
	if l != nil {
		for _, p := range l.Properties(propertyPrefix) {
			user, err := decodeUser(strings.TrimPrefix(p.Key, propertyPrefix), p.Value)
			if err != nil {
				return nil, fmt.Errorf("user in the log, property %q: %w", p.Key, err)
			}
			u.stored[user.Name] = user
		}
	}
	if o.File != "" {
		return u, u.readFile()
	}
	return u, nil
}

func decodeUser(name string, value []byte) (User, error) {
	var s saved
	if err := json.Unmarshal(value, &s); err != nil {
		return User{}, err
	}
	u := User{Name: name}
	var err error
	if u.Role, err = ParseRole(s.Role); err != nil {
		return u, err
	}
	for _, text := range s.Credentials {
		c, err := ParseCredential(text)
		if err != nil {
			return u, err
		}
		u.Credentials = append(u.Credentials, c)
	}
	return u, nil
}

func encodeUser(u *User) []byte {
	s := saved{Role: u.Role.String()}
	for _, c := range u.Credentials {
		s.Credentials = append(s.Credentials, c.String())
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings
	}
	return b
}

func (u *Users) readFile() error {
	now, err := stampOf(u.file)
	if err != nil {
		return fmt.Errorf("users file: %w", err)
	}
	users, err := ReadFile(u.file)
	if err != nil {
		return err
	}
	filed := map[string]User{}
	for _, user := range users {
		filed[user.Name] = user
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.filed, u.stamp = filed, now
	u.changes.Add(1)
	return nil
}

// refresh looks, now and then, whether the file has changed. One that cannot be read leaves the users as they were.
func (u *Users) refresh() {
	if u.file == "" {
		return
	}
	now, last := int64(time.Since(u.began)), u.checked.Load()
	if now-last < int64(u.interval) || !u.checked.CompareAndSwap(last, now) {
		return
	}
	at, err := stampOf(u.file)
	u.mu.RLock()
	same := err == nil && at == u.stamp
	u.mu.RUnlock()
	if same {
		return
	}
	if err := u.readFile(); err != nil {
		u.logger.Error("the users file is not read again", "err", err)
	}
}

// Changes is a number that changes with the users, for who remembers something about one.
func (u *Users) Changes() int64 {
	u.refresh()
	return u.changes.Load()
}

// Find returns a user.
func (u *Users) Find(name string) (User, bool) {
	u.refresh()
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.find(name)
}

func (u *Users) find(name string) (User, bool) {
	if user, ok := u.filed[name]; ok {
		return user, true
	}
	user, ok := u.stored[name]
	return user, ok
}

// List returns all users by name.
func (u *Users) List() []User {
	u.refresh()
	u.mu.RLock()
	defer u.mu.RUnlock()
	all := maps.Clone(u.stored)
	maps.Copy(all, u.filed)
	return slices.SortedFunc(maps.Values(all), func(a, b User) int { return strings.Compare(a.Name, b.Name) })
}

// Put adds or replaces a user in the log, durable on return.
func (u *Users) Put(ctx context.Context, user User) error {
	return u.Change(ctx, user.Name, func(User, bool) (User, error) { return user, nil })
}

// Remove removes a user from the log, durable on return.
func (u *Users) Remove(ctx context.Context, name string) error {
	return u.Change(ctx, name, func(old User, ok bool) (User, error) {
		if !ok {
			return old, fmt.Errorf("%w: %s", ErrUnknownUser, name)
		}
		return User{Name: name}, nil
	})
}

// Change changes a user in the log to what change returns of it, durable on return. It is removed if it has no credentials left.
func (u *Users) Change(ctx context.Context, name string, change func(old User, exists bool) (User, error)) error {
	if err := checkName(name); err != nil {
		return err
	}
	if u.log == nil {
		return errors.New("users cannot be changed: there is no log to keep them in")
	}
	u.changing.Lock()
	defer u.changing.Unlock()
	u.refresh()
	u.mu.RLock()
	_, filed := u.filed[name]
	old, exists := u.stored[name]
	u.mu.RUnlock()
	if filed {
		return fmt.Errorf("%w: %s in %s", ErrInFile, name, u.file)
	}
	user, err := change(old, exists)
	if err != nil {
		return err
	}
	p := log.Property{Key: propertyPrefix + name}
	if len(user.Credentials) > 0 {
		p.Value = encodeUser(&user)
	}
	if err := u.log.SetProperties(ctx, p); err != nil {
		return fmt.Errorf("user %s: %w", name, err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if p.Value == nil {
		delete(u.stored, name)
	} else {
		u.stored[name] = user
	}
	delete(u.verified, name)
	u.changes.Add(1)
	return nil
}
