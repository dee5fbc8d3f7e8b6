package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/auth"
)

// A server is configured by a file, by the environment and by flags; what comes
// later in this order goes before. All three name the same settings: those of the
// program, below, and the properties of sessions, of which they set the defaults.

// setting is one setting with the place its value comes from.
type setting struct {
	Name, Value, Source string
	Summary             string
	// Unused says why a value is accepted and does nothing.
	Unused string `json:",omitempty"`
}

// serverSettings are those that only make sense for a server, with defaults.
var serverSettings = []setting{
	{Name: "data", Value: "leat-data", Summary: "data directory"},
	{Name: "listeners", Value: "localhost:8088", Summary: "address of the HTTP API"},
	{Name: "registry.listeners", Summary: "address of the schema registry alone; it is at that of the HTTP API in any case"},
	{Name: "kafka.listeners", Summary: "address for Kafka's clients; empty: none"},
	{Name: "kafka.advertised.listeners", Summary: "host:port that Kafka's clients are told to connect to; empty: the address they are served at"},
	{Name: "kafka.auto.create.topics.enable", Value: "true", Summary: "whether Kafka's clients make topics by asking for them"},
	{Name: "kafka.num.partitions", Value: "1", Summary: "partitions of topics that Kafka's clients make without saying how many"},
	{Name: "pprof.listeners", Summary: "address, of this machine alone, for go tool pprof; empty: none"},
	{Name: "ksql.logging.processing.stream.auto.create", Value: "true", Summary: "whether the server declares the stream KSQL_PROCESSING_LOG"},
	{Name: "schema.registry.url", Summary: "schema registry to use instead of the built-in one"},
	{Name: "ksql.queries.file", Summary: "file with the statements that the server runs; it takes no others then"},
	{Name: "state.memory", Value: "512MiB", Summary: "memory that state may use"},
	{Name: "ack", Value: "fsync", Summary: "how far a write must be before it is acknowledged: fsync, os or a duration such as 50ms"},
	{Name: "workers", Value: "", Summary: "batches that are processed at the same time; empty: one per core"},
	{Name: "state.flush.interval.ms", Value: "5000", Summary: "how often state goes to the disk, which bounds the replay after a kill"},
}

// programSettings are read by the program; all others go to leat.Open.
var programSettings = []string{"data", "listeners", "registry.listeners", "ksql.queries.file", "kafka.listeners", "kafka.advertised.listeners",
	"kafka.auto.create.topics.enable", "kafka.num.partitions", "pprof.listeners", "ksql.logging.processing.stream.auto.create"}

// foreign are the beginnings of names that configure servers which leat replaces.
var foreign = []string{"bootstrap.servers", "ksql.", "confluent.", "ssl.", "sasl.", "security.", "producer.", "consumer.", "connect.", "metric.", "jmx.",
	"authentication.", "num.", "replication.", "max.", "session.", "heartbeat.", "compression.", "linger.", "batch."}

// configFlags are the flags of commands that need the configuration of a server.
type configFlags struct {
	file, data, http, queries string
	registry, registryURL     string
	kafka, advertise, pprof   string
	users, sasl               string
	set                       []string
}

func (f *configFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.file, "config", "c", "", "file of settings, a line each: name=value")
	c.Flags().StringVar(&f.data, "data", "leat-data", "data directory (setting data)")
	c.Flags().StringVar(&f.http, "http", "localhost:8088", "address of the HTTP API (setting listeners)")
	c.Flags().StringVar(&f.registry, "registry", "", "address of the schema registry alone, such as localhost:8081 (setting registry.listeners)")
	c.Flags().StringVar(&f.registryURL, "schema-registry-url", "", "use the schema registry there instead of the built-in one (setting schema.registry.url)")
	c.Flags().StringVar(&f.kafka, "kafka", "", "address for Kafka's clients, such as localhost:9092 (setting kafka.listeners)")
	c.Flags().StringVar(&f.advertise, "advertise", "", "host:port that Kafka's clients are told to connect to (setting kafka.advertised.listeners)")
	c.Flags().StringVar(&f.pprof, "pprof", "", "address for go tool pprof, of this machine alone, such as localhost:6060 (setting pprof.listeners)")
	c.Flags().StringVar(&f.users, "users-file", "", "file of users beside those of the data directory (setting users.file)")
	c.Flags().StringVar(&f.sasl, "kafka-sasl", "", "mechanisms by which Kafka's clients must authenticate, such as SCRAM-SHA-256 (setting kafka.sasl.enabled.mechanisms)")
	c.Flags().StringVar(&f.queries, "queries-file", "", "run the statements of this file and take no others (setting ksql.queries.file)")
	c.Flags().StringArrayVarP(&f.set, "set", "s", nil, "name=value of a setting or property, repeatable")
}

// config is the effective settings by name.
type config struct {
	settings map[string]setting
	opened   *auth.Users // see users
}

// load reads file, environment and flags.
func (f *configFlags) load(c *cobra.Command, environment []string) (*config, error) {
	cfg := &config{settings: map[string]setting{}}
	for _, s := range slices.Concat(serverSettings, httpSettings, kafkaSettings, defaultsOfSessions()) {
		s.Source = "default"
		cfg.settings[s.Name] = s
	}
	if f.file != "" {
		if err := cfg.readFile(f.file); err != nil {
			return nil, err
		}
	}
	if err := cfg.readEnvironment(environment); err != nil {
		return nil, err
	}
	for flag, s := range map[string]setting{"data": {Name: "data", Value: f.data}, "http": {Name: "listeners", Value: f.http},
		"queries-file": {Name: "ksql.queries.file", Value: f.queries}, "registry": {Name: "registry.listeners", Value: f.registry},
		"users-file": {Name: "users.file", Value: f.users}, "kafka-sasl": {Name: "kafka.sasl.enabled.mechanisms", Value: f.sasl},
		"kafka": {Name: "kafka.listeners", Value: f.kafka}, "advertise": {Name: "kafka.advertised.listeners", Value: f.advertise},
		"pprof": {Name: "pprof.listeners", Value: f.pprof}, "schema-registry-url": {Name: "schema.registry.url", Value: f.registryURL}} {
		if c.Flags().Changed(flag) {
			if err := cfg.put(s.Name, s.Value, "--"+flag); err != nil {
				return nil, err
			}
		}
	}
	for _, text := range f.set {
		name, value, ok := cutSetting(text)
		if !ok {
			return nil, fmt.Errorf("--set needs name=value, not %q", text)
		}
		if err := cfg.put(name, value, "--set"); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

func defaultsOfSessions() []setting {
	var out []setting
	for _, p := range leat.DefaultProperties() {
		out = append(out, setting{Name: p.Name, Value: p.Value, Summary: p.Summary})
	}
	return out
}

// readFile reads a file of settings in the form of Java properties, as server
// configurations of ksqlDB are: name=value, # and ! for remarks.
func (cfg *config) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan() && err == nil; n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		at := fmt.Sprintf("%s:%d", path, n)
		i := strings.IndexAny(line, "=:")
		if i <= 0 {
			err = fmt.Errorf("%s: expected name=value, not %q", at, line)
			break
		}
		if err = cfg.put(strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:]), at); err != nil {
			err = fmt.Errorf("%s: %w", at, err)
		}
	}
	return errors.Join(err, lines.Err(), f.Close())
}

// readEnvironment takes LEAT_STATE_MEMORY as state.memory, and the names that
// ksqlDB's images use: KSQL_LISTENERS, KSQL_KSQL_SERVICE_ID. Of the latter, those
// that are no setting belong to another program.
func (cfg *config) readEnvironment(environment []string) error {
	for _, entry := range environment {
		variable, value, _ := strings.Cut(entry, "=")
		for _, prefix := range []string{"LEAT_", "KSQL_"} {
			rest, ours := strings.CutPrefix(variable, prefix)
			if !ours {
				continue
			}
			name := strings.ReplaceAll(strings.ToLower(rest), "_", ".")
			if _, known := cfg.settings[name]; !known && leat.CheckProperty(name) != nil {
				continue
			}
			if err := cfg.put(name, value, "environment "+variable); err != nil {
				return fmt.Errorf("environment variable %s: %w", variable, err)
			}
		}
	}
	return nil
}

// put sets a setting, over what an earlier source said.
func (cfg *config) put(name, value, source string) error {
	if rest, ok := strings.CutPrefix(name, "ksql.streams."); ok && cfg.settings[rest].Source != "" {
		name = rest
	}
	if rest, ok := strings.CutPrefix(name, "ksql."); ok && strings.HasPrefix(rest, "schema.registry.") {
		name = rest
	}
	s, known := cfg.settings[name]
	s.Name, s.Value, s.Source = name, value, source
	if !known && !strings.HasPrefix(name, "schema.registry.") { // Those are checked when the database opens.
		if err := leat.CheckProperty(name); err != nil {
			if !slices.ContainsFunc(foreign, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
				return err
			}
			s.Unused = "a setting of other programs, without meaning here"
		}
	}
	cfg.settings[name] = s
	return nil
}

func (cfg *config) value(name string) string { return cfg.settings[name].Value }

// options are the settings that are not at their defaults, for leat.Open.
func (cfg *config) options() []leat.Option {
	var opts []leat.Option
	for _, s := range cfg.list() {
		if s.Source != "default" && s.Unused == "" && !slices.Contains(programSettings, s.Name) && !isHTTP(s.Name) && !isKafka(s.Name) {
			opts = append(opts, leat.WithProperty(s.Name, s.Value))
		}
	}
	return opts
}

// address is what a setting gives to listen at: a host and port, or a URL of one,
// http or Kafka's PLAINTEXT; empty for nothing.
func (cfg *config) address(name string) (string, error) {
	value := cfg.value(name)
	if !strings.Contains(value, "://") {
		return value, nil
	}
	scheme := cfg.scheme()
	example := scheme + "://0.0.0.0:8088"
	if strings.HasPrefix(name, "kafka.") {
		scheme, example = "plaintext", "PLAINTEXT://0.0.0.0:9092"
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != scheme || u.Host == "" || strings.Contains(value, ",") {
		return "", cfg.wrong(name, "one address such as "+example)
	}
	return u.Host, nil
}

// scheme is that of the URLs of the HTTP API.
func (cfg *config) scheme() string {
	if cfg.value("tls.cert") != "" {
		return "https"
	}
	return "http"
}

func isHTTP(name string) bool {
	return slices.ContainsFunc(httpSettings, func(s setting) bool { return s.Name == name })
}

// wrong says what a setting should have been.
func (cfg *config) wrong(name, expected string) error {
	s := cfg.settings[name]
	return fmt.Errorf("%s (%s): expected %s, not %q", name, s.Source, expected, s.Value)
}

// list returns the settings by name.
func (cfg *config) list() []setting {
	var out []setting
	for _, s := range cfg.settings {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b setting) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func configCommand() *cobra.Command {
	var flags configFlags
	var asJSON, changed bool
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the settings that leat serve would have, and where each comes from",
		Long: `Show the settings that leat serve would have with the same file, environment and flags, and where each comes from. Flags go before
the environment (LEAT_STATE_MEMORY for state.memory; KSQL_LISTENERS and the like, too), that before the file, that before the defaults.`,
		Example: "  leat config --config server.properties --set state.memory=2GB\n  leat config --changed --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := flags.load(c, os.Environ())
			if err != nil {
				return err
			}
			settings := cfg.list()
			for i := range settings {
				settings[i].Value = withoutPasswords(settings[i].Name, settings[i].Value)
			}
			if changed {
				settings = slices.DeleteFunc(settings, func(s setting) bool { return s.Source == "default" })
			}
			if asJSON {
				out := json.NewEncoder(c.OutOrStdout())
				out.SetIndent("", "  ")
				return out.Encode(settings)
			}
			printSettings(c, settings)
			return nil
		},
	}
	flags.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.Flags().BoolVar(&changed, "changed", false, "only what is not the default")
	return c
}

// withoutPasswords hides what others must not read in a setting: the password of a
// user:password, and those in URLs.
func withoutPasswords(name, value string) string {
	if user, _, ok := strings.Cut(value, ":"); ok && strings.HasSuffix(name, ".user.info") {
		return user + ":xxxxx"
	}
	parts := strings.Split(value, ",")
	for i, part := range parts {
		if u, err := url.Parse(part); err == nil && u.User != nil {
			parts[i] = u.Redacted()
		}
	}
	return strings.Join(parts, ",")
}

func printSettings(c *cobra.Command, settings []setting) {
	t := table.NewWriter()
	t.SetOutputMirror(c.OutOrStdout())
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"Setting", "Value", "From", "What it is"})
	for _, s := range settings {
		what := s.Summary
		if s.Unused != "" {
			what = s.Unused
		}
		t.AppendRow(table.Row{s.Name, s.Value, s.Source, what})
	}
	t.Render()
}
