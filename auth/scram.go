package auth

import (
	"fmt"

	"github.com/xdg-go/scram"
)

// Conversation is one authentication by SCRAM. It is used by one goroutine.
type Conversation struct {
	users *Users
	steps *scram.ServerConversation
}

// Converse begins an authentication. Unknown users are only told so at its end.
func (u *Users) Converse(m Mechanism) (*Conversation, error) {
	server, err := scram.HashGeneratorFcn(m.hash()).NewServer(func(name string) (scram.StoredCredentials, error) {
		user, _ := u.Find(name)
		c, ok := user.Credential(m)
		if !ok {
			c = u.decoy(name, m)
		}
		return scram.StoredCredentials{
			KeyFactors: scram.KeyFactors{Salt: string(c.Salt), Iters: c.Iterations}, StoredKey: c.StoredKey, ServerKey: c.ServerKey,
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Conversation{u, server.NewConversation()}, nil
}

// Step answers a message of the client. When done, the client has proved to know the password of the user, and is told the answer
// all the same. What is wrong with a message is ErrDenied with a reason.
func (c *Conversation) Step(message []byte) (answer []byte, done bool, user User, err error) {
	text, err := c.steps.Step(string(message))
	if err != nil {
		return nil, true, User{}, fmt.Errorf("%w (%w)", ErrDenied, err)
	}
	if !c.steps.Done() {
		return []byte(text), false, User{}, nil
	}
	user, ok := c.users.Find(c.steps.Username())
	if authz := c.steps.AuthzID(); !ok || !c.steps.Valid() || authz != "" && authz != user.Name {
		return nil, true, User{}, ErrDenied
	}
	return []byte(text), true, user, nil
}
