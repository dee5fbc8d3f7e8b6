package auth

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// Mechanism is a hash function that SCRAM is used with. The numbers are Kafka's.
type Mechanism int8

const (
	SHA256 Mechanism = 1
	SHA512 Mechanism = 2
)

// String returns the name that SASL has for the mechanism.
func (m Mechanism) String() string {
	switch m {
	case SHA256:
		return "SCRAM-SHA-256"
	case SHA512:
		return "SCRAM-SHA-512"
	}
	return fmt.Sprintf("SCRAM mechanism %d", int8(m))
}

// ParseMechanism reads the name that SASL has for a mechanism.
func ParseMechanism(name string) (Mechanism, bool) {
	for _, m := range []Mechanism{SHA256, SHA512} {
		if m.String() == name {
			return m, true
		}
	}
	return 0, false
}

// Known says that the mechanism is one of those above.
func (m Mechanism) Known() bool { return m == SHA256 || m == SHA512 }

func (m Mechanism) hash() func() hash.Hash {
	if m == SHA512 {
		return sha512.New
	}
	return sha256.New
}

// Iterations of PBKDF2: those that credentials are made with, and the bounds of those that others bring.
const (
	DefaultIterations = 8192
	MinIterations     = 4096
	MaxIterations     = 16384
)

const saltBytes = 16

// Credential is what is kept of a password.
type Credential struct {
	Mechanism            Mechanism
	Salt                 []byte
	Iterations           int
	StoredKey, ServerKey []byte
}

// NewCredential derives a credential from a password, with fresh salt.
func NewCredential(m Mechanism, password string) (Credential, error) {
	if password == "" || strings.ContainsRune(password, 0) {
		return Credential{}, errors.New("a password must not be empty nor contain the character NUL")
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	salted, err := saltedPassword(m, password, salt, DefaultIterations)
	if err != nil {
		return Credential{}, err
	}
	return CredentialOf(m, salt, DefaultIterations, salted)
}

// CredentialOf makes a credential of the salted password that a client has derived.
func CredentialOf(m Mechanism, salt []byte, iterations int, salted []byte) (Credential, error) {
	switch {
	case !m.Known():
		return Credential{}, fmt.Errorf("unknown %s", m)
	case iterations < MinIterations || iterations > MaxIterations:
		return Credential{}, fmt.Errorf("%d iterations: expected %d to %d", iterations, MinIterations, MaxIterations)
	case len(salt) == 0 || len(salted) == 0:
		return Credential{}, errors.New("salt and salted password must not be empty")
	}
	clientKey := mac(m.hash(), salted, "Client Key")
	h := m.hash()()
	h.Write(clientKey)
	return Credential{Mechanism: m, Salt: salt, Iterations: iterations, StoredKey: h.Sum(nil), ServerKey: mac(m.hash(), salted, "Server Key")}, nil
}

func saltedPassword(m Mechanism, password string, salt []byte, iterations int) ([]byte, error) {
	h := m.hash()
	return pbkdf2.Key(h, password, salt, iterations, h().Size())
}

func mac(h func() hash.Hash, key []byte, text string) []byte {
	x := hmac.New(h, key)
	x.Write([]byte(text))
	return x.Sum(nil)
}

// Matches says that the credential was made of this password. That takes milliseconds, on purpose.
func (c Credential) Matches(password string) bool {
	salted, err := saltedPassword(c.Mechanism, password, c.Salt, c.Iterations)
	if err != nil {
		return false
	}
	other, err := CredentialOf(c.Mechanism, c.Salt, c.Iterations, salted)
	return err == nil && hmac.Equal(other.StoredKey, c.StoredKey)
}

// String writes a credential as SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey, in base64, as PostgreSQL does, too.
func (c Credential) String() string {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", c.Mechanism, c.Iterations, b64(c.Salt), b64(c.StoredKey), b64(c.ServerKey))
}

// ParseCredential reads what Credential.String writes.
func ParseCredential(text string) (Credential, error) {
	parts := strings.Split(text, "$")
	m, known := ParseMechanism(parts[0])
	if len(parts) != 3 || !known {
		return Credential{}, errors.New("expected SCRAM-SHA-256$iterations:salt$storedkey:serverkey, or that with SCRAM-SHA-512; `leat users add --file` writes such lines")
	}
	iterations, salt, _ := strings.Cut(parts[1], ":")
	stored, server, _ := strings.Cut(parts[2], ":")
	c := Credential{Mechanism: m}
	var err error
	if c.Iterations, err = strconv.Atoi(iterations); err != nil || c.Iterations < MinIterations || c.Iterations > MaxIterations {
		return Credential{}, fmt.Errorf("%s: expected %d to %d iterations, not %q", m, MinIterations, MaxIterations, iterations)
	}
	size := m.hash()().Size()
	for _, f := range []struct {
		what, text string
		to         *[]byte
		size       int // 0: any but 0
	}{{"salt", salt, &c.Salt, 0}, {"stored key", stored, &c.StoredKey, size}, {"server key", server, &c.ServerKey, size}} {
		*f.to, err = base64.StdEncoding.DecodeString(f.text)
		if err != nil || len(*f.to) == 0 || f.size > 0 && len(*f.to) != f.size {
			return Credential{}, fmt.Errorf("%s: the %s is not what it should be in base64", m, f.what)
		}
	}
	return c, nil
}
