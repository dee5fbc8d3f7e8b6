package sqltest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/internal/vfs"
	"github.com/leatdb/leat/log"
)

// Mode is a way to run a script. The answers are the same in all of them, up to
// what Mode says.
type Mode struct {
	Name       string
	Partitions int // Of every topic. With several, the order holds per key only.
	// Restart kills the engine after every step; a new one goes on with the files
	// as they were at that moment.
	Restart bool
	// Cache lets tables emit only the last change per key and commit, so tables are
	// compared by the last record of every key.
	Cache bool
	// Memory bounds the state kept in memory; empty for the default.
	Memory string
	// Batch lets the queries of a case read records of one topic that follow each
	// other at once, not one by one.
	Batch bool
}

// Modes are the ways in which every script runs.
var Modes = []Mode{
	{Name: "straight", Partitions: 1},
	{Name: "restart", Partitions: 1, Restart: true},
	{Name: "3-partitions", Partitions: 3},
	{Name: "7-partitions", Partitions: 7},
	{Name: "cache", Partitions: 1, Cache: true},
	{Name: "tiny-memory", Partitions: 1, Memory: "64KiB"},
}

// Script is a test in text: see README.md for the language.
type Script struct {
	Name  string
	Modes []string // Names of modes it runs in; nil for all.
	steps []step
	tail  string // Comment lines after the last step.
}

// step is a directive: verb and arguments, input lines, expected lines.
type step struct {
	line    int // Of the directive, from 1.
	comment string
	verb    string
	args    map[string]string
	input   string
	want    string
}

// separator stands between the input and the expected output of a step.
const separator = "----"

// ParseScript reads a script.
func ParseScript(name string, text []byte) (*Script, error) {
	s := &Script{Name: name}
	in := bufio.NewScanner(strings.NewReader(string(text)))
	in.Buffer(nil, 1<<20)
	var comment strings.Builder
	for line := 1; in.Scan(); line++ {
		head := in.Text()
		if strings.TrimSpace(head) == "" || strings.HasPrefix(head, "#") {
			comment.WriteString(head + "\n")
			if modes, ok := strings.CutPrefix(head, "# modes:"); ok {
				s.Modes = strings.Fields(modes)
			}
			continue
		}
		st := step{line: line, comment: comment.String(), args: map[string]string{}}
		comment.Reset()
		fields := strings.Fields(head)
		st.verb = fields[0]
		for _, f := range fields[1:] {
			name, value, _ := strings.Cut(f, "=")
			st.args[name] = value
		}
		into, closed := &st.input, false
		for in.Scan() {
			line++
			if in.Text() == separator {
				into, closed = &st.want, true
				continue
			}
			if in.Text() == "" && closed {
				break
			}
			*into += in.Text() + "\n"
		}
		if !closed {
			return nil, fmt.Errorf("%s:%d: step %q has no line %q", name, st.line, st.verb, separator)
		}
		s.steps = append(s.steps, st)
		comment.WriteString("\n")
	}
	s.tail = strings.TrimPrefix(comment.String(), "\n")
	return s, in.Err()
}

// Format writes the script with the expected lines replaced by got, one per step.
func (s *Script) Format(got []string) string {
	var b strings.Builder
	for i, st := range s.steps {
		b.WriteString(st.comment + st.verb)
		names := make([]string, 0, len(st.args))
		for name := range st.args {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			b.WriteString(" " + name)
			if st.args[name] != "" {
				b.WriteString("=" + st.args[name])
			}
		}
		b.WriteString("\n" + st.input + separator + "\n" + got[i])
	}
	return b.String() + "\n" + s.tail
}

// RunsIn tells whether the script runs in the mode.
func (s *Script) RunsIn(m Mode) bool { return s.Modes == nil || slices.Contains(s.Modes, m.Name) }

// Run runs the script in a mode and returns what each step gave. An error is a
// fault of the engine or the script, not a difference: see Check.
func (s *Script) Run(ctx context.Context, m Mode) (got []string, err error) {
	r := &scriptRun{mode: m, fs: vfs.NewCrashMem()}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	for _, st := range s.steps {
		out, err := r.do(ctx, &st)
		if err != nil {
			return got, fmt.Errorf("%s:%d: %s: %w", s.Name, st.line, st.verb, err)
		}
		got = append(got, out)
		if m.Restart {
			if err := r.restart(ctx); err != nil {
				return got, fmt.Errorf("%s:%d: restart: %w", s.Name, st.line, err)
			}
		}
	}
	return got, nil
}

// Check compares what a run gave with what the script says.
func (s *Script) Check(m Mode, got []string) error {
	for i, st := range s.steps {
		want, have := st.want, got[i]
		if st.verb == "topic" {
			_, isTable := st.args["table"]
			want, have = comparable(m, want, isTable), comparable(m, have, isTable)
		}
		if want != have {
			return linesDiff(fmt.Sprintf("line %d: %s", st.line, strings.TrimSpace(st.verb+" "+st.args["name"])), want, have)
		}
	}
	return nil
}

// comparable reduces the lines of a topic to what a mode promises.
func comparable(m Mode, lines string, isTable bool) string {
	list := strings.SplitAfter(strings.TrimSuffix(lines, "\n")+"\n", "\n")
	list = list[:len(list)-1]
	if m.Cache && isTable {
		last := map[string]string{}
		for _, l := range list {
			last[keyOf(l)] = l
		}
		list = list[:0]
		for _, l := range last {
			list = append(list, l)
		}
		slices.Sort(list)
	} else if m.Partitions > 1 || m.Cache {
		slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(keyOf(a), keyOf(b)) })
		if !isTable { // Rows of one key from several partitions have no order.
			slices.Sort(list)
		}
	}
	return strings.Join(list, "")
}

// keyOf returns the key of a line `time key value`.
func keyOf(line string) string {
	fields := strings.SplitN(line, " ", 3)
	if len(fields) < 2 {
		return line
	}
	return fields[1]
}

// scriptRun is one engine, or in a restart mode a chain of them.
type scriptRun struct {
	mode Mode
	fs   *vfs.Mem
	db   *leat.DB
}

func (r *scriptRun) open(ctx context.Context) (err error) {
	cache := "0"
	if r.mode.Cache {
		cache = "10485760"
	}
	opts := []leat.Option{leat.WithFS(r.fs), leat.WithTopicPartitions(r.mode.Partitions), leat.WithLogger(slog.New(slog.DiscardHandler)),
		leat.WithProperty("auto.offset.reset", "earliest"), leat.WithProperty("cache.max.bytes.buffering", cache),
		leat.WithClock(func() time.Time { return time.UnixMilli(0) })}
	if r.mode.Memory != "" {
		opts = append(opts, leat.WithProperty("state.memory", r.mode.Memory))
	}
	r.db, err = leat.OpenMem(ctx, opts...)
	return err
}

// restart goes on with what a kill at this moment leaves.
func (r *scriptRun) restart(ctx context.Context) error {
	survived := r.fs.Kill()
	if err := r.db.Close(); err != nil {
		return err
	}
	r.fs = survived
	return r.open(ctx)
}

func (r *scriptRun) do(ctx context.Context, st *step) (string, error) {
	switch st.verb {
	case "exec":
		return r.exec(ctx, st.input), nil
	case "produce":
		return "", r.produce(ctx, st)
	case "topic":
		return r.topic(ctx, st.args["name"])
	case "query":
		return r.query(ctx, st.input), nil
	}
	return "", fmt.Errorf("unknown step; there are exec, produce, topic and query")
}

// exec runs statements; its output is nothing, or the error.
func (r *scriptRun) exec(ctx context.Context, sql string) string {
	results, err := r.db.Exec(ctx, sql)
	for _, res := range results {
		if res.Rows != nil {
			res.Rows.Close()
		}
	}
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return ""
}

// query runs a SELECT to its end; its output is one line of JSON per row.
func (r *scriptRun) query(ctx context.Context, sql string) string {
	if err := r.db.Settle(ctx); err != nil {
		return "error: " + err.Error() + "\n"
	}
	rows, err := r.db.Query(ctx, sql)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var lines []string
	for row, err := range rows.All() {
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		line := leat.AppendJSON(nil, row.Values)
		if row.Tombstone {
			line = append(line, " tombstone"...)
		}
		lines = append(lines, string(line)+"\n")
	}
	if rows.Pull {
		slices.Sort(lines) // A scan has no order.
	}
	return strings.Join(lines, "")
}

// produce appends lines `time key value` to a topic, and waits until the queries
// have seen them.
func (r *scriptRun) produce(ctx context.Context, st *step) error {
	topic := st.args["topic"]
	info, ok := r.db.Log().Topic(topic)
	if !ok {
		return fmt.Errorf("there is no topic %q", topic)
	}
	f := formatOf(r.db.Catalog(), &Case{}, topic)
	for i, line := range strings.Split(strings.TrimSpace(st.input), "\n") {
		fields := strings.SplitN(line, " ", 3)
		if len(fields) < 3 {
			return fmt.Errorf("line %d: want `time key value`, got %q", i+1, line)
		}
		at, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		rec := &CaseRecord{Topic: topic, Key: scriptValue(fields[1]), Value: scriptValue(fields[2])}
		key, value, err := codec{r.db.Schemas()}.encodeInput(rec, f)
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
		var b log.BatchBuilder
		b.Append(key, value, nil, at)
		p := int32(0)
		if key != nil {
			p = log.MurmurPartition(key, int32(info.Config.Partitions))
		}
		if _, err := r.db.Log().Produce(ctx, []log.Write{{Topic: topic, Partition: p, Batch: b.Bytes()}}); err != nil {
			return err
		}
		if err := r.db.Settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// scriptValue reads a key or value: JSON as it is, anything else as text.
func scriptValue(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil { // Text always marshals.
		return nil
	}
	return quoted
}

// topic reads a topic back, one line per record.
func (r *scriptRun) topic(ctx context.Context, name string) (string, error) {
	if err := r.db.Settle(ctx); err != nil {
		return "", err
	}
	info, ok := r.db.Log().Topic(name)
	if !ok {
		return "", fmt.Errorf("there is no topic %q", name)
	}
	f := formatOf(r.db.Catalog(), &Case{}, name)
	var b strings.Builder
	for p := range int32(info.Config.Partitions) {
		records, err := readRecords(ctx, r.db.Log(), name, p)
		if err != nil {
			return "", err
		}
		for i := range records {
			line, err := codec{r.db.Schemas()}.line(&records[i], f)
			if err != nil {
				return "", err
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String(), nil
}

func (d codec) line(rec *record, f topicFormat) (string, error) {
	key, window, err := splitWindow(rec.key, f.window)
	if err != nil {
		return "", err
	}
	k, err := d.decodePart(key, f.key, f.keyCols, true)
	if err != nil {
		return "", err
	}
	v, err := d.decodePart(rec.value, f.value, f.cols, false)
	if err != nil {
		return "", err
	}
	line := strconv.AppendInt(nil, rec.time, 10)
	line = jsonText(append(line, ' '), rec.key, k, f.key.Name)
	if window != nil {
		line = fmt.Appendf(line, "@%d-%d", window.Start, window.End)
	}
	return string(jsonText(append(line, ' '), rec.value, v, f.value.Name)), nil
}

// jsonText appends a value as it is on the topic when that is JSON or text, so
// that the order of fields shows, and as JSON otherwise.
func jsonText(dst, raw []byte, v any, format string) []byte {
	if format == "JSON" && raw != nil {
		if n, ok := v.(json.Number); ok {
			return append(dst, n...)
		}
		if s, ok := v.(string); ok {
			return leat.AppendJSON(dst, s)
		}
		if json.Valid(raw) {
			return append(dst, raw...)
		}
	}
	if s, ok := v.(string); ok && format == "DELIMITED" {
		return append(dst, s...)
	}
	return leat.AppendJSON(dst, v)
}

// test runs the script in a mode and compares.
func (s *Script) test(m Mode) func(context.Context) error {
	return func(ctx context.Context) error {
		got, err := s.Run(ctx, m)
		if err != nil {
			return err
		}
		return s.Check(m, got)
	}
}
