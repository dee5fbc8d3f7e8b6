package state

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

type metaSubject struct {
	n     string
	m     *Meta
	model map[string]int64
}

func (s *metaSubject) name() string  { return s.n }
func (s *metaSubject) store() Store  { return s.m }
func (s *metaSubject) snapshot() any { return maps.Clone(s.model) }

func (s *metaSubject) restore(m any) {
	s.model = map[string]int64{}
	if m != nil {
		s.model = maps.Clone(m.(map[string]int64))
	}
}

func (s *metaSubject) open(db *DB) (err error) {
	s.m, err = db.Meta(s.n)
	return err
}

func (s *metaSubject) mutate(t *rapid.T) {
	name := fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "name"))
	v := rapid.Int64().Draw(t, "value")
	s.m.SetInt(name, v)
	s.model[name] = v
}

func (s *metaSubject) check(t *rapid.T) {
	for i := range 10 {
		name := fmt.Sprint(i)
		v, ok := s.model[name]
		if s.m.Int(name) != v || (s.m.Get(name) != nil) != ok {
			t.Fatalf("%s is %d, not %d", name, s.m.Int(name), v)
		}
	}
}

// TestMixedModel has stores of all kinds in one database.
func TestMixedModel(t *testing.T) {
	t.Parallel()
	eachMemory(t, func(root *testing.T, o Options) {
		rapid.Check(root, func(t *rapid.T) {
			w := newWorld(root, t, o,
				&metaSubject{n: "q5/meta/0"}, &metaSubject{n: "q5/meta/1"},
				&tableSubject{n: "q5/table/0", l: testLayout}, &windowsSubject{n: "q5/windows/0"},
				&sessionsSubject{n: "q5/sessions/0"}, &bufferSubject{n: "q5/left/0"})
			w.run(t, 300)
		})
	})
}
