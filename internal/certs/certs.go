// Package certs makes TLS configurations of files that may change while a server runs.
package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Files are the PEM files of a server.
type Files struct {
	Cert, Key string
	ClientCA  string // certificates that those of clients must be signed by, which they must show then; "": none are asked for
}

// Config makes the configuration of a server. At each handshake it looks whether the files have changed, and reads them again; if
// they are not in order, what was read before stays, and the logger is told. Protocols are those of ALPN, such as h2.
func Config(f Files, logger *slog.Logger, protocols ...string) (*tls.Config, error) {
	s := &source{files: f, logger: logger, protocols: protocols}
	if err := s.load(s.look()); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: protocols,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return s.config(), nil },
	}, nil
}

// stamps tell one state of the files from another.
type stamps [3]struct {
	modified time.Time
	size     int64
}

// source is the files and what was read of them.
type source struct {
	files     Files
	logger    *slog.Logger
	protocols []string

	mu      sync.Mutex
	stamps  stamps
	current *tls.Config
}

func (s *source) config() *tls.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.look(); now != s.stamps {
		if err := s.load(now); err != nil {
			s.stamps = now // Say it once.
			s.logger.Error("certificates are not read again", "err", err)
		} else {
			s.logger.Info("certificates were read again", "file", s.files.Cert)
		}
	}
	return s.current
}

// look returns the state of the files; those that are not there have none.
func (s *source) look() stamps {
	var all stamps
	for i, path := range []string{s.files.Cert, s.files.Key, s.files.ClientCA} {
		if info, err := os.Stat(path); err == nil {
			all[i].modified, all[i].size = info.ModTime(), info.Size()
		}
	}
	return all
}

func (s *source) load(at stamps) error {
	pair, err := tls.LoadX509KeyPair(s.files.Cert, s.files.Key)
	if err != nil {
		return fmt.Errorf("certificate %s with key %s: %w", s.files.Cert, s.files.Key, err)
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: s.protocols}
	if s.files.ClientCA != "" {
		pem, err := os.ReadFile(s.files.ClientCA)
		if err != nil {
			return fmt.Errorf("certificates of clients: %w", err)
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return errors.New("certificates of clients: " + s.files.ClientCA + " has no certificate in PEM")
		}
	}
	s.stamps, s.current = at, c
	return nil
}
