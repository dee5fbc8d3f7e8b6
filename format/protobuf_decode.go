package format

import (
	"bytes"
	"fmt"

	"github.com/leatdb/leat/types"
)

// protobufDecoder reads messages into columns. Records of one schema and message
// begin with the same bytes, so those of the last record tell whether its node
// still fits; other nodes wait in a map by these bytes.
type protobufDecoder struct {
	spec   Spec
	framed bool
	needed []bool

	head  []byte // Frame and message index of the present node.
	root  *protobufNode
	bad   string
	nodes map[string]protobufCompiled

	path, reason string // The failure of the present record; path grows inside out.
}

type protobufCompiled struct {
	root *protobufNode
	bad  string
}

func (d *protobufDecoder) Decode(in *types.Spans, rows []uint32, out []*types.Vector, errs *Errors) {
	nullUnneeded(d.needed, out)
	for _, r := range rows {
		b, ok := in.At(int(r))
		if !ok {
			setNull(d.needed, out, int(r))
			continue
		}
		if d.nodes == nil || !d.framed && d.root == nil && d.bad == "" || d.framed && (len(d.head) == 0 || !bytes.HasPrefix(b, d.head)) {
			reason, err := d.use(b)
			if errs.Unavailable = err; err != nil {
				return
			}
			if reason != "" {
				errs.add(r, "", reason)
				continue
			}
		}
		if d.bad != "" {
			errs.add(r, "", d.bad)
			continue
		}
		d.path, d.reason = "", ""
		if !d.message(d.root, out, int(r), b[len(d.head):], 0) {
			errs.add(r, "$"+d.path, d.reason)
		}
	}
}

// use makes the node of the record's schema and message the present one. The
// error is that the registry cannot be asked for it.
func (d *protobufDecoder) use(b []byte) (reason string, err error) {
	if d.nodes == nil {
		d.nodes = map[string]protobufCompiled{}
	}
	end := 0
	if d.framed {
		if _, reason = unframe(b); reason != "" {
			return reason, nil
		}
		steps, i := avroLong(b, frameSize)
		for k := int64(0); k < steps && i >= 0; k++ {
			_, i = avroLong(b, i)
		}
		if i < 0 {
			return "the index of the message cannot be read", nil
		}
		end = i
	}
	c, known := d.nodes[string(b[:end])]
	if !known {
		if c.root, err = d.compile(b[:end]); unavailable(err) {
			return "", err
		} else if err != nil {
			c.bad = err.Error()
		}
		if len(d.nodes) == maxNodes {
			clear(d.nodes)
		}
		d.nodes[string(b[:end])] = c
	}
	d.head, d.root, d.bad = append(d.head[:0], b[:end]...), c.root, c.bad
	return "", nil
}

func (d *protobufDecoder) compile(head []byte) (*protobufNode, error) {
	id := unframedID
	if d.framed {
		id, _ = unframe(head)
	}
	s, err := readerSchema(&d.spec, id)
	if err != nil {
		return nil, err
	}
	file, err := parseProtobuf(&d.spec, s)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	m, err := protobufMessage(&d.spec, file)
	if d.framed {
		m, _, err = messageAt(file, head, frameSize)
	}
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	n, err := newProtobufNode(m, fieldsOf(d.spec.Columns), d.needed)
	if err != nil {
		return nil, fmt.Errorf("schema %d: message %s: %w", id, m.FullName(), err)
	}
	return n, nil
}

func (d *protobufDecoder) fail(reason string) bool {
	d.reason = reason
	return false
}

func (d *protobufDecoder) cut() int {
	d.reason = "the record ends within a value"
	return -1
}
