package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/leatdb/leat/auth"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AlterUserScramCredentials: 0.
//
//   - Credentials of users are made, replaced and deleted, durable when the answer comes; a user without any is gone. New users have
//     no role: access rules say what they may do. Each user and mechanism may be named once: DUPLICATE_RESOURCE.
//   - The client derives the salted password. It is not kept: only what SCRAM needs to check it.
func (b *Broker) alterUserSCRAMCredentials(ctx context.Context, c *call, req *kmsg.AlterUserSCRAMCredentialsRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.AlterUserSCRAMCredentialsResponse)
	refused := c.mayCluster(kmsg.ACLOperationAlter)
	if b.opts.Security.Users == nil {
		refused = errNoUsers
	}
	asks := credentialChanges(req)
	for i := range asks {
		ask := &asks[i]
		if ask.answered {
			continue
		}
		err := refused
		if err == nil {
			err = b.changeCredentials(ctx, asks[i:], ask.user)
		}
		for j := range asks[i:] {
			asks[i+j].answered = asks[i+j].answered || asks[i+j].user == ask.user
		}
		r := kmsg.NewAlterUserSCRAMCredentialsResponseResult()
		r.User, r.ErrorCode, r.ErrorMessage = ask.user, codeOf(err), textOf(err)
		resp.Results = append(resp.Results, r)
	}
	return resp, nil
}

// credentialChange is a change of one credential of a user.
type credentialChange struct {
	user       string
	mechanism  auth.Mechanism
	delete     bool
	iterations int
	salt       []byte
	salted     []byte
	answered   bool
}

func credentialChanges(req *kmsg.AlterUserSCRAMCredentialsRequest) []credentialChange {
	var all []credentialChange
	for i := range req.Deletions {
		d := &req.Deletions[i]
		all = append(all, credentialChange{user: d.Name, mechanism: auth.Mechanism(d.Mechanism), delete: true})
	}
	for i := range req.Upsertions {
		u := &req.Upsertions[i]
		all = append(all, credentialChange{user: u.Name, mechanism: auth.Mechanism(u.Mechanism), iterations: int(u.Iterations),
			salt: bytes.Clone(u.Salt), salted: bytes.Clone(u.SaltedPassword)})
	}
	return all
}

// changeCredentials makes the changes of one user, all or none.
func (b *Broker) changeCredentials(ctx context.Context, asks []credentialChange, name string) error {
	err := b.opts.Security.Users.Change(ctx, name, func(u auth.User, _ bool) (auth.User, error) {
		u.Name = name
		done := map[auth.Mechanism]bool{}
		for i := range asks {
			ask := &asks[i]
			if ask.user != name {
				continue
			}
			_, has := u.Credential(ask.mechanism)
			switch {
			case !ask.mechanism.Known():
				return u, fmt.Errorf("%w: %s", kerr.UnsupportedSaslMechanism, ask.mechanism)
			case done[ask.mechanism]:
				return u, fmt.Errorf("%w: %s of user %s", kerr.DuplicateResource, ask.mechanism, name)
			case ask.delete && !has:
				return u, fmt.Errorf("%w: %s of user %s", kerr.ResourceNotFound, ask.mechanism, name)
			}
			done[ask.mechanism] = true
			if ask.delete {
				u = u.WithoutCredential(ask.mechanism)
				continue
			}
			made, err := auth.CredentialOf(ask.mechanism, ask.salt, ask.iterations, ask.salted)
			if err != nil {
				return u, fmt.Errorf("%w: %w", kerr.UnacceptableCredential, err)
			}
			u = u.WithCredential(made)
		}
		return u, nil
	})
	if errors.Is(err, auth.ErrInFile) || errors.Is(err, auth.ErrInvalidName) {
		return fmt.Errorf("%w: %w", kerr.UnacceptableCredential, err)
	}
	return err
}
