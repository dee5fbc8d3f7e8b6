package types_test

import (
	"fmt"
	"testing"

	"github.com/leatdb/leat/types"
)

// codecColumns are full columns without NULL, or with every tenth row NULL.
func codecColumns(nulls bool) map[string]*types.Vector {
	out := map[string]*types.Vector{}
	for _, name := range []string{"BIGINT", "INTEGER", "STRING", "DOUBLE", "DECIMAL(18, 2)"} {
		v := types.NewVector(types.MustType(name))
		v.Reset(types.BatchRows)
		for i := range types.BatchRows {
			switch {
			case nulls && i%10 == 0:
				v.SetNull(i)
			case v.I32 != nil:
				v.I32[i] = int32(i * 7919)
			case v.I64 != nil:
				v.I64[i] = int64(i * 104729)
			case v.F64 != nil:
				v.F64[i] = float64(i) * 1.25
			default:
				v.Str[i] = fmt.Sprint("customer-", i*7919)
			}
		}
		out[name] = v
	}
	return out
}

func codecCases() map[string][]*types.Vector {
	c, n := codecColumns(false), codecColumns(true)
	return map[string][]*types.Vector{
		"BIGINT": {c["BIGINT"]}, "INTEGER": {c["INTEGER"]}, "STRING": {c["STRING"]}, "BIGINT with NULL": {n["BIGINT"]},
		"BIGINT,STRING": {c["BIGINT"], c["STRING"]}, "five": {c["BIGINT"], c["STRING"], c["INTEGER"], c["DOUBLE"], c["DECIMAL(18, 2)"]},
	}
}

func allRows() []uint32 {
	b := types.Batch{N: types.BatchRows}
	return b.Rows()
}

func BenchmarkEncodeKeys(b *testing.B) {
	rows := allRows()
	for name, cols := range codecCases() {
		b.Run(name, func(b *testing.B) {
			var keys types.Spans
			for b.Loop() {
				types.EncodeKeys(cols, rows, &keys)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/types.BatchRows, "ns/row")
		})
	}
}

func BenchmarkRowCodec(b *testing.B) {
	cols := codecCases()["five"]
	var back []*types.Vector
	for _, c := range cols {
		v := types.NewVector(c.Type)
		v.Reset(types.BatchRows)
		back = append(back, v)
	}
	b.Run("append", func(b *testing.B) {
		var buf []byte
		for b.Loop() {
			for i := range types.BatchRows {
				buf = types.AppendRow(buf[:0], cols, i)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/types.BatchRows, "ns/row")
	})
	b.Run("decode", func(b *testing.B) {
		data := types.AppendRow(nil, cols, 77)
		for b.Loop() {
			for _, v := range back {
				v.Reset(types.BatchRows)
			}
			for i := range types.BatchRows {
				if _, err := types.DecodeRow(data, back, i); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/types.BatchRows, "ns/row")
	})
}

func TestCodecsDoNotAllocate(t *testing.T) {
	rows := allRows()
	for name, cols := range codecCases() {
		var keys types.Spans
		var buf []byte
		run := func() {
			types.EncodeKeys(cols, rows, &keys)
			for i := range rows {
				buf = types.AppendRow(buf[:0], cols, i)
			}
		}
		run()
		if n := testing.AllocsPerRun(5, run); n != 0 {
			t.Errorf("%s: %v allocations for a batch", name, n)
		}
	}
}
