package leat

import (
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/leatdb/leat/format/registry/remote"
	"github.com/leatdb/leat/function"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
)

// Version is the version of this build.
const Version = "0.1.0"

// Option configures Open.
type Option func(*options) error

type options struct {
	fs          vfs.FS // nil: the disk.
	memory      bool   // Nothing touches the disk.
	stateMemory int64
	ack         log.Ack
	logger      *slog.Logger
	now         func() time.Time
	workers     int
	commitEvery time.Duration
	flushEvery  time.Duration
	properties  map[string]string
	functions   []func(*function.Registry) error
	registry    *remote.Options // nil: the built-in one, unless registrySettings name one.
	// registrySettings are those of schema.registry.
	registrySettings registrySettings
	partitions       int  // Of every topic that statements create; 0: as they say.
	held             bool // Queries wait for Release.
	processingLog    bool // Declare the stream over it.
}

func defaultOptions() options {
	return options{logger: slog.Default(), now: time.Now, properties: map[string]string{}, registrySettings: registrySettings{}}
}

// WithLogger sends diagnostics to l instead of slog's default.
func WithLogger(l *slog.Logger) Option {
	return func(o *options) error {
		o.logger = l
		return nil
	}
}

// WithProperty sets the default of a property for all sessions, as SET does for
// one. `state.memory` (bytes that state may use in memory), `ack` (fsync, os or
// a duration such as 50ms: how far a write must be before it is acknowledged),
// `workers` (how many batches run at the same time) and
// `state.flush.interval.ms` (how often state goes to the disk, which only bounds
// how much is replayed at the next start) can be set only here.
// `commit.interval.ms` holds for all queries as it is set here. Those of
// WithSchemaRegistry begin with `schema.registry.`.
func WithProperty(name, value string) Option {
	return func(o *options) error {
		switch name {
		case "state.memory":
			n, err := parseBytes(value)
			if err != nil {
				return fmt.Errorf("property %q: %w", name, err)
			}
			o.stateMemory = n
			return nil
		case "ack":
			return o.setAck(value)
		case "workers":
			if _, err := fmt.Sscanf(value, "%d", &o.workers); err != nil || o.workers < 1 {
				return fmt.Errorf("property %q must be a whole number from 1, not %q", name, value)
			}
			return nil
		case "state.flush.interval.ms":
			return setMillis(&o.flushEvery, name, value)
		}
		if setting, ok := registrySetting(name); ok {
			return o.registrySettings.set(name, setting, value)
		}
		name = canonicalProperty(name)
		if err := checkProperty(name, value); err != nil {
			return err
		}
		o.properties[name] = value
		if name == "commit.interval.ms" {
			return setMillis(&o.commitEvery, name, value)
		}
		return nil
	}
}

func setMillis(d *time.Duration, name, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("property %q must be a number of milliseconds from 1, not %q", name, value)
	}
	*d = time.Duration(n) * time.Millisecond
	return nil
}

func (o *options) setAck(value string) error {
	switch value {
	case "fsync":
		o.ack = log.AckFsync
		return nil
	case "os":
		o.ack = log.AckOS
		return nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return fmt.Errorf("property \"ack\" must be fsync, os or a duration such as 50ms, not %q", value)
	}
	o.ack = log.AckInterval(d)
	return nil
}

// WithClock replaces the wall clock: what UNIX_TIMESTAMP() and UNIX_DATE() tell,
// what gives rows without a time of their own theirs, and what retention
// counts from. Windows do not look at it: they close as the times of rows go on.
// For tests. now may be called by several goroutines.
func WithClock(now func() time.Time) Option {
	return func(o *options) error {
		o.now = now
		return nil
	}
}

// WithFS puts the log of OpenMem on the given file system, so that a test can
// cut its power and open what is left. State is then rebuilt from the log alone.
func WithFS(fs vfs.FS) Option {
	return func(o *options) error {
		o.fs = fs
		return nil
	}
}

// parseBytes reads a size such as 512MB, 64KiB or 1000000.
func parseBytes(s string) (int64, error) {
	var n float64
	var unit string
	if k, err := fmt.Sscanf(s, "%f%s", &n, &unit); k == 0 {
		return 0, fmt.Errorf("must be a size such as 512MB, not %q: %w", s, err)
	}
	factor, ok := map[string]float64{"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[unit]
	if !ok || n < 0 {
		return 0, fmt.Errorf("must be a size such as 512MB, not %q", s)
	}
	return int64(n * factor), nil
}
