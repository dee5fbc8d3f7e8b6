package function

import (
	"strings"
	"testing"

	"github.com/leatdb/leat/types"
)

// bench runs a kernel over a full batch whose first argument has the given
// texts in turn; the other arguments are constants.
func bench(b *testing.B, name string, texts []string, rest ...any) {
	c := eq("", name, append([]any{texts[0]}, rest...)...)
	res, call, err := c.resolve(NewRegistry())
	if err != nil {
		b.Fatal(err)
	}
	args := make([]*types.Vector, len(c.args))
	total := 0
	for i, a := range c.args {
		if _, ok := a.(unit); ok {
			continue
		}
		args[i] = types.NewVector(res.Args[i])
		for k := range types.BatchRows {
			x := toTyped(a).value
			if i == 0 && res.Args[0].Kind == types.String {
				x = texts[k%len(texts)]
				total += len(texts[k%len(texts)])
			}
			must(args[i].AppendAny(x))
		}
		if i > 0 {
			call.Const[i] = args[i]
		}
	}
	runBench(b, res, call, args)
}

func runBench(b *testing.B, res *ScalarCall, call *Call, args []*types.Vector) {
	b.Helper()
	k, err := res.Overload.New(call)
	if err != nil {
		b.Fatal(err)
	}
	batch := types.Batch{N: types.BatchRows}
	out := types.NewVector(res.Return)
	var errs Errors
	b.ReportAllocs()
	for b.Loop() {
		out.Reset(types.BatchRows)
		k(args, batch.Rows(), out, &errs)
	}
	if len(errs.Errs) > 0 {
		b.Fatal(errs.Errs[0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*types.BatchRows), "ns/row")
}

var (
	channels = []string{"Google", "apple", "channel-1234", "Baidu", "channel-9"}
	urls     = []string{"https://www.nexmark.com/abc/defg/hij/item.htm?query=1&channel_id=1073741824", "https://www.nexmark.com/googl/xyz_/ab/item.htm?query=1"}
	extras   = []string{strings.Repeat("abcdefghij klm", 8), strings.Repeat("[\\^_`cnx", 12)}
	dates    = []string{"2015-07-15 00:00:01.123", "2015-07-15 00:00:01.124"}
)

func BenchmarkLcase(b *testing.B)     { bench(b, "LCASE", channels) }
func BenchmarkLen(b *testing.B)       { bench(b, "LEN", extras) }
func BenchmarkSubstring(b *testing.B) { bench(b, "SUBSTRING", dates, 12, 2) }
func BenchmarkReplace(b *testing.B)   { bench(b, "REPLACE", extras, "c", "") }
func BenchmarkSplit(b *testing.B)     { bench(b, "SPLIT", urls, "/") }
func BenchmarkConcat(b *testing.B)    { bench(b, "CONCAT", urls, "-", "suffix") }
