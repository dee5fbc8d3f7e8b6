package broker

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// people have passwords that are their names backwards.
var people = map[string]auth.Role{"alice": auth.Write, "bob": auth.None, "root": auth.Admin, "eve": auth.Read}

func passwordOf(name string) string {
	b := []byte(name)
	slices.Reverse(b)
	return string(b)
}

// startSecure starts a broker with the people above, where clients have to authenticate; refine changes more.
func startSecure(t *testing.T, refine func(*Security)) *testBroker {
	t.Helper()
	b := &testBroker{t: t, fs: vfs.NewMem(), tune: func(b *Broker) { b.deadlines.denied = time.Millisecond }}
	b.equip = func(l *log.Log, o *Options) {
		users, err := auth.Open(l, auth.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o.Security.Users, o.Security.Mechanisms = users, Mechanisms()
		if refine != nil {
			refine(&o.Security)
		}
		if len(users.List()) > 0 {
			return
		}
		for name, role := range people {
			u, err := auth.NewUser(name, role, passwordOf(name))
			if err == nil {
				err = users.Put(t.Context(), u)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	b.start(Options{})
	return b
}

func mechanisms(user, password string) map[string]sasl.Mechanism {
	return map[string]sasl.Mechanism{
		"PLAIN":         plain.Auth{User: user, Pass: password}.AsMechanism(),
		"SCRAM-SHA-256": scram.Auth{User: user, Pass: password}.AsSha256Mechanism(),
		"SCRAM-SHA-512": scram.Auth{User: user, Pass: password}.AsSha512Mechanism(),
	}
}

// as lets a client be somebody.
func as(name string) kgo.Opt { return kgo.SASL(mechanisms(name, passwordOf(name))["PLAIN"]) }

// roundTrip produces a record and reads it.
func roundTrip(t *testing.T, cl *kgo.Client, topic string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := cl.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("x")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	cl.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}})
	if f := cl.PollFetches(ctx); f.Err0() != nil || f.NumRecords() != 1 {
		t.Fatalf("%d records, %v", f.NumRecords(), f.Err0())
	}
}

func TestMechanisms(t *testing.T) {
	b := startSecure(t, nil)
	for name, m := range mechanisms("alice", passwordOf("alice")) {
		t.Run(name, func(t *testing.T) { roundTrip(t, b.client(kgo.SASL(m), kgo.AllowAutoTopicCreation()), name) })
	}
	for what, who := range map[string][2]string{"wrong password": {"alice", "x"}, "unknown user": {"mallory", "x"}} {
		for name, m := range mechanisms(who[0], who[1]) {
			t.Run(what+" "+name, func(t *testing.T) {
				if err := b.client(kgo.SASL(m)).Ping(t.Context()); !errors.Is(err, kerr.SaslAuthenticationFailed) {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

func TestNothingBeforeAuthentication(t *testing.T) {
	b := startSecure(t, nil)
	for name, req := range map[string]kmsg.Request{
		"metadata": kmsg.NewPtrMetadataRequest(), "produce": kmsg.NewPtrProduceRequest(), "fetch": kmsg.NewPtrFetchRequest(),
	} {
		t.Run(name, func(t *testing.T) {
			p := b.dial()
			versions := ask[*kmsg.ApiVersionsResponse](p, kmsg.NewPtrApiVersionsRequest(), 0)
			if versions.ErrorCode != 0 {
				t.Fatal(versions.ErrorCode)
			}
			p.request(req, 4)
			p.wantClosed()
		})
	}
	t.Run("large", func(t *testing.T) {
		p := b.dial()
		p.send(frameBytes(maxEarlyFrame+1, 0, saslAuthenticateKey))
		p.wantClosed()
	})
	t.Run("token without handshake", func(t *testing.T) {
		p := b.dial()
		resp := ask[*kmsg.SASLAuthenticateResponse](p, kmsg.NewPtrSASLAuthenticateRequest(), 2)
		if resp.ErrorCode != kerr.IllegalSaslState.Code {
			t.Error(resp.ErrorCode)
		}
		p.wantClosed()
	})
	t.Run("idle", func(t *testing.T) {
		b := startSecure(t, nil)
		b.stop()
		b.tune = func(b *Broker) { b.deadlines.greeting = 20 * time.Millisecond }
		b.start(Options{})
		b.dial().wantClosed()
	})
}

// shake chooses a mechanism.
func (p *peer) shake(mechanism string, version int16) *kmsg.SASLHandshakeResponse {
	p.t.Helper()
	req := kmsg.NewPtrSASLHandshakeRequest()
	req.Mechanism = mechanism
	return ask[*kmsg.SASLHandshakeResponse](p, req, version)
}

// login authenticates by PLAIN.
func (p *peer) login(user, password string) *kmsg.SASLAuthenticateResponse {
	p.t.Helper()
	if code := p.shake("PLAIN", 1).ErrorCode; code != 0 {
		p.t.Fatalf("handshake: error %d", code)
	}
	req := kmsg.NewPtrSASLAuthenticateRequest()
	req.SASLAuthBytes = fmt.Appendf(nil, "\x00%s\x00%s", user, password)
	return ask[*kmsg.SASLAuthenticateResponse](p, req, 2)
}

// topics asks for what needs an authentication.
func (p *peer) topics() { ask[*kmsg.MetadataResponse](p, kmsg.NewPtrMetadataRequest(), 4) }

func TestHandshake(t *testing.T) {
	b := startSecure(t, func(s *Security) { s.Mechanisms = []string{"SCRAM-SHA-512"} })
	for _, c := range []struct {
		mechanism string
		version   int16
		want      *kerr.Error
	}{{"PLAIN", 1, kerr.UnsupportedSaslMechanism}, {"SCRAM-SHA-512", 0, kerr.UnsupportedVersion}} {
		p := b.dial()
		resp := p.shake(c.mechanism, c.version)
		if resp.ErrorCode != c.want.Code || !slices.Equal(resp.SupportedMechanisms, []string{"SCRAM-SHA-512"}) {
			t.Errorf("%+v: %+v", c, resp)
		}
		p.wantClosed()
	}
	if code := startBroker(t, Options{}).dial().shake("PLAIN", 1).ErrorCode; code != kerr.IllegalSaslState.Code {
		t.Errorf("where nobody has to authenticate: %d", code)
	}
}

func TestSessionExpires(t *testing.T) {
	b := startSecure(t, func(s *Security) { s.SessionLifetime = time.Hour })
	p := b.dial()
	if resp := p.login("alice", "ecila"); resp.SessionLifetimeMillis != time.Hour.Milliseconds() {
		t.Errorf("%+v", resp)
	}
	p.topics()
	b = startSecure(t, func(s *Security) { s.SessionLifetime = 1 })
	p = b.dial()
	p.login("alice", "ecila")
	if resp := p.login("alice", "ecila"); resp.ErrorCode != 0 {
		t.Errorf("re-authentication after the end: %+v", resp)
	}
	p.request(kmsg.NewPtrMetadataRequest(), 4)
	p.wantClosed()
	p = b.dial()
	p.login("alice", "ecila")
	if resp := p.login("eve", "eve"); resp.ErrorCode != kerr.SaslAuthenticationFailed.Code {
		t.Errorf("re-authentication as somebody else: %+v", resp)
	}
	p.wantClosed()
}

func TestRemovedUserIsCutOff(t *testing.T) {
	b := startSecure(t, nil)
	p := b.dial()
	p.login("alice", "ecila")
	p.topics()
	if err := b.opts.Security.Users.Remove(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	p.request(kmsg.NewPtrMetadataRequest(), 4)
	p.wantClosed()
	if err := b.client(as("alice")).Ping(t.Context()); !errors.Is(err, kerr.SaslAuthenticationFailed) {
		t.Error(err)
	}
}

func TestUsersOutliveARestart(t *testing.T) {
	b := startSecure(t, nil)
	b.stop()
	b.start(Options{})
	roundTrip(t, b.client(as("alice"), kgo.AllowAutoTopicCreation()), "t")
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func (a *authority) sign(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name, Organization: []string{"leat"}}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	server := &tls.Config{Certificates: []tls.Certificate{a.sign(t, "server")}}
	mutual := server.Clone()
	mutual.ClientCAs, mutual.ClientAuth = a.pool(), tls.RequireAndVerifyClientCert
	trust := &tls.Config{RootCAs: a.pool()}
	known := trust.Clone()
	known.Certificates = []tls.Certificate{a.sign(t, "client")}

	t.Run("encrypted", func(t *testing.T) {
		b := startBroker(t, Options{Security: Security{TLS: server}})
		roundTrip(t, b.client(kgo.DialTLSConfig(trust), kgo.AllowAutoTopicCreation()), "t")
		p := b.dial()
		p.request(kmsg.NewPtrMetadataRequest(), 4) // in plain text
		p.wantClosed()
	})
	t.Run("with SASL", func(t *testing.T) {
		b := startSecure(t, func(s *Security) { s.TLS = server })
		roundTrip(t, b.client(kgo.DialTLSConfig(trust), as("alice"), kgo.AllowAutoTopicCreation()), "t")
	})
	t.Run("mutual", func(t *testing.T) {
		b := startBroker(t, Options{Security: Security{TLS: mutual}})
		roundTrip(t, b.client(kgo.DialTLSConfig(known), kgo.AllowAutoTopicCreation()), "t")
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := b.client(kgo.DialTLSConfig(trust), kgo.RequestRetries(0)).Ping(ctx); err == nil {
			t.Error("a client without certificate came in")
		}
	})
	t.Run("silent", func(t *testing.T) {
		b := startTuned(t, Options{Security: Security{TLS: server}}, func(b *Broker) { b.deadlines.handshake = 20 * time.Millisecond })
		b.dial().wantClosed()
	})
}

func TestSecurityIsChecked(t *testing.T) {
	for want, s := range map[string]Security{
		`unknown SASL mechanism "GSSAPI": expected one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512`: {Mechanisms: []string{"GSSAPI"}},
		"SASL needs users to authenticate": {Mechanisms: []string{"PLAIN"}},
	} {
		if _, err := New(nil, Options{Security: s}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
