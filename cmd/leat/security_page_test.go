package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// TestSecurityPage runs the commands of docs/security.md, and clients at the
// servers that they start.
func TestSecurityPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	trust := writeCertificate(t, "server.pem", "server-key.pem")
	users, served := 0, 0
	for _, block := range strings.Split(string(page), "```sh\n")[1:] {
		commands, _, _ := strings.Cut(block, "\n```")
		for _, command := range strings.Split(commands, "\n") {
			if strings.HasPrefix(command, "leat serve") {
				served++
				checkServed(t, command, trust)
				continue
			}
			users++
			runUsers(t, command)
		}
	}
	if users < 5 || served != 2 {
		t.Errorf("%d commands of users, %d of servers", users, served)
	}
}

func runUsers(t *testing.T, command string) {
	t.Helper()
	var in string
	if printf, rest, piped := strings.Cut(command, " | "); piped {
		in, command = strings.Trim(strings.TrimPrefix(printf, "printf "), "'"), rest
	}
	var out bytes.Buffer
	c := rootCommand()
	c.SetArgs(strings.Fields(command)[1:])
	c.SetIn(strings.NewReader(in))
	c.SetOut(&out)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Errorf("%s: %v", command, err)
	}
	if strings.Contains(command, "list") && (!strings.Contains(out.String(), "alice") || !strings.Contains(out.String(), "bob")) {
		t.Errorf("%s:\n%s", command, &out)
	}
}

// checkServed lets users of the data directory and of the file come in, and nobody
// else.
func checkServed(t *testing.T, command string, trust *tls.Config) {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(command, "localhost:9092", "127.0.0.1:0"))[2:]
	_, printed, stop := startServe(t, args...)
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	_, addr, _ := strings.Cut(printed, "Kafka at ")
	for _, c := range []struct {
		user, password string
		want           error
	}{{"alice", "open sesame", nil}, {"bob", "swordfish", nil}, {"bob", "open sesame", kerr.SaslAuthenticationFailed}, {"eve", "x", kerr.SaslAuthenticationFailed}} {
		opts := []kgo.Opt{kgo.SeedBrokers(addr)}
		var m sasl.Mechanism = scram.Auth{User: c.user, Pass: c.password}.AsSha512Mechanism()
		if strings.Contains(command, "PLAIN") {
			m = plain.Auth{User: c.user, Pass: c.password}.AsMechanism()
			opts = append(opts, kgo.DialTLSConfig(trust))
		}
		cl, err := kgo.NewClient(append(opts, kgo.SASL(m))...)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if err := cl.Ping(ctx); !errors.Is(err, c.want) {
			t.Errorf("%s as %s with %q: %v", command, c.user, c.password, err)
		}
		cancel()
		cl.Close()
	}
}

// writeCertificate makes a certificate for 127.0.0.1 and who trusts it.
func writeCertificate(t *testing.T, certFile, keyFile string) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "server"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for path, b := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		text := pem.EncodeToMemory(b)
		pool.AppendCertsFromPEM(text)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &tls.Config{RootCAs: pool}
}
