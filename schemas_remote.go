package leat

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/leatdb/leat/format/registry/remote"
)

// WithSchemaRegistry makes the database use the schema registry at a URL instead
// of its own: schemas are looked up and registered there. The registry need not
// answer when the database is opened; statements and queries that need a schema
// then wait for it. `schema.registry.url` and the properties beside it, given to
// WithProperty, do the same.
func WithSchemaRegistry(r remote.Options) Option {
	return func(o *options) error {
		o.registry = &r
		return nil
	}
}

// registryProperties begin the names of properties that say which schema registry
// to use, as ksqlDB names them and without its prefix.
var registryPrefixes = []string{"ksql.schema.registry.", "schema.registry."}

// registrySetting returns the name of a property of the schema registry without
// its prefix.
func registrySetting(name string) (setting string, ok bool) {
	for _, prefix := range registryPrefixes {
		if setting, ok = strings.CutPrefix(name, prefix); ok {
			return setting, true
		}
	}
	return "", false
}

// registrySettings are the properties of the schema registry as they were given,
// by name without prefix.
type registrySettings map[string]string

// What each setting means. Files are PEM.
const (
	settingURL        = "url"                           // One or several, with commas between them.
	settingAuthSource = "basic.auth.credentials.source" // USER_INFO, URL or NONE.
	settingUserInfo   = "basic.auth.user.info"          // user:password
	settingTrust      = "ssl.truststore.location"       // Certificate authorities to trust.
	settingTrustType  = "ssl.truststore.type"           // PEM
	settingKey        = "ssl.keystore.location"         // Our certificate and its key, for registries that ask for one.
	settingKeyType    = "ssl.keystore.type"             // PEM
	settingTimeout    = "request.timeout.ms"            // Of one request.
	settingRetries    = "max.retries"                   // Of a request that found nobody.
	settingBackoff    = "retries.wait.ms"               // Before the first of them.
)

// set keeps a setting after checking that there is one of the name.
func (s registrySettings) set(name, setting, value string) error {
	switch setting {
	case settingURL, settingAuthSource, settingUserInfo, settingTrust, settingTrustType, settingKey, settingKeyType,
		settingTimeout, settingRetries, settingBackoff:
		s[setting] = value
		return nil
	}
	return fmt.Errorf("unknown property %q: a schema registry has url, basic.auth.user.info, basic.auth.credentials.source, "+
		"ssl.truststore.location, ssl.keystore.location, request.timeout.ms, max.retries and retries.wait.ms", name)
}

// options makes the options of the registry that the settings describe; nil when
// they name none.
func (s registrySettings) options() (*remote.Options, error) {
	if s[settingURL] == "" {
		for setting := range s {
			return nil, fmt.Errorf("property schema.registry.%s needs schema.registry.url", setting)
		}
		return nil, nil
	}
	o := &remote.Options{URLs: strings.Split(s[settingURL], ",")}
	if err := s.user(o); err != nil {
		return nil, err
	}
	retries := time.Duration(0)
	for setting, into := range map[string]*time.Duration{settingTimeout: &o.Timeout, settingBackoff: &o.Backoff, settingRetries: &retries} {
		if text := s[setting]; text != "" && !(setting == settingRetries && text == "0") {
			if err := setMillis(into, "schema.registry."+setting, text); err != nil {
				return nil, err
			}
		}
	}
	o.Retries = int(retries / time.Millisecond)
	if s[settingRetries] == "0" {
		o.Retries = -1
	}
	var err error
	o.TLS, err = s.tls()
	return o, err
}

func (s registrySettings) user(o *remote.Options) error {
	switch source := strings.ToUpper(s[settingAuthSource]); source {
	case "", "USER_INFO":
	case "URL", "NONE": // The URL says who, or nobody.
		return nil
	default:
		return fmt.Errorf("property schema.registry.%s must be USER_INFO, URL or NONE, not %q", settingAuthSource, source)
	}
	info := s[settingUserInfo]
	if info == "" && s[settingAuthSource] == "" {
		return nil
	}
	var ok bool
	if o.User, o.Password, ok = strings.Cut(info, ":"); !ok || o.User == "" {
		return fmt.Errorf("property schema.registry.%s must be user:password", settingUserInfo)
	}
	return nil
}

// tls reads the certificates, nil when the system's do.
func (s registrySettings) tls() (*tls.Config, error) {
	for _, setting := range []string{settingTrustType, settingKeyType} {
		if kind := s[setting]; kind != "" && !strings.EqualFold(kind, "PEM") {
			return nil, fmt.Errorf("property schema.registry.%s must be PEM, not %q: convert the store with keytool and openssl", setting, kind)
		}
	}
	if s[settingTrust] == "" && s[settingKey] == "" {
		return nil, nil
	}
	c := &tls.Config{}
	if file := s[settingTrust]; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("property schema.registry.%s: %w", settingTrust, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("property schema.registry.%s: %s has no certificate in PEM form", settingTrust, file)
		}
	}
	if file := s[settingKey]; file != "" {
		pair, err := tls.LoadX509KeyPair(file, file)
		if err != nil {
			return nil, fmt.Errorf("property schema.registry.%s: %s must hold a certificate and its key in PEM form: %w", settingKey, file, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// openRemoteRegistry uses the registry that the options name, and tells whether
// they name one.
func (db *DB) openRemoteRegistry() (bool, error) {
	o := db.opts.registry
	if given, err := db.opts.registrySettings.options(); err != nil {
		return false, err
	} else if given != nil {
		if o != nil {
			return false, errors.New("WithSchemaRegistry and the property schema.registry.url both name a schema registry")
		}
		o = given
	}
	if o == nil {
		return false, nil
	}
	r, err := remote.New(*o)
	if err != nil {
		return false, err
	}
	db.registry, db.closeRegistry = r, r.Close
	return true, nil
}
