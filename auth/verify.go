package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
)

func newSecret() []byte {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return b
}

// Verify returns the user with a name if the password is right, otherwise ErrDenied. The first time it takes milliseconds, also
// for users that do not exist; a password that was right before is known again at once. It waits for others that verify, at most
// until ctx ends.
func (u *Users) Verify(ctx context.Context, name, password string) (User, error) {
	user, exists := u.Find(name)
	c := u.weigh(&user)
	if !exists {
		c = u.decoy(name, SHA256)
	}
	tag := u.remember(&c, password)
	if exists && u.recall(name, tag) {
		return user, nil
	}
	select {
	case u.slots <- struct{}{}:
	case <-ctx.Done():
		return User{}, ctx.Err()
	}
	matches := c.Matches(password)
	<-u.slots
	if !matches || !exists {
		return User{}, ErrDenied
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.verified[name] = tag
	return user, nil
}

// weigh chooses the credential that a password is compared with: that which costs least.
func (u *Users) weigh(user *User) Credential {
	if c, ok := user.Credential(SHA256); ok {
		return c
	}
	c, _ := user.Credential(SHA512)
	return c
}

// remember makes what is kept of a password that was right: it is worth nothing in another process, nor for another credential.
func (u *Users) remember(c *Credential, password string) []byte {
	h := hmac.New(sha256.New, u.secret)
	h.Write(c.StoredKey)
	h.Write([]byte(password))
	return h.Sum(nil)
}

func (u *Users) recall(name string, tag []byte) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return hmac.Equal(u.verified[name], tag)
}

// decoy is the credential of a user that does not exist: the same each time, so that nobody can tell it from one that does.
func (u *Users) decoy(name string, m Mechanism) Credential {
	h := hmac.New(sha256.New, u.secret)
	h.Write([]byte(name))
	h.Write([]byte{byte(m)})
	salt := h.Sum(nil)[:saltBytes]
	size := m.hash()().Size()
	return Credential{Mechanism: m, Salt: salt, Iterations: DefaultIterations, StoredKey: make([]byte, size), ServerKey: make([]byte, size)}
}
