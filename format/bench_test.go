package format

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/leatdb/leat/types"
)

// bidRecords returns n bids of 203 bytes as the Nexmark streams carry them.
func bidRecords(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		b := fmt.Appendf(nil, `{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/abc/de/item.htm?query=1","dateTime":"2015-07-15 00:00:%02d.%03d","extra":"`,
			1000+i%977, 1000+i%4999, 100+i*7919%1000000, i%9973, i/1000%60, i%1000)
		for k := 0; len(b) < 201; k++ {
			b = append(b, byte('a'+(i+k)%26))
		}
		out[i] = append(b, `"}`...)
	}
	return out
}

const bidColumns = "AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, CHANNEL STRING, URL STRING, DATETIME STRING, EXTRA STRING"

// bidNeeds marks 1, 3 or 7 of the columns as needed.
func bidNeeds(n int) []bool {
	needed := make([]bool, 7)
	for _, c := range [][]int{1: {2}, 3: {0, 1, 2}, 7: {0, 1, 2, 3, 4, 5, 6}}[n] {
		needed[c] = true
	}
	return needed
}

func BenchmarkJSONDecode(b *testing.B) {
	cols, in := columns(b, bidColumns), spans(bidRecords(types.BatchRows)...)
	for _, n := range []int{1, 3, 7} {
		b.Run(fmt.Sprintf("columns=%d", n), func(b *testing.B) {
			benchDecode(b, Spec{Name: "JSON", Columns: cols}, in, bidNeeds(n))
		})
	}
	b.Run("encodingjson=3", func(b *testing.B) {
		var bid struct{ Auction, Bidder, Price int64 }
		benchRecords(b, in, func(record []byte) {
			if err := json.Unmarshal(record, &bid); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("encodingjson=7", func(b *testing.B) {
		var bid struct {
			Auction, Bidder, Price        int64
			Channel, URL, DateTime, Extra string
		}
		benchRecords(b, in, func(record []byte) {
			if err := json.Unmarshal(record, &bid); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("copy", func(b *testing.B) {
		var dst [256]byte
		benchRecords(b, in, func(record []byte) { copy(dst[:], record) })
	})
}

func benchDecode(b *testing.B, spec Spec, in *types.Spans, needed []bool) {
	d, out, errs, rows := mustNew(b, spec).NewDecoder(needed), vectors(spec.Columns, len(in.Pos)), &Errors{}, upTo(len(in.Pos))
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	for ; n < b.N; n += len(rows) {
		for _, v := range out {
			v.Reset(len(rows))
		}
		d.Decode(in, rows, out, errs)
	}
	reportRecords(b, in, n)
	if len(errs.Records) > 0 {
		b.Fatal(errs.Records[0].Error())
	}
}

func benchRecords(b *testing.B, in *types.Spans, each func(record []byte)) {
	n := 0
	for ; n < b.N; n += len(in.Pos) {
		for i := range in.Pos {
			record, _ := in.At(i)
			each(record)
		}
	}
	reportRecords(b, in, n)
}

func reportRecords(b *testing.B, in *types.Spans, n int) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
	b.SetBytes(int64(len(in.Data) / len(in.Pos)))
}

func BenchmarkJSONEncode(b *testing.B) {
	cols, in := columns(b, bidColumns), spans(bidRecords(types.BatchRows)...)
	rows, out, errs := upTo(len(in.Pos)), vectors(cols, len(in.Pos)), &Errors{}
	f := mustNew(b, Spec{Name: "JSON", Columns: cols})
	f.NewDecoder(nil).Decode(in, rows, out, errs)
	b.Run("columns=7", func(b *testing.B) {
		e, dst := f.NewEncoder(), &types.Spans{}
		b.ReportAllocs()
		n := 0
		for ; n < b.N; n += len(rows) {
			dst.Reset()
			e.Encode(out, rows, nil, dst, errs)
		}
		reportRecords(b, in, n)
	})
	b.Run("encodingjson=7", func(b *testing.B) {
		type bid struct {
			Auction, Bidder, Price        int64
			Channel, URL, DateTime, Extra string
		}
		n := 0
		for ; n < b.N; n += len(rows) {
			for i := range rows {
				if _, err := json.Marshal(bid{out[0].I64[i], out[1].I64[i], out[2].I64[i], out[3].Str[i], out[4].Str[i], out[5].Str[i], out[6].Str[i]}); err != nil {
					b.Fatal(err)
				}
			}
		}
		reportRecords(b, in, n)
	})
}

func BenchmarkDelimited(b *testing.B) {
	cols, in := columns(b, bidColumns), spans(bidRecords(types.BatchRows)...)
	rows, out, errs := upTo(len(in.Pos)), vectors(cols, len(in.Pos)), &Errors{}
	mustNew(b, Spec{Name: "JSON", Columns: cols}).NewDecoder(nil).Decode(in, rows, out, errs)
	spec, lines := Spec{Name: "DELIMITED", Columns: cols}, &types.Spans{}
	e := mustNew(b, spec).NewEncoder()
	e.Encode(out, rows, nil, lines, errs)
	b.Run("decode=7", func(b *testing.B) { benchDecode(b, spec, lines, nil) })
	b.Run("encode=7", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for dst := (&types.Spans{}); n < b.N; n += len(rows) {
			dst.Reset()
			e.Encode(out, rows, nil, dst, errs)
		}
		reportRecords(b, lines, n)
	})
}
