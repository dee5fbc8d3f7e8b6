package function

import (
	"errors"
	"strconv"

	"github.com/leatdb/leat/types"
)

func jsonFunctions() []*Scalar {
	text := docs{"json": "a text with JSON"}
	return []*Scalar{
		scalar("EXTRACTJSONFIELD", categoryJSON, "Returns a part of a JSON text: texts as they are, everything else as JSON.",
			docs{"json": "a text with JSON", "path": `where the part is: $, then .name, [0], [name] or ["name"] for each level`},
			[]Example{{`EXTRACTJSONFIELD('{"a": [{"b": "x"}]}', '$.a[0].b')`, "x"}, {`EXTRACTJSONFIELD('{"a": {"b": 1}}', '$.a')`, `{"b":1}`}},
			over("(json STRING, path STRING) -> STRING", perCallStrict(extractField))),
		scalar("IS_JSON_STRING", categoryJSON, "Tells whether a text is valid JSON.", docs{"text": "any text"},
			[]Example{{`IS_JSON_STRING('[1, 2]')`, "true"}, {"IS_JSON_STRING('abc')", "false"}},
			over("(text STRING) -> BOOLEAN", perCall(func(*Call) rowFunc {
				var d jsonDoc
				return func(args []*types.Vector, i int, out *types.Vector) error {
					out.Bool[i] = !args[0].IsNull(i) && d.parse(args[0].Str[i]) == nil && d.nodes[0].kind != jsonMissing
					return nil
				}
			}))),
		scalar("JSON_ARRAY_CONTAINS", categoryJSON, "Tells whether a JSON array has an element of the type and value of an argument; JSON's null equals NULL.",
			docs{"json": "a text with a JSON array; anything else contains nothing", "value": "the value to find"},
			[]Example{{`JSON_ARRAY_CONTAINS('["Red", 2]', 'Red')`, "true"}, {`JSON_ARRAY_CONTAINS('["Red", 2]', '2')`, "false"}},
			over("(json STRING!, value T) -> BOOLEAN", perCall(arrayContains))),
		scalar("JSON_ARRAY_LENGTH", categoryJSON, "Returns the number of elements of a JSON array, NULL for other JSON.", text,
			[]Example{{`JSON_ARRAY_LENGTH('[1, [2, 3]]')`, "2"}},
			over("(json STRING) -> INT", jsonKernel(func(d *jsonDoc, out *types.Vector, i int) error {
				if d.nodes[0].kind != jsonArray {
					out.SetNull(i)
					return nil
				}
				out.I32[i] = 0
				for range d.items(0) {
					out.I32[i]++
				}
				return nil
			}))),
		scalar("JSON_CONCAT", categoryJSON, "Merges JSON objects, the last of equal keys counting; anything else is concatenated to an array.",
			docs{"values": "texts with JSON; when one is NULL, so is the result"},
			[]Example{{`JSON_CONCAT('{"a": 1}', '{"b": 2}')`, `{"a":1,"b":2}`}, {`JSON_CONCAT('[1]', '2')`, "[1,2]"}},
			over("(values STRING...) -> STRING", perCallStrict(concatJSON))),
		scalar("JSON_ITEMS", categoryJSON, "Returns the elements of a JSON array as an array of JSON texts.", text,
			[]Example{{`JSON_ITEMS('[1, "a", {"b": 2}]')`, `[1, "a", {"b":2}]`}},
			over("(json STRING) -> ARRAY<STRING>", jsonKernel(func(d *jsonDoc, out *types.Vector, i int) error {
				if d.nodes[0].kind != jsonArray {
					return errors.New("the text is no JSON array")
				}
				w := newArrayWriter(out, i)
				for item := range d.items(0) {
					d.buf = d.appendJSON(d.buf[:0], item)
					w.addText(out.Kids[0].Own(d.buf))
				}
				w.close()
				return nil
			}))),
		scalar("JSON_KEYS", categoryJSON, "Returns the keys of a JSON object as an array, NULL for other JSON.", text,
			[]Example{{`JSON_KEYS('{"a": 1, "b": {"c": 2}}')`, "[a, b]"}},
			over("(json STRING) -> ARRAY<STRING>", jsonKernel(func(d *jsonDoc, out *types.Vector, i int) error {
				if d.nodes[0].kind != jsonObject {
					out.SetNull(i)
					return nil
				}
				w := newArrayWriter(out, i)
				for _, m := range d.distinct(0) {
					w.addText(m.key)
				}
				w.close()
				return nil
			}))),
		scalar("JSON_RECORDS", categoryJSON, "Returns the members of a JSON object as a map: texts as they are, everything else as JSON; NULL for other JSON.", text,
			[]Example{{`JSON_RECORDS('{"a": "x", "b": {"c": 2}}')`, `{a=x, b={"c":2}}`}},
			over("(json STRING) -> MAP<STRING, STRING>", jsonKernel(func(d *jsonDoc, out *types.Vector, i int) error {
				if d.nodes[0].kind != jsonObject {
					out.SetNull(i)
					return nil
				}
				m := newMapWriter(out, i)
				for _, member := range d.distinct(0) {
					m.put(member.key, d.plain(member.value, out.Kids[1]))
				}
				m.close()
				return nil
			}))),
		scalar("TO_JSON_STRING", categoryJSON, "Returns a value as JSON text.", docs{"value": "any value"},
			[]Example{{"TO_JSON_STRING(ARRAY[1, 2])", "[1,2]"}, {"TO_JSON_STRING(STRUCT(B := 'x', A := 1))", `{"A":1,"B":"x"}`}},
			over("(value T) -> STRING", perCall(func(*Call) rowFunc {
				var buf []byte
				return func(args []*types.Vector, i int, out *types.Vector) error {
					buf = appendValue(buf[:0], args[0], i)
					out.Str[i] = out.Own(buf)
					return nil
				}
			}))),
	}
}

// jsonKernel makes strict kernels of functions of one JSON text.
func jsonKernel(f func(d *jsonDoc, out *types.Vector, i int) error) maker {
	return perCallStrict(func(*Call) rowFunc {
		var d jsonDoc
		return func(args []*types.Vector, i int, out *types.Vector) error {
			if err := d.parse(args[0].Str[i]); err != nil {
				return err
			}
			return f(&d, out, i)
		}
	})
}

// plain returns a text node as it is and every other as JSON, in memory of the
// document's text or of v.
func (d *jsonDoc) plain(n int, v *types.Vector) string {
	if d.nodes[n].kind == jsonString {
		if !d.nodes[n].escaped {
			return d.raw(n)
		}
		d.buf = d.appendText(d.buf[:0], n)
	} else {
		d.buf = d.appendJSON(d.buf[:0], n)
	}
	return v.Own(d.buf)
}

func extractField(*Call) rowFunc {
	var d jsonDoc
	paths := memo[jsonPath]{compile: compilePath}
	return func(args []*types.Vector, i int, out *types.Vector) error {
		path, err := paths.get(args[1].Str[i])
		if err != nil {
			return err
		}
		if err := d.parse(args[0].Str[i]); err != nil {
			return err
		}
		n := d.find(path)
		if n < 0 || d.nodes[n].kind == jsonMissing {
			out.SetNull(i)
			return nil
		}
		out.Str[i] = d.plain(n, out)
		return nil
	}
}

// arrayContains finds a value of the type of argument 1. A text that is not
// valid JSON contains nothing.
func arrayContains(*Call) rowFunc {
	var d jsonDoc
	return func(args []*types.Vector, i int, out *types.Vector) error {
		out.Bool[i] = false
		if d.parse(args[0].Str[i]) != nil || d.nodes[0].kind != jsonArray {
			return nil
		}
		for item := range d.items(0) {
			if d.equals(item, args[1], i) {
				out.Bool[i] = true
				break
			}
		}
		return nil
	}
}

func (d *jsonDoc) equals(n int, v *types.Vector, i int) bool {
	null := v.IsNull(i) || v.Type.Kind == types.Null
	switch kind := d.nodes[n].kind; kind {
	case jsonNull:
		return null
	case jsonFalse, jsonTrue:
		return !null && v.Type.Kind == types.Boolean && v.Bool[i] == (kind == jsonTrue)
	case jsonString:
		return !null && v.Type.Kind == types.String && d.keyIs(n, v.Str[i])
	case jsonFloat:
		x, err := strconv.ParseFloat(d.raw(n), 64)
		return !null && err == nil && v.Type.Kind == types.Double && v.F64[i] == x
	case jsonInt:
		x, err := strconv.ParseInt(d.raw(n), 10, 64)
		if null || err != nil {
			return false
		}
		return v.Type.Kind == types.Integer && int64(v.I32[i]) == x || v.Type.Kind == types.BigInt && v.I64[i] == x
	}
	return false
}

func concatJSON(call *Call) rowFunc {
	docs := make([]jsonDoc, len(call.Args))
	var buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		objects := true
		for k := range docs {
			if err := docs[k].parse(args[k].Str[i]); err != nil {
				return err
			}
			switch docs[k].nodes[0].kind {
			case jsonMissing:
				out.SetNull(i)
				return nil
			case jsonObject:
			default:
				objects = false
			}
		}
		if len(docs) == 0 {
			out.SetNull(i)
			return nil
		}
		if objects {
			buf = appendMembers(buf[:0], mergeObjects(docs))
		} else {
			buf = appendArrays(buf[:0], docs)
		}
		out.Str[i] = out.Own(buf)
		return nil
	}
}

func mergeObjects(docs []jsonDoc) []jsonMember {
	var list []jsonMember
	var index map[string]int
	for k := range docs {
		d := &docs[k]
		for key := range d.keys(0) {
			list, index = putMember(list, index, jsonMember{d.key(key), d, key + 1})
		}
	}
	return list
}

// appendArrays appends the elements of arrays, and other values themselves, as
// one array.
func appendArrays(dst []byte, docs []jsonDoc) []byte {
	dst = append(dst, '[')
	for k := range docs {
		d := &docs[k]
		items := d.items(0)
		if d.nodes[0].kind != jsonArray {
			items = func(yield func(int) bool) { yield(0) }
		}
		for n := range items {
			if len(dst) > 1 {
				dst = append(dst, ',')
			}
			dst = d.appendJSON(dst, n)
		}
	}
	return append(dst, ']')
}
