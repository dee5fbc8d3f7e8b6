package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/internal/certs"
	"github.com/leatdb/leat/server"
)

// httpSettings are those of the HTTP API, with defaults. ksqlDB's names are kept
// where they mean the same.
var httpSettings = []setting{
	{Name: "tls.cert", Summary: "certificate, PEM: the HTTP API and the registry then speak TLS; read again when it changes"},
	{Name: "tls.key", Summary: "private key of the certificate, PEM"},
	{Name: "tls.client.ca", Summary: "certificates, PEM, one of which those of clients must be signed by; empty: clients need none"},
	{Name: "authentication.method", Value: "NONE", Summary: "NONE, or BASIC: only the users that leat users lists, by basic authentication"},
	{Name: "users.file", Summary: "file of users beside those of the data directory; read again when it changes"},
	{Name: "access.control.allow.origin", Summary: "origins of other web pages that may use the API, such as https://app.example.com; * for any part"},
	{Name: "access.control.allow.methods", Summary: "methods that those pages may use; empty: GET,HEAD,POST"},
	{Name: "access.control.allow.headers", Summary: "headers that those pages may send; empty: Accept,Authorization,Content-Type"},
	{Name: "ksql.max.push.queries", Value: "0", Summary: "push queries that may run over HTTP at a time; 0: any number"},
	{Name: "ksql.server.command.response.timeout.ms", Value: "5000", Summary: "how long a request waits for the command that it names"},
	{Name: "http.max.request.bytes", Value: "16777216", Summary: "longest body of a request, and longest row of an inserts stream"},
	{Name: "http.body.timeout.ms", Value: "30000", Summary: "longest time that a client takes to send a request"},
	{Name: "http.request.timeout.ms", Value: "300000", Summary: "longest time of statements and pull queries; 0: any"},
	{Name: "http.stall.timeout.ms", Value: "60000", Summary: "how long a client of a stream may take nothing before it is disconnected"},
}

// serverOptions are the settings of the HTTP API as options.
func (cfg *config) serverOptions(db *leat.DB) (opts []server.Option, err error) {
	limits, err := cfg.limits()
	if err != nil {
		return nil, err
	}
	opts = append(opts, server.WithLimits(limits))
	if cert, key := cfg.value("tls.cert"), cfg.value("tls.key"); cert != "" || key != "" {
		if cert == "" || key == "" {
			return nil, errors.New("tls.cert and tls.key belong together: one of them is missing")
		}
		c, err := certs.Config(certs.Files{Cert: cert, Key: key, ClientCA: cfg.value("tls.client.ca")}, slog.Default(), "h2", "http/1.1")
		if err != nil {
			return nil, err
		}
		opts = append(opts, server.WithTLS(c))
	}
	if origins := list(cfg.value("access.control.allow.origin")); origins != nil {
		opts = append(opts, server.WithCORS(server.CORS{Origins: origins,
			Methods: list(cfg.value("access.control.allow.methods")), Headers: list(cfg.value("access.control.allow.headers"))}))
	}
	switch method := strings.ToUpper(cfg.value("authentication.method")); method {
	case "NONE", "":
	case "BASIC":
		users, err := cfg.users(db)
		if err != nil {
			return nil, err
		}
		opts = append(opts, server.WithUsers(users))
	default:
		return nil, cfg.wrong("authentication.method", "NONE or BASIC")
	}
	return opts, nil
}

// limits are the settings that bound what clients do.
func (cfg *config) limits() (server.Limits, error) {
	l := server.DefaultLimits()
	var err error
	number := func(name string, least int64) int64 {
		n, perr := strconv.ParseInt(cfg.value(name), 10, 64)
		if perr != nil || n < least {
			err = errors.Join(err, cfg.wrong(name, fmt.Sprintf("a whole number, %d or more", least)))
		}
		return n
	}
	millis := func(name string, least int64) time.Duration {
		return time.Duration(number(name, least)) * time.Millisecond
	}
	l.Pushes = number("ksql.max.push.queries", 0)
	l.CommandWait = millis("ksql.server.command.response.timeout.ms", 1)
	l.Body.Bytes = number("http.max.request.bytes", 1)
	l.Body.Time = millis("http.body.timeout.ms", 1)
	l.Request = millis("http.request.timeout.ms", 0)
	l.Stall = millis("http.stall.timeout.ms", 1)
	return l, err
}

// list splits a value at commas; nil is an empty one.
func list(value string) []string {
	var out []string
	for _, part := range strings.Split(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
