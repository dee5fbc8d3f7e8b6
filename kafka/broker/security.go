package broker

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/kafka/acls"
)

// Security says who may connect and what they may do. The zero value lets everybody do everything.
type Security struct {
	TLS        *tls.Config // of the listener; if it asks for certificates of clients, their subjects are the principals. nil: no TLS
	Users      *auth.Users // needed for Mechanisms
	Mechanisms []string    // of SASL, of those in Mechanisms(): clients must authenticate by one of them. Empty: they need not

	SessionLifetime time.Duration // after which clients must authenticate again; 0: never

	Authorize bool         // access rules and roles say who may do what; otherwise everybody may do everything
	Rules     acls.Options // how they say it
}

const saslPlain = "PLAIN"

// Mechanisms are those of SASL that there are.
func Mechanisms() []string { return []string{saslPlain, auth.SHA256.String(), auth.SHA512.String()} }

func (s *Security) check() error {
	for _, m := range s.Mechanisms {
		if !slices.Contains(Mechanisms(), m) {
			return fmt.Errorf("unknown SASL mechanism %q: expected one of %s", m, strings.Join(Mechanisms(), ", "))
		}
	}
	if len(s.Mechanisms) > 0 && s.Users == nil {
		return errors.New("SASL needs users to authenticate")
	}
	return nil
}

// maxEarlyFrame is the size of requests of who is not authenticated.
const maxEarlyFrame = 64 << 10

// errSecurity says that a peer has done what it may not do in its state.
var errSecurity = fmt.Errorf("%w (security)", errProtocol)

// identity is what is known of who is at the other end of a connection. The handlers of SASL change it. As nothing else of the connection is
// begun while those run, whoever begins a call may use it; named may be read at any time.
type identity struct {
	acls.Subject
	user    auth.User   // if it is named
	named   atomic.Bool // authenticated by SASL
	changes int64       // of the users, when user was looked up
	expires time.Time   // the session; zero: never
	trying  *attempt    // since SaslHandshake
}

const anonymous = "User:ANONYMOUS"

func (b *Broker) needsSASL() bool { return len(b.opts.Security.Mechanisms) > 0 }

// welcome makes a peer the user that it has proved to be.
func (b *Broker) welcome(p *identity, user auth.User) {
	p.Principal, p.Role, p.user, p.changes = "User:"+user.Name, user.Role, user, b.opts.Security.Users.Changes()
	if d := b.opts.Security.SessionLifetime; d > 0 {
		p.expires = time.Now().Add(d)
	}
	p.named.Store(true)
}

// unauthenticated says that a peer still has to authenticate.
func (c *conn) unauthenticated() bool { return c.broker.needsSASL() && !c.peer.named.Load() }

// authenticates says that an API is for everybody: those that lead to an authentication.
func (a *api) authenticates() bool {
	return a.key == apiVersionsKey || a.key == saslHandshakeKey || a.key == saslAuthenticateKey
}

const (
	saslHandshakeKey    = 17
	saslAuthenticateKey = 36
)

// early checks a request that nothing was read of but its head.
func (c *conn) early(a *api, size int) error {
	if c.unauthenticated() && (!a.authenticates() || size > maxEarlyFrame) {
		return fmt.Errorf("%w: a %s request of %d bytes before authentication", errSecurity, a.name, size)
	}
	return nil
}

// admit checks, before a call begins, that its peer is still who it was.
func (b *Broker) admit(c *call) error {
	p := &c.conn.peer
	if c.api.authenticates() {
		return nil
	}
	if !p.named.Load() { // early has looked
		return b.guard(c)
	}
	if !p.expires.IsZero() && time.Now().After(p.expires) {
		return fmt.Errorf("%w: the session of %s has expired", errSecurity, p.Principal)
	}
	if changes := b.opts.Security.Users.Changes(); changes != p.changes {
		user, ok := b.opts.Security.Users.Find(p.user.Name)
		if !ok {
			return fmt.Errorf("%w: %s was removed", errSecurity, p.Principal)
		}
		p.user, p.Role, p.changes = user, user.Role, changes
	}
	return b.guard(c)
}

// attempt is an authentication under way.
type attempt struct {
	mechanism string
	users     *auth.Users
	scram     *auth.Conversation // nil: PLAIN
}

func (b *Broker) attempt(mechanism string) (*attempt, error) {
	a := &attempt{mechanism: mechanism, users: b.opts.Security.Users}
	if m, ok := auth.ParseMechanism(mechanism); ok {
		var err error
		if a.scram, err = a.users.Converse(m); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// step answers a token. When done, the peer is that user.
func (a *attempt) step(ctx context.Context, token []byte) (answer []byte, done bool, user auth.User, err error) {
	if a.scram != nil {
		return a.scram.Step(token)
	}
	parts := bytes.Split(token, []byte{0}) // RFC 4616: whom to act for, who, password
	if len(parts) != 3 || len(parts[0]) > 0 && !bytes.Equal(parts[0], parts[1]) {
		return nil, true, user, fmt.Errorf("%w (a PLAIN token has user and password)", auth.ErrDenied)
	}
	user, err = a.users.Verify(ctx, string(parts[1]), string(parts[2]))
	return []byte{}, true, user, err
}

// shakeHands makes a connection one of TLS, if it shall be. The subject of a certificate that the client shows is its principal.
func (b *Broker) shakeHands(ctx context.Context, nc net.Conn) (_ net.Conn, principal string, err error) {
	if b.opts.Security.TLS == nil {
		return nc, anonymous, nil
	}
	ctx, cancel := context.WithTimeout(ctx, b.deadlines.handshake)
	defer cancel()
	secure := tls.Server(nc, b.opts.Security.TLS)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, "", fmt.Errorf("TLS handshake: %w", err)
	}
	if shown := secure.ConnectionState().PeerCertificates; len(shown) > 0 {
		return secure, "User:" + shown[0].Subject.String(), nil
	}
	return secure, anonymous, nil
}
