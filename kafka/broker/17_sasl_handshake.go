package broker

import (
	"context"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// SaslHandshake: 0-1.
//
//   - The client chooses a mechanism; the tokens come in SaslAuthenticate. One that is not offered is answered with those that are, and the
//     connection ends. On a connection that is authenticated it begins the authentication anew (KIP-368).
//   - 0: tokens would follow without requests around them, which is not served: UNSUPPORTED_VERSION.
//   - ILLEGAL_SASL_STATE if nobody has to authenticate, or an authentication is under way.
func (b *Broker) saslHandshake(_ context.Context, c *call, req *kmsg.SASLHandshakeRequest) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.SASLHandshakeResponse)
	resp.SupportedMechanisms = slices.Clone(b.opts.Security.Mechanisms)
	p := &c.conn.peer
	switch {
	case !b.needsSASL() || p.trying != nil:
		resp.ErrorCode = kerr.IllegalSaslState.Code
	case req.Version == 0:
		resp.ErrorCode = kerr.UnsupportedVersion.Code
	case !slices.Contains(b.opts.Security.Mechanisms, req.Mechanism):
		resp.ErrorCode = kerr.UnsupportedSaslMechanism.Code
	default:
		a, err := b.attempt(req.Mechanism)
		if err != nil {
			return nil, err
		}
		p.trying = a
		return resp, nil
	}
	c.hangUp = &kerr.Error{Message: "SaslHandshake refused", Code: resp.ErrorCode, Description: "mechanism " + req.Mechanism}
	return resp, nil
}
