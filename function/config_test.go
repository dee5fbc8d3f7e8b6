package function_test

import (
	"testing"

	"github.com/leatdb/leat/function"
)

func TestPropertiesOfAQuery(t *testing.T) {
	r := function.NewRegistry()
	r.Configure(map[string]string{"ksql.functions.collect_list.limit": "5", "ksql.functions._global_.x": "g"})
	if r.With(map[string]string{"auto.offset.reset": "earliest"}) != r {
		t.Error("properties that no function reads made another registry")
	}
	q := r.With(map[string]string{"ksql.functions.collect_list.limit": "1", "ksql.functions.len.y": "z"})
	for _, c := range []struct {
		r               *function.Registry
		name, key, want string
	}{
		{q, "COLLECT_LIST", "ksql.functions.collect_list.limit", "1"}, {q, "LEN", "ksql.functions.len.y", "z"},
		{q, "LEN", "ksql.functions._global_.x", "g"}, {q, "LEN", "ksql.functions.collect_list.limit", ""},
		{r, "COLLECT_LIST", "ksql.functions.collect_list.limit", "5"}, {r, "LEN", "ksql.functions.len.y", ""},
	} {
		if got := c.r.Config(c.name)[c.key]; got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.key, c.name, got, c.want)
		}
	}
	if q.Kind("COLLECT_LIST") != function.AggregateKind {
		t.Error("the functions are gone")
	}
}
