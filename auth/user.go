package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// User is somebody who may come in. It is not changed once it is made.
type User struct {
	Name        string
	Role        Role
	Credentials []Credential // at most one per mechanism
}

// NewUser makes a user whose password answers all mechanisms.
func NewUser(name string, role Role, password string) (User, error) {
	u := User{Name: name, Role: role}
	if err := checkName(name); err != nil {
		return u, err
	}
	for _, m := range []Mechanism{SHA256, SHA512} {
		c, err := NewCredential(m, password)
		if err != nil {
			return u, err
		}
		u.Credentials = append(u.Credentials, c)
	}
	return u, nil
}

const maxName = 255 // bytes

func checkName(name string) error {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("%w: %q: expected 1 to %d bytes of UTF-8 without control characters", ErrInvalidName, name, maxName)
	}
	return nil
}

// Credential returns the credential for a mechanism.
func (u *User) Credential(m Mechanism) (Credential, bool) {
	i := slices.IndexFunc(u.Credentials, func(c Credential) bool { return c.Mechanism == m })
	if i < 0 {
		return Credential{}, false
	}
	return u.Credentials[i], true
}

// WithCredential returns the user with a credential instead of what it had for that mechanism.
func (u User) WithCredential(c Credential) User {
	u = u.WithoutCredential(c.Mechanism)
	u.Credentials = append(u.Credentials, c)
	return u
}

// WithoutCredential returns the user without a credential for a mechanism.
func (u User) WithoutCredential(m Mechanism) User {
	u.Credentials = slices.DeleteFunc(slices.Clone(u.Credentials), func(c Credential) bool { return c.Mechanism == m })
	return u
}

// String writes a user as a line of a users file: name, role and credentials, separated by blanks.
func (u User) String() string {
	fields := []string{u.Name, u.Role.String()}
	for _, c := range u.Credentials {
		fields = append(fields, c.String())
	}
	return strings.Join(fields, " ")
}

// ParseUser reads what User.String writes. The name of a user in a file has no blanks.
func ParseUser(line string) (User, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return User{}, errors.New("expected a name, a role and a credential, separated by blanks; `leat users add --file` writes such lines")
	}
	u := User{Name: fields[0]}
	if err := checkName(u.Name); err != nil {
		return u, err
	}
	var err error
	if u.Role, err = ParseRole(fields[1]); err != nil {
		return u, err
	}
	for _, f := range fields[2:] {
		c, err := ParseCredential(f)
		if err != nil {
			return u, err
		}
		if _, twice := u.Credential(c.Mechanism); twice {
			return u, fmt.Errorf("%s is there twice", c.Mechanism)
		}
		u.Credentials = append(u.Credentials, c)
	}
	return u, nil
}
