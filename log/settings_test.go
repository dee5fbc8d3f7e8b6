package log

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
)

// TestSettings: the table is sorted, its defaults are allowed, and values are checked as their kinds say.
func TestSettings(t *testing.T) {
	t.Parallel()
	all := TopicSettings()
	if !slices.IsSortedFunc(all, func(a, b Setting) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatal("not sorted")
	}
	for _, s := range all {
		if err := checkSetting(s.Name, s.Default); err != nil {
			t.Error(err)
		}
		if s.Kind != SettingString && s.Kind != SettingList {
			if err := checkSetting(s.Name, "x"); !errors.Is(err, ErrInvalidConfig) {
				t.Errorf("%s = x: %v", s.Name, err)
			}
		}
	}
	for name, values := range map[string][]string{
		"nothing":                   {""},
		"cleanup.policy":            {"compost", "delete,"},
		"compression.type":          {"none", "GZIP", ""},
		"segment.bytes":             {"13", "2147483648", ""},
		"retention.ms":              {"-2", "9223372036854775808"},
		"max.message.bytes":         {"-1"},
		"min.cleanable.dirty.ratio": {"-0.1", "1.1", "NaN"},
		"message.timestamp.type":    {"createtime"},
		"preallocate":               {"yes"},
	} {
		for _, v := range values {
			if err := checkSetting(name, v); !errors.Is(err, ErrInvalidConfig) {
				t.Errorf("%s = %q: %v", name, v, err)
			}
		}
	}
}

// TestAlterTopic: settings are durable, refused as a whole, and take effect; those that are taken back are as if never made.
func TestAlterTopic(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	o := Options{FS: fs, SegmentBytes: 5000, Settings: map[string]string{"retention.ms": "1234"}}
	l := openMem(t, o, TopicConfig{Cleanup: Compact, SegmentMillis: 77, Settings: map[string]string{"segment.ms": "88"}})
	info, _ := l.Topic("t")
	if byID, ok := l.TopicByID(info.ID); !ok || byID.Name != "t" {
		t.Fatal(byID, ok)
	}
	if err := alter(l, "t", "max.message.bytes", "10", "retention.ms", "x"); !errors.Is(err, ErrInvalidConfig) {
		t.Fatal(err)
	}
	if err := alter(l, "t", "min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"); !errors.Is(err, ErrInvalidConfig) {
		t.Fatal(err)
	}
	if err := alter(l, "t", "max.message.bytes", "100", "retention.bytes", "-1"); err != nil {
		t.Fatal(err)
	}
	if err := l.CreatePartitions(ctx, "t", 3); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, _ := l.Topic("t")
		c := got.Config
		if got.ID != info.ID || c.Partitions != 3 || c.Cleanup != Compact || c.SegmentMillis != 88 || c.RetentionBytes != -1 || c.RetentionMillis != 0 {
			t.Fatalf("%+v", got)
		}
		expect(t, "settings", c.Settings, map[string]string{"cleanup.policy": "compact", "segment.ms": "88", "max.message.bytes": "100", "retention.bytes": "-1"})
		p := l.policyOf(l.topics["t"])
		if p.maxBatchBytes != 100 || p.segmentBytes != 5000 || p.retentionMillis != 1234 || p.tombstoneMillis != 86400000 {
			t.Fatalf("%+v", p)
		}
		r := produced{producer: NoProducer, values: []string{strings.Repeat("x", 100)}}.appendTo(t, l, 0, AppendOptions{})
		expectError(t, "a large batch", r.Err, ErrBatchTooLarge)
		l = reopen(t, l, fs)
	}
	err := l.AlterTopic(ctx, "t", func(settings map[string]string) error {
		clear(settings)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := l.Topic("t"); got.Config.Cleanup != Delete || len(got.Config.Settings) != 0 || got.Config.Partitions != 3 {
		t.Fatalf("%+v", got)
	}
	r := produced{producer: NoProducer, values: []string{strings.Repeat("x", 100)}}.appendTo(t, l, 0, AppendOptions{})
	expectError(t, "a large batch again", r.Err, nil)
	for name, want := range map[string]string{"retention.ms": "1234 true", "segment.bytes": "5000 true", "segment.ms": "604800000 false"} {
		v, configured := l.DefaultSetting(name)
		if got := strings.TrimSpace(strings.Join([]string{v, map[bool]string{true: "true", false: "false"}[configured]}, " ")); got != want {
			t.Errorf("%s: %s, expected %s", name, got, want)
		}
	}
	if _, err := Open("db2", Options{FS: fs, Settings: map[string]string{"retention.ms": "soon"}}); !errors.Is(err, ErrInvalidConfig) {
		t.Fatal(err)
	}
}

// TestProperties: they are durable, deleted by nil, and come and go together with a group.
func TestProperties(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	l := openMem(t, Options{FS: fs}, TopicConfig{})
	value := []byte("1")
	if err := l.SetProperties(ctx, Property{"a/1", value}, Property{"a/2", []byte{}}, Property{"b", []byte("x")}); err != nil {
		t.Fatal(err)
	}
	value[0] = '9'
	acked := make(chan error, 1)
	l.Commit(&Group{Properties: []Property{{"b", nil}, {"c", []byte("y")}}, Writes: []Write{{"t", 0, batchOf("k", "v")}}},
		func(_ LSN, err error) { acked <- err })
	if err := <-acked; err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if v, ok := l.Property("a/1"); !ok || string(v) != "1" {
			t.Fatal(string(v), ok)
		}
		if v, ok := l.Property("a/2"); !ok || v == nil || len(v) != 0 {
			t.Fatal(v, ok)
		}
		if v, ok := l.Property("b"); ok {
			t.Fatal(v)
		}
		if all := l.Properties("a/"); len(all) != 2 || all[0].Key != "a/1" {
			t.Fatal(all)
		}
		expect(t, "all", len(l.Properties("")), 3)
		if i%2 == 1 {
			mustFlush(t, l)
		}
		l = reopen(t, l, fs)
	}
}
