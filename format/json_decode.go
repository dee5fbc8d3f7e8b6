package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/leatdb/leat/types"
)

// jsonDecoder reads JSON records into columns in one pass, guided by the
// schema: values of needed columns go straight into their vectors. Those of other
// columns are read into a spare place, since a value of the wrong type makes the
// whole record bad, whoever needs it; everything else is checked to be JSON and
// skipped.
//
// A value of the wrong type does not end the pass: a later member of the
// same name may override it (the last one counts), and a syntax error further
// on is the better report. So such failures are collected in failures, with
// their paths completed on the way out, and taken back when overridden.
type jsonDecoder struct {
	jsonScanner
	columns []types.Column
	needed  []bool
	record  *jsonObject // Wrapped records; nil for bare values.
	value1  *jsonNode   // Bare values.
	spare1  *spareValue // Where a bare value goes that is not needed.

	failures []jsonFailure
	name     []byte // The member name being looked up, when it had escapes.
	scratch  []byte // Unescaped strings, upper-cased names.
	text     jsonText
}

type jsonFailure struct{ path, reason string }

func (f *jsonFormat) NewDecoder(needed []bool) Decoder {
	d := &jsonDecoder{columns: f.columns, needed: allNeeded(needed, len(f.columns))}
	if !f.wrapped {
		d.value1, d.spare1 = newJSONNode(f.columns[0].Type, 0), newSpareValue(f.columns[0].Type)
		return d
	}
	fields := make([]types.Field, len(f.columns))
	for i, c := range f.columns {
		fields[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	d.record = newJSONObject(fields, d.needed, 0)
	return d
}

func (d *jsonDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		i := skipSpace(b, 0)
		if d.record != nil {
			i = d.recordValue(b, i, out, int(r))
		} else {
			i = d.bareValue(b, i, out, int(r))
		}
		if i >= 0 {
			if i = skipSpace(b, i); i != len(b) {
				i = d.fail(i, "the end of the record")
			}
		}
		if i < 0 {
			errs.add(r, "", d.syntaxError(b))
		} else if len(d.failures) > 0 {
			errs.add(r, "$"+d.failures[0].path, d.failures[0].reason)
		}
		if len(d.failures) > 0 {
			clear(d.failures)
			d.failures = d.failures[:0]
		}
	}
}

func (d *jsonDecoder) recordValue(b []byte, i int, out []*types.Vector, row int) int {
	if i < len(b) && b[i] == '{' {
		return d.object(d.record, out, row, b, i)
	}
	end := d.skip(b, i, 0)
	if end < 0 {
		return end
	}
	if b[i] == 'n' {
		setNull(d.needed, out, row)
		return end
	}
	d.failures = append(d.failures, jsonFailure{"", "the record is " + jsonKindName(b[i]) + ", but should be a JSON object with the columns as members"})
	return end
}

func (d *jsonDecoder) bareValue(b []byte, i int, out []*types.Vector, row int) int {
	switch {
	case d.needed[0]:
		return d.value(d.value1, out[0], row, b, i)
	case d.spare1 != nil:
		return d.value(d.value1, d.spare1.vector(), 0, b, i)
	}
	return d.skip(b, i, 0)
}

// object reads the object at b[i] into row of the vectors, one per field. Fields
// without a member become NULL.
func (d *jsonDecoder) object(o *jsonObject, vecs []*types.Vector, row int, b []byte, i int) int {
	for w := range o.seen { // One word nearly always: not worth two calls.
		o.seen[w], o.exact[w] = 0, 0
	}
	found, way, mark := 0, uint(0), len(d.failures)
	for k := 0; ; k++ {
		var field int32
		var exact bool
		if k > 0 && i < len(b) && b[i] == '}' {
			i++
			break
		}
		var slot *jsonSlot
		if k < len(o.shape.members) {
			g := &o.shape.members[k]
			if slot = &g.slots[way%jsonWays]; !slot.at(b, i) {
				slot, way = g.other(way, b, i)
			}
		}
		if slot != nil {
			field, exact = slot.field, slot.exact
			i += int(slot.n)
			if i < len(b) && b[i] <= ' ' {
				i = skipSpace(b, i) // This time there is more white space.
			}
		} else {
			field, exact, i = d.member(o, b, i, k)
			if i < 0 {
				return -1
			}
			if field == jsonEnd {
				break
			}
		}
		if field < 0 {
			if i = d.skip(b, i, o.depth+1); i < 0 {
				return -1
			}
			continue
		}
		f, v, at := &o.fields[field], (*types.Vector)(nil), row
		if f.needed {
			v = vecs[field]
		} else {
			v, at = f.spare.vector(), 0
		}
		w, bit := field>>6, uint64(1)<<(uint(field)&63)
		if o.seen[w]&bit == 0 {
			if f.needed {
				found++
			}
		} else if !exact && o.exact[w]&bit != 0 {
			// The member with the exact name counts, wherever it stands.
			if i = d.skip(b, i, o.depth+1); i < 0 {
				return -1
			}
			continue
		} else {
			d.forget(mark, f.path)
			clearNull(v, at)
		}
		o.seen[w] |= bit
		if exact {
			o.exact[w] |= bit
		}
		failed := len(d.failures)
		if i = d.value(f.node, v, at, b, i); i < 0 {
			return -1
		}
		if len(d.failures) > failed {
			d.within(failed, f.path)
		}
	}
	if found < o.needed {
		o.setMissing(vecs, row)
	}
	return i
}

// jsonEnd is what member returns for the end of the object.
const jsonEnd = -2

// member reads what introduces the k-th member at b[i:], or the end of the
// object, and teaches the shape. It returns the field and where its value
// begins.
func (d *jsonDecoder) member(o *jsonObject, b []byte, i, k int) (field int32, exact bool, _ int) {
	from := i
	if k == 0 {
		i = skipSpace(b, i+1) // The opening brace.
		if i < len(b) && b[i] == '}' {
			return jsonEnd, false, i + 1
		}
	} else {
		i = skipSpace(b, i)
		if i < len(b) && b[i] == '}' {
			return jsonEnd, false, i + 1
		}
		if i >= len(b) || b[i] != ',' {
			return 0, false, d.fail(i, afterMember(true))
		}
		i = skipSpace(b, i+1)
	}
	if i >= len(b) || b[i] != '"' {
		return 0, false, d.fail(i, "a member name in quotes")
	}
	start := i + 1
	end, plain := d.stringEnd(b, start)
	if end < 0 {
		return 0, false, -1
	}
	name := b[start : end-1]
	if !plain {
		d.name = appendUnescaped(d.name[:0], name)
		name = d.name
	}
	field, exact, d.scratch = o.lookup(name, d.scratch)
	if i = d.colon(b, end); i < 0 {
		return 0, false, -1
	}
	o.shape.learn(k, b[from:i], field, exact)
	return field, exact, i
}

// setMissing makes the needed fields NULL that had no member.
func (o *jsonObject) setMissing(vecs []*types.Vector, row int) {
	for f := range o.fields {
		if o.fields[f].needed && o.seen[f>>6]>>(uint(f)&63)&1 == 0 {
			vecs[f].SetNull(row)
		}
	}
}

// clearNull makes row fit to be written again after it was written before.
func clearNull(v *types.Vector, row int) {
	v.Nulls.Clear(row)
	if v.Type.Kind == types.Struct {
		for _, kid := range v.Kids {
			clearNull(kid, row)
		}
	}
}

// within completes the paths of the failures from mark on by one step.
func (d *jsonDecoder) within(mark int, step string) {
	for k := range d.failures[mark:] {
		f := &d.failures[mark+k]
		f.path = step + f.path
	}
}

// forget takes back the failures from mark on inside the given step: a later
// member overrides the value.
func (d *jsonDecoder) forget(mark int, step string) {
	if len(d.failures) == mark {
		return
	}
	kept := slices.DeleteFunc(d.failures[mark:], func(f jsonFailure) bool {
		rest, ok := strings.CutPrefix(f.path, step)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
	d.failures = d.failures[:mark+len(kept)]
}

func (d *jsonDecoder) syntaxError(b []byte) string {
	found := "the end of the record"
	if d.badPos < len(b) {
		found = fmt.Sprintf("%q", b[d.badPos:min(d.badPos+1, len(b))])
	}
	return fmt.Sprintf("invalid JSON at byte %d: expected %s, found %s", d.badPos, d.want, found)
}

// jsonKindName names the kind of the value that begins with c.
func jsonKindName(c byte) string {
	switch c {
	case '"':
		return "a JSON string"
	case '{':
		return "a JSON object"
	case '[':
		return "a JSON array"
	case 't', 'f':
		return "a JSON boolean"
	case 'n':
		return "JSON null"
	}
	return "a JSON number"
}
