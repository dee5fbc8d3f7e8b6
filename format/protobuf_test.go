package format

import (
	"math/big"
	"testing"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// TestProtobufNulls: what NULL and zero become in each representation.
func TestProtobufNulls(t *testing.T) {
	for _, c := range []struct{ representation, want string }{
		{"", `I=0 S="" D=null A=[] R=null B=null`},
		{"OPTIONAL", `I=null S="" D=null A=[] R=null B=null`},
		{"WRAPPER", `I=null S="" D=null A=[] R=null B=null`},
	} {
		for _, name := range []string{"PROTOBUF", "PROTOBUF_NOSR"} {
			spec := Spec{Name: name, Columns: columns(t, "I INTEGER, S STRING, D DATE, A ARRAY<INTEGER>, R STRUCT<X BIGINT>, B BYTES")}
			if c.representation != "" {
				spec.Properties = map[string]string{PropertyNullable: c.representation}
			}
			if got := decodeOne(t, spec, encodeRow(t, spec, nil, "", nil, nil, nil, nil)); got != c.want {
				t.Errorf("%s %s: got %s, want %s", name, c.representation, got, c.want)
			}
		}
	}
}

func TestProtobufValues(t *testing.T) {
	spec := Spec{Name: "PROTOBUF", Registry: registry.NewLocal(nil), Subject: "t-value",
		Columns: columns(t, "A INTEGER, T TIMESTAMP, D DATE, C TIME, N DECIMAL(6, 2), L ARRAY<STRUCT<X BIGINT, Y ARRAY<STRING>>>, M MAP<STRING, DOUBLE>")}
	b := encodeRow(t, spec, int32(-1), types.TimestampValue(-1), types.DateValue(-1), types.TimeValue(86399999),
		types.DecimalValue{Unscaled: big.NewInt(-250), Scale: 2},
		[]any{types.StructValue{{Name: "X", Value: int64(5)}, {Name: "Y", Value: []any{"a", "b"}}}}, types.MapValue{{Key: "k", Value: 1.5}})
	const want = `A=-1 T=1969-12-31T23:59:59.999 D=1969-12-31 C=23:59:59.999 N=-2.50 L=[(X=5 Y=["a" "b"])] M={"k":1.5}`
	if got := decodeOne(t, spec, b); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// TestProtobufMessages: records name their message by its place in the file.
func TestProtobufMessages(t *testing.T) {
	r := registryWith(t, registry.Protobuf, `syntax = "proto3";
		message First { uint32 a = 1; }
		message Second { message Inner { sint32 a = 2000; repeated fixed64 p = 3; enum E { NIL = 0; ONE = 1; } E e = 4; } }`)
	s, err := r.ByID(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{Name: "PROTOBUF", Registry: r, Properties: map[string]string{PropertySchemaID: "1", PropertyFullName: "Second.Inner"}}
	if spec.Columns, err = ColumnsOf(spec, s, true); err != nil {
		t.Fatal(err)
	}
	if got, want := columnList(spec.Columns), "`a` INTEGER, `p` ARRAY<BIGINT>, `e` STRING"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	b := encodeRow(t, spec, int32(-7), []any{int64(1), int64(-1)}, "ONE")
	if index := string(b[frameSize : frameSize+3]); index != "\x04\x02\x00" {
		t.Errorf("message index % x", index)
	}
	if got, want := decodeOne(t, spec, b), `a=-7 p=[1 -1] e="ONE"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err := ColumnsOf(Spec{Name: "PROTOBUF", Registry: r, Properties: map[string]string{PropertyFullName: "Third"}}, s, true); err == nil {
		t.Error("a message that is not there was found")
	}
}

// FuzzProtobuf: whatever the bytes are, decoding ends, without a panic and
// without more items than there are bytes; and what is read survives being written.
func FuzzProtobuf(f *testing.F) {
	spec := Spec{Name: "PROTOBUF_NOSR", Columns: columns(f, "I INTEGER, A ARRAY<BIGINT>, R STRUCT<X STRING, Y ARRAY<STRUCT<Z DATE>>>, M MAP<STRING, DECIMAL(20, 4)>, T TIME")}
	f.Add(encodeRow(f, spec, int32(1), []any{int64(1), int64(2)}, types.StructValue{{Name: "X", Value: "x"}, {Name: "Y", Value: []any{types.StructValue{{Name: "Z", Value: types.DateValue(3)}}}}},
		types.MapValue{{Key: "k", Value: types.DecimalValue{Unscaled: big.NewInt(5), Scale: 4}}}, types.TimeValue(5)))
	d := mustNew(f, spec).NewDecoder(nil)
	rewrite := newAgain(f, spec)
	f.Fuzz(func(t *testing.T, record []byte) {
		out, errs := vectors(spec.Columns, 1), &Errors{}
		d.Decode(spans(record), upTo(1), out, errs)
		if n := out[1].Kids[0].Len; n > len(record) {
			t.Fatalf("%d items from %d bytes", n, len(record))
		}
		rowText(spec.Columns, out, 0)
		if len(errs.Records) == 0 {
			rewrite.check(t, out)
		}
	})
}
