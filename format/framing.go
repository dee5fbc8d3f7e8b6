package format

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/types"
)

// Records of formats with a registry begin with a frame that names the schema
// they were written with:
//
//	+---+----------------+------------- ...
//	| 0 | id, big-endian | body
//	+---+----------------+------------- ...
//	 1   4 bytes
//
// Schemas without a subject (keys of internal topics, keys that are only
// compared) are nowhere registered; their id is 0, and whoever reads them makes
// the same schema from the same columns.
const (
	frameSize  = 5
	unframedID = 0
)

// unframe returns the id in front of b; reason says why there is none.
func unframe(b []byte) (id int, reason string) {
	if len(b) < frameSize {
		return 0, fmt.Sprintf("the record has %d bytes, too few for the id of a schema", len(b))
	}
	if b[0] != 0 {
		return 0, fmt.Sprintf("the record begins with byte %d where the id of a schema begins with 0: it was not written with a schema registry", b[0])
	}
	return int(binary.BigEndian.Uint32(b[1:])), ""
}

func appendFrame(dst []byte, id int) []byte {
	return binary.BigEndian.AppendUint32(append(dst, 0), uint32(id))
}

// errNoRegistry is the error of formats that need a registry and have none.
var errNoRegistry = errors.New("there is no schema registry")

// writerSchema returns the schema that a format writes with and its id: the one
// asked for by SCHEMA_ID, else the one made from the columns, which is registered
// unless the format has no subject.
func writerSchema(spec *Spec) (registry.Schema, int, error) {
	if id, ok, err := spec.schemaID(); err != nil || ok {
		if err != nil {
			return registry.Schema{}, 0, err
		}
		if spec.Registry == nil {
			return registry.Schema{}, 0, errNoRegistry
		}
		s, err := spec.Registry.ByID(spec.context(), id)
		return s, id, err
	}
	s, err := SchemaOf(*spec)
	if err != nil || spec.Subject == "" {
		return s, unframedID, err
	}
	if spec.Registry == nil {
		return s, 0, errNoRegistry
	}
	v, err := spec.Registry.Register(spec.context(), spec.Subject, s)
	return v.Schema, v.ID, err
}

// readerSchema returns the schema with the id in front of a record.
func readerSchema(spec *Spec, id int) (registry.Schema, error) {
	if id == unframedID {
		return SchemaOf(*spec)
	}
	if spec.Registry == nil {
		return registry.Schema{}, errNoRegistry
	}
	return spec.Registry.ByID(spec.context(), id)
}

// unavailable tells whether an error says that the registry cannot be asked now.
func unavailable(err error) bool {
	return errors.Is(err, registry.ErrUnavailable) || errors.Is(err, context.Canceled)
}

// schemaID returns the property SCHEMA_ID, if there is one.
func (s *Spec) schemaID() (int, bool, error) {
	text, ok := s.Properties[PropertySchemaID]
	if !ok {
		return 0, false, nil
	}
	id, err := strconv.Atoi(text)
	if err != nil || id < 1 {
		return 0, false, fmt.Errorf("%s_SCHEMA_ID %q is not the id of a schema", upperRole(s.IsKey), text)
	}
	return id, true, nil
}

// refusing is the encoder of a format that cannot write; every row fails with
// the reason. NewEncoder reports it before there are rows, unless it may pass.
type refusing struct{ err error }

func (r *refusing) Encode(_ []*types.Vector, rows []uint32, _ types.Bitmap, out *types.Spans, errs *Errors) {
	if unavailable(r.err) {
		errs.Unavailable = r.err
	}
	for _, row := range rows {
		out.AppendNull()
		if errs.Unavailable == nil {
			errs.add(row, "", r.err.Error())
		}
	}
}

// NewEncoder makes the encoder of a topic: it registers the schema it writes
// with, and reports why nothing can be written with it. When the registry cannot
// be asked, that is told by what the encoder does; one that is made later may work.
func NewEncoder(spec Spec) (Encoder, error) {
	f, err := New(spec)
	if err != nil {
		return nil, err
	}
	e := f.NewEncoder()
	if r, ok := e.(*refusing); ok && !unavailable(r.err) {
		return nil, r.err
	}
	return e, nil
}
