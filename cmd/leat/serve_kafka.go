package main

import (
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
	"github.com/leatdb/leat/internal/certs"
	"github.com/leatdb/leat/kafka/broker"
)

// kafkaSettings are those of the security, beside users.file, of Kafka's clients, with defaults;
// docs/security.md tells what they do.
var kafkaSettings = []setting{
	{Name: "kafka.tls.cert", Summary: "certificate, PEM: Kafka's clients then speak TLS; read again when it changes"},
	{Name: "kafka.tls.key", Summary: "private key of that certificate, PEM"},
	{Name: "kafka.tls.client.ca", Summary: "certificates, PEM, one of which those of Kafka's clients must be signed by; empty: they need none"},
	{Name: "kafka.sasl.enabled.mechanisms", Summary: "of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512: Kafka's clients must authenticate by one; empty: they need not"},
	{Name: "kafka.connections.max.reauth.ms", Value: "0", Summary: "time after which Kafka's clients must authenticate again; 0: never"},
	{Name: "kafka.authorization", Summary: "whether roles and access rules say what Kafka's clients may do; empty: if they authenticate"},
	{Name: "kafka.super.users", Summary: "who may do everything, as User:alice;User:CN=bob,O=example"},
	{Name: "kafka.allow.everyone.if.no.acl.found", Value: "false", Summary: "whether what no access rule is about is allowed to all of Kafka's clients"},
}

func isKafka(name string) bool {
	return slices.ContainsFunc(kafkaSettings, func(s setting) bool { return s.Name == name })
}

// users are those of the data directory and the users file. There is one of them,
// so that everybody sees what changes.
func (cfg *config) users(db *leat.DB) (*auth.Users, error) {
	if cfg.opened == nil {
		users, err := auth.Open(db.Log(), auth.Options{File: cfg.value("users.file"), Logger: slog.Default()})
		if err != nil {
			return nil, err
		}
		if len(users.List()) == 0 {
			slog.Warn("there are no users, so nobody comes in; leat users add makes some")
		}
		cfg.opened = users
	}
	return cfg.opened, nil
}

// kafkaSecurity are the settings of the security of Kafka's clients.
func (cfg *config) kafkaSecurity(db *leat.DB) (s broker.Security, err error) {
	files := certs.Files{Cert: cfg.value("kafka.tls.cert"), Key: cfg.value("kafka.tls.key"), ClientCA: cfg.value("kafka.tls.client.ca")}
	if files != (certs.Files{}) {
		if files.Cert == "" || files.Key == "" {
			return s, errors.New("kafka.tls.cert and kafka.tls.key belong together: one of them is missing")
		}
		if s.TLS, err = certs.Config(files, slog.Default()); err != nil {
			return s, err
		}
	}
	s.Mechanisms = list(cfg.value("kafka.sasl.enabled.mechanisms"))
	if len(s.Mechanisms) > 0 {
		if s.Users, err = cfg.users(db); err != nil {
			return s, err
		}
	}
	if s.TLS == nil && slices.Contains(s.Mechanisms, "PLAIN") {
		slog.Warn("passwords of Kafka's clients come in plain text: kafka.sasl.enabled.mechanisms has PLAIN, and there is no kafka.tls.cert")
	}
	millis, err := strconv.ParseInt(cfg.value("kafka.connections.max.reauth.ms"), 10, 64)
	if err != nil || millis < 0 {
		return s, cfg.wrong("kafka.connections.max.reauth.ms", "a number of milliseconds")
	}
	s.SessionLifetime = time.Duration(millis) * time.Millisecond
	s.Authorize = len(s.Mechanisms) > 0 || files.ClientCA != ""
	if text := cfg.value("kafka.authorization"); text != "" {
		if s.Authorize, err = strconv.ParseBool(text); err != nil {
			return s, cfg.wrong("kafka.authorization", "true or false")
		}
	}
	s.Rules.SuperUsers = strings.FieldsFunc(cfg.value("kafka.super.users"), func(r rune) bool { return r == ';' }) // Names have commas.
	if s.Rules.AllowUnmatched, err = strconv.ParseBool(cfg.value("kafka.allow.everyone.if.no.acl.found")); err != nil {
		return s, cfg.wrong("kafka.allow.everyone.if.no.acl.found", "true or false")
	}
	return s, nil
}
