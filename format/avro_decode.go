package format

import (
	"fmt"

	"github.com/hamba/avro/v2"

	"github.com/leatdb/leat/types"
)

// avroDecoder reads records into columns, guided by the schema each was written
// with. Records of one schema come in runs, so the node of the last one is kept
// at hand; the others wait in a map.
type avroDecoder struct {
	spec    Spec
	wrapped bool
	needed  []bool

	id    int
	root  *avroNode
	bad   string // Why records of the schema cannot be read, or "".
	nodes map[int]avroCompiled

	path, reason string // The failure of the present record; path grows inside out.
	scratch      []byte
}

type avroCompiled struct {
	root *avroNode
	bad  string
}

// maxNodes bounds how many schemas a decoder keeps at hand. Records name theirs, and
// a topic that is no topic of the format names any number of them.
const maxNodes = 1024

// maxAvroDepth bounds how deep values may be nested in each other.
const maxAvroDepth = 256

func (d *avroDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		id, reason := unframe(b)
		if reason == "" && id != d.id {
			if errs.Unavailable = d.use(id); errs.Unavailable != nil {
				return
			}
		}
		if reason == "" {
			reason = d.bad
		}
		if reason != "" {
			errs.add(r, "", reason)
			continue
		}
		d.path, d.reason = "", ""
		i := d.record(b, out, int(r))
		if i >= 0 && i != len(b) {
			d.fail(fmt.Sprintf("%d bytes are left over behind the record", len(b)-i))
			i = -1
		}
		if i < 0 {
			errs.add(r, "$"+d.path, d.reason)
		}
	}
}

// use makes the node of the schema with the id the present one. The error is that
// the registry cannot be asked for it.
func (d *avroDecoder) use(id int) error {
	c, known := d.nodes[id]
	if !known {
		var err error
		if c.root, err = d.compile(id); unavailable(err) {
			return err
		} else if err != nil {
			c.bad = err.Error()
		}
		if d.nodes == nil {
			d.nodes = map[int]avroCompiled{}
		}
		if len(d.nodes) == maxNodes {
			clear(d.nodes)
		}
		d.nodes[id] = c
	}
	d.id, d.root, d.bad = id, c.root, c.bad
	return nil
}

func (d *avroDecoder) compile(id int) (*avroNode, error) {
	s, err := readerSchema(&d.spec, id)
	if err != nil {
		return nil, err
	}
	parsed, err := parseAvro(&d.spec, s)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	root, err := compileAvro(parsed, d.spec.Columns, d.needed, d.wrapped)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	return root, nil
}

// record reads a whole record behind its frame and returns where it ends, or -1.
func (d *avroDecoder) record(b []byte, out []*types.Vector, row int) int {
	n, i := d.root, frameSize
	if !d.wrapped {
		return d.value(n, out[0], row, b, i, 0)
	}
	if n.kind == avro.Union {
		var k int
		if k, i = d.branch(n, b, i); i < 0 {
			return -1
		}
		if n = n.branches[k].node; n.kind == avro.Null {
			setNull(d.needed, out, row)
			return i
		}
	}
	return d.fields(n, out, row, b, i, 0)
}

// fail notes why the record cannot be read and returns -1.
func (d *avroDecoder) fail(reason string) int {
	d.reason = reason
	return -1
}

// cut is fail for a record that ends too early.
func (d *avroDecoder) cut() int { return d.fail("the record ends within a value") }
