package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leatdb/leat/auth"
)

// TestServeTLSAndUsers: with a certificate and users, the server speaks TLS with both
// versions of HTTP, takes a new certificate without a restart, and lets in only
// whom the users file names.
func TestServeTLSAndUsers(t *testing.T) {
	dir := t.TempDir()
	cert, key, users := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), filepath.Join(dir, "users")
	pool := newCertificate(t, cert, key)
	u, err := auth.NewUser("ada", auth.Read, "engine")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(users, []byte(u.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, url, stop := startServe(t, "--data", filepath.Join(dir, "data"), "--set", "tls.cert="+cert, "--set", "tls.key="+key,
		"--set", "authentication.method=BASIC", "--set", "users.file="+users, "--set", "ksql.max.push.queries=3")
	if !strings.HasPrefix(url, "https://") {
		t.Fatalf("the server is at %q; it printed %s; %v", url, printed, stop())
	}
	get := func(pool *x509.CertPool, http2 bool, password string) (status int, proto string, err error) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: http2}
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url+"/info", nil)
		if err != nil {
			return 0, "", err
		}
		req.SetBasicAuth("ada", password)
		resp, err := transport.RoundTrip(req)
		if err != nil {
			return 0, "", err
		}
		return resp.StatusCode, resp.Proto, resp.Body.Close()
	}
	for _, c := range []struct {
		http2    bool
		password string
		status   int
		proto    string
	}{{false, "engine", 200, "HTTP/1.1"}, {true, "engine", 200, "HTTP/2.0"}, {true, "machine", 401, "HTTP/2.0"}} {
		if status, proto, err := get(pool, c.http2, c.password); err != nil || status != c.status || proto != c.proto {
			t.Errorf("password %s: %d %s %v", c.password, status, proto, err)
		}
	}
	renewed := newCertificate(t, cert, key)
	if status, _, err := get(renewed, true, "engine"); err != nil || status != 200 {
		t.Errorf("with the new certificate: %d %v", status, err)
	}
	if _, _, err := get(pool, true, "engine"); err == nil {
		t.Error("the old certificate is still shown")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// newCertificate writes a certificate for 127.0.0.1 that signs itself.
func newCertificate(t *testing.T, cert, key string) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial := big.NewInt(time.Now().UnixNano())
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: serial.String()}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, content := range map[string][]byte{cert: public, key: pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

// TestServeSettings: values that make no sense are refused with their place.
func TestServeSettings(t *testing.T) {
	for _, c := range []struct{ setting, want string }{
		{"authentication.method=KERBEROS", "expected NONE or BASIC"},
		{"ksql.max.push.queries=-1", "expected a whole number, 0 or more"},
		{"http.stall.timeout.ms=soon", "expected a whole number, 1 or more"},
		{"tls.cert=cert.pem", "one of them is missing"},
	} {
		_, _, stop := startServe(t, "--data", t.TempDir(), "--set", c.setting)
		if err := stop(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.setting, err)
		}
	}
}
