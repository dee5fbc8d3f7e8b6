package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leatdb/leat/auth"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// SaslAuthenticate: 0-2.
//
//   - One token of the mechanism that SaslHandshake has chosen. What fails is answered late, with SASL_AUTHENTICATION_FAILED, and ends the
//     connection; who does not know the password is not told more.
//   - 1: how long the session lasts, if Security.SessionLifetime bounds it: until then the client authenticates again on the same
//     connection, as the same user, or its next request ends it.
func (b *Broker) saslAuthenticate(ctx context.Context, c *call, req *kmsg.SASLAuthenticateRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.SASLAuthenticateResponse)
	p := &c.conn.peer
	if p.trying == nil {
		resp.ErrorCode, resp.ErrorMessage = kerr.IllegalSaslState.Code, new("SaslHandshake comes first")
		c.hangUp = kerr.IllegalSaslState
		return resp, nil
	}
	answer, done, user, err := p.trying.step(ctx, req.SASLAuthBytes)
	if err == nil && done && p.named.Load() && user.Name != p.user.Name {
		err = fmt.Errorf("%w (re-authentication as %s on a connection of %s)", auth.ErrDenied, user.Name, p.user.Name)
	}
	switch {
	case errors.Is(err, auth.ErrDenied):
		b.logger.Warn("kafka authentication failed", "peer", c.conn.net.RemoteAddr(), "mechanism", p.trying.mechanism, "err", err)
		if err := pause(ctx, b.deadlines.denied); err != nil {
			return nil, err
		}
		resp.ErrorCode, resp.ErrorMessage = kerr.SaslAuthenticationFailed.Code, new("Authentication failed: "+auth.ErrDenied.Error())
		c.hangUp = err
		return resp, nil
	case err != nil:
		return nil, err
	}
	resp.SASLAuthBytes = answer
	if done {
		p.trying = nil
		b.welcome(p, user)
		resp.SessionLifetimeMillis = b.opts.Security.SessionLifetime.Milliseconds()
	}
	return resp, nil
}

// pause waits, at most until ctx ends, which is an error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
