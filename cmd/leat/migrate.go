package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/leatdb/leat/migrate"
	"github.com/leatdb/leat/server/client"
)

// migrateFlags are those of all the subcommands.
type migrateFlags struct {
	connectFlags
	file string
}

func migrateCommand() *cobra.Command {
	var f migrateFlags
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring a database from one version of its statements to the next",
		Long: `Bring a database from one version of its statements to the next. A project is a folder with ksql-migrations.properties and
migrations/V000001__What_it_does.sql and so on; the database keeps in the stream MIGRATION_EVENTS which of them it has. The database is
a server (ksql.server.url in the properties, or --server) or a data directory (leat.data, or --data).`,
		Example: `  leat migrate new shop http://localhost:8088 && cd shop
  leat migrate initialize-metadata
  leat migrate create "Orders and sales"
  leat migrate apply --all
  leat migrate info`,
	}
	c.PersistentFlags().StringVarP(&f.file, "config-file", "c", "ksql-migrations.properties", "the project's properties")
	c.AddCommand(migrateNew(), f.create(), f.apply(),
		f.simple("info", "List the versions with their states", f.info),
		f.simple("validate", "Check that the files are what was applied", f.validate),
		f.simple("initialize-metadata", "Make the stream and table of versions in the database", func(c *cobra.Command, p *migrate.Project) error {
			s, err := p.Open(nil)
			if err != nil {
				return err
			}
			return p.Metadata.Initialize(c.Context(), s)
		}),
		f.simple("destroy-metadata", "Remove them; what migrations made stays", func(c *cobra.Command, p *migrate.Project) error {
			s, err := p.Open(nil)
			if err != nil {
				return err
			}
			return p.Metadata.Destroy(c.Context(), s)
		}))
	return c
}

func migrateNew() *cobra.Command {
	return &cobra.Command{
		Use: "new PATH SERVER-URL|DATA-DIR", Aliases: []string{"new-project"}, Short: "Make a project", Args: cobra.ExactArgs(2),
		Example: "  leat migrate new shop http://localhost:8088\n  leat migrate new shop shopdata",
		RunE: func(c *cobra.Command, args []string) error {
			file := filepath.Join(args[0], "ksql-migrations.properties")
			if _, err := os.Stat(file); err == nil {
				return fmt.Errorf("%s is there already; choose another path", file)
			}
			if err := os.MkdirAll(filepath.Join(args[0], "migrations"), 0o755); err != nil {
				return err
			}
			name := "leat.data"
			if strings.Contains(args[1], "://") {
				name = "ksql.server.url"
			}
			properties := fmt.Sprintf(`%s=%s
# ksql.auth.basic.username=
# ksql.auth.basic.password=
# ksql.migrations.stream.name=MIGRATION_EVENTS
# ksql.migrations.table.name=MIGRATION_SCHEMA_VERSIONS
# ksql.migrations.stream.topic.name=
# ksql.migrations.table.topic.name=
# ksql.migrations.topic.replicas=1
# ksql.migrations.dir.override=
`, name, args[1])
			if err := os.WriteFile(file, []byte(properties), 0o600); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s is a project now. In there, `leat migrate initialize-metadata` comes next.\n", args[0])
			return nil
		},
	}
}

func (f *migrateFlags) create() *cobra.Command {
	version := 0
	c := &cobra.Command{
		Use: "create DESCRIPTION", Short: "Make the file of a new migration", Args: cobra.ExactArgs(1),
		Example: `  leat migrate create "Orders and sales"`,
		RunE: func(c *cobra.Command, args []string) error {
			props, err := f.properties()
			if err != nil {
				return err
			}
			path, err := migrate.Create(f.folder(props), args[0], version)
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), filepath.ToSlash(path))
			}
			return err
		},
	}
	// Not -v, which is --verbose everywhere.
	c.Flags().IntVar(&version, "version", 0, "its version; without it the next one")
	return c
}

// simple is a subcommand without arguments that works on the database.
func (f *migrateFlags) simple(name, short string, run func(*cobra.Command, *migrate.Project) error) *cobra.Command {
	c := &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, Example: "  leat migrate " + name,
		RunE: func(c *cobra.Command, _ []string) error { return f.with(c, run) }}
	f.addDatabase(c)
	return c
}

func (f *migrateFlags) addDatabase(c *cobra.Command) {
	c.Flags().StringVar(&f.dir, "data", "", "data directory, instead of what the properties say")
	f.addServer(c)
}

func (f *migrateFlags) apply() *cobra.Command {
	var plan migrate.Plan
	c := &cobra.Command{
		Use: "apply", Short: "Apply versions that the database does not have", Args: cobra.NoArgs,
		Example: "  leat migrate apply --all --dry-run\n  leat migrate apply --until 3 --define region=eu",
		RunE: func(c *cobra.Command, _ []string) error {
			plan.Variables = map[string]string{}
			for _, pair := range f.define {
				name, value, ok := cutSetting(pair)
				if !ok {
					return usageError{fmt.Errorf("--define needs variable=value, not %q", pair)}
				}
				plan.Variables[strings.ToUpper(name)] = value
			}
			return f.with(c, func(c *cobra.Command, p *migrate.Project) error { return p.Apply(c.Context(), plan) })
		},
	}
	c.Flags().BoolVarP(&plan.All, "all", "a", false, "all that are pending")
	c.Flags().BoolVarP(&plan.Next, "next", "n", false, "the next one")
	c.Flags().IntVar(&plan.Until, "until", 0, "all up to this version")
	c.Flags().IntVar(&plan.Version, "version", 0, "this version only")
	c.Flags().BoolVar(&plan.DryRun, "dry-run", false, "check and show what would run")
	c.Flags().BoolVar(&plan.AfterCrash, "after-crash", false, "take a version that is marked as running for failed")
	c.Flags().StringArrayVarP(&f.define, "define", "d", nil, "variable=value for ${variable} in the files, repeatable")
	c.MarkFlagsMutuallyExclusive("all", "next", "until", "version")
	c.MarkFlagsOneRequired("all", "next", "until", "version")
	f.addDatabase(c)
	return c
}

func (f *migrateFlags) info(c *cobra.Command, p *migrate.Project) error {
	events, err := p.Info(c.Context())
	if err != nil {
		return err
	}
	t := table.NewWriter()
	t.SetOutputMirror(c.OutOrStdout())
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"Version", "Name", "State", "Previous", "Started", "Completed", "Error"})
	for _, e := range events {
		t.AppendRow(table.Row{e.Version, e.Name, e.State, e.Previous, when(e.Started), when(e.Completed), e.Reason})
	}
	t.Render()
	return nil
}

func when(millis string) string {
	n, err := strconv.ParseInt(millis, 10, 64)
	if err != nil {
		return ""
	}
	return time.UnixMilli(n).Format(time.DateTime)
}

func (f *migrateFlags) validate(c *cobra.Command, p *migrate.Project) error {
	n, err := p.Validate(c.Context())
	if err == nil {
		fmt.Fprintf(c.OutOrStdout(), "%d applied, all as their files say\n", n)
	}
	return err
}

// properties reads the project's file: name=value, # comments.
func (f *migrateFlags) properties() (map[string]string, error) {
	file, err := os.Open(f.file)
	if err != nil {
		return nil, fmt.Errorf("%w; go into a project, or name its properties with --config-file", err)
	}
	defer file.Close()
	props := map[string]string{}
	sc := bufio.NewScanner(file)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := cutSetting(line)
		if !ok {
			return nil, fmt.Errorf("%s:%d: want name=value, not %q", f.file, n, line)
		}
		props[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return props, sc.Err()
}

func (f *migrateFlags) folder(props map[string]string) string {
	if dir := props["ksql.migrations.dir.override"]; dir != "" {
		return dir
	}
	return filepath.Join(filepath.Dir(f.file), "migrations")
}

// with opens the project and its database.
func (f *migrateFlags) with(c *cobra.Command, run func(*cobra.Command, *migrate.Project) error) (err error) {
	props, err := f.properties()
	if err != nil {
		return err
	}
	if f.dir == "" && f.server.URL == "" {
		f.server.URL = props["ksql.server.url"]
		if f.dir = props["leat.data"]; f.dir != "" && !filepath.IsAbs(f.dir) {
			f.dir = filepath.Join(filepath.Dir(f.file), f.dir)
		}
		if f.dir == "" && f.server.URL == "" {
			return fmt.Errorf("%s has neither ksql.server.url nor leat.data; add one, or give --server or --data", f.file)
		}
	}
	if f.server.User == "" && f.server.URL != "" {
		f.server.User, f.server.Password = props["ksql.auth.basic.username"], props["ksql.auth.basic.password"]
	}
	settings := connectFlags{dir: f.dir, server: f.server}
	conn, err := settings.open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	p := &migrate.Project{Dir: f.folder(props), Out: c.OutOrStdout(), Metadata: metadataOf(props)}
	p.Open = func(variables map[string]string) (migrate.Session, error) {
		return conn.session(settings.server, variables)
	}
	return run(c, p)
}

// session starts another session where the connection leads.
func (conn *connection) session(at client.Options, variables map[string]string) (migrate.Session, error) {
	if conn.db != nil {
		s := conn.db.NewSession()
		for name, value := range variables {
			s.Define(name, value)
		}
		return s, nil
	}
	s, err := client.New(at)
	if err != nil {
		return nil, err
	}
	for name, value := range variables {
		s.Define(name, value)
	}
	return s, nil
}

func metadataOf(props map[string]string) migrate.Metadata {
	get := func(name, byDefault string) string {
		if v := props["ksql.migrations."+name]; v != "" {
			return v
		}
		return byDefault
	}
	m := migrate.Metadata{Stream: get("stream.name", "MIGRATION_EVENTS"), Table: get("table.name", "MIGRATION_SCHEMA_VERSIONS"),
		StreamTopic: get("stream.topic.name", ""), TableTopic: get("table.topic.name", ""), Replicas: 1}
	if n, err := strconv.Atoi(get("topic.replicas", "1")); err == nil {
		m.Replicas = n
	}
	return m
}
