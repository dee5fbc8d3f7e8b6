package planner

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/leatdb/leat/catalog"
	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/format/registry"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// registered tells whether records in the format name a schema of the registry.
func registered(f plan.Format) bool {
	c, ok := format.Lookup(f.Name)
	return ok && c.Registry != ""
}

// described tells whether the format takes its columns from a registry that
// has the subject.
func (b *binder) described(at parser.Node, name, subject string) (bool, error) {
	if b.options.Registry == nil || !registered(plan.Format{Name: name}) {
		return false, nil
	}
	_, ok, err := b.latestSchema(at, subject)
	return ok, err
}

// latestSchema returns the newest version of a subject, if there is one.
func (b *binder) latestSchema(at parser.Node, subject string) (v registry.Version, ok bool, err error) {
	v, err = b.options.Registry.Version(b.ctx, subject, registry.Latest)
	switch {
	case errors.Is(err, registry.ErrUnknown):
		return v, false, nil
	case err != nil:
		return v, false, registryError(at, err)
	}
	return v, true, nil
}

// registryError is what the registry says about a statement.
func registryError(at parser.Node, err error) error {
	e := errorf(at, "%s", err)
	e.Cause = err
	if errors.Is(err, registry.ErrUnavailable) {
		return e.hint("try again when the schema registry answers")
	}
	return e
}

// spec is what the format of a part has to carry.
func (b *binder) spec(f plan.Format, part keyOrValue, columns []types.Column) format.Spec {
	return format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: part == keyPart, Columns: columns,
		Registry: b.options.Registry, Context: b.ctx}
}

// inferColumns takes the columns of key and value that are not declared from the
// registry, where the format allows it.
func (b *binder) inferColumns(s *parser.CreateSource, w with, src *catalog.Source) error {
	if v, ok := w["WRAP_SINGLE_VALUE"]; ok {
		src.ValueFormat.WrapSingle = &v.flag // Says what the schema describes.
	}
	if err := b.inferPart(s, w, keyPart, registry.KeySubject(src.Topic), src.KeyFormat, &src.Schema.Key); err != nil {
		return err
	}
	if err := b.inferPart(s, w, valuePart, registry.ValueSubject(src.Topic), src.ValueFormat, &src.Schema.Value); err != nil {
		return err
	}
	nameKeySchema(src)
	seen := map[string]bool{}
	for _, c := range src.Schema.Columns() {
		if seen[c.Name] {
			return errorf(&s.Name, "there are two columns %s, at least one of them from a schema", quote(c.Name)).hint("declare the columns, or rename one")
		}
		seen[c.Name] = true
	}
	return nil
}

func (b *binder) inferPart(s *parser.CreateSource, w with, part keyOrValue, subject string, f plan.Format, columns *[]types.Column) error {
	id, hasID := w[string(part)+"_SCHEMA_ID"]
	if len(*columns) > 0 {
		if hasID {
			return errorf(id.at, "%s_SCHEMA_ID excludes %s columns, which are declared: %s", part, strings.ToLower(string(part)), quote((*columns)[0].Name)).
				hint("leave out the columns, which the schema describes, or the property")
		}
		return nil
	}
	if !registered(f) {
		return nil
	}
	schema, at, err := b.schemaFor(w, part, subject, f)
	if err != nil {
		return err
	}
	if at == nil {
		at = &s.Name
	}
	inferred, err := format.ColumnsOf(b.spec(f, part, nil), schema, hasID)
	if err == nil {
		err = format.CheckFullName(b.spec(f, part, nil), schema)
	}
	if err != nil {
		return errorf(at, "columns cannot be taken from the schema of subject %s: %s", subject, err).hint("declare the columns")
	}
	for i := range inferred {
		if isPseudo(inferred[i].Name) {
			return errorf(at, "the schema of subject %s has a field %s, which cannot be the name of a column", subject, inferred[i].Name).
				hint("declare the columns without it")
		}
	}
	*columns = inferred
	return nil
}

// schemaFor finds the schema that describes the part of a source: the one asked
// for, or the subject's latest.
func (b *binder) schemaFor(w with, part keyOrValue, subject string, f plan.Format) (registry.Schema, parser.Node, error) {
	if text, ok := f.Properties[format.PropertySchemaID]; ok {
		at := w.at(string(part) + "_SCHEMA_ID")
		s, err := b.schemaByID(at, text)
		return s, at, err
	}
	format := w.formatAt(part, w.at("KAFKA_TOPIC"))
	v, ok, err := b.latestSchema(format, subject)
	if err == nil && !ok {
		err = errorf(format, "no %s columns are declared, and the schema registry has no subject %s to take them from",
			strings.ToLower(string(part)), subject).
			hint("declare the columns, register a schema, or choose another %s_FORMAT", part)
	}
	return v.Schema, nil, err
}

func (b *binder) schemaByID(at parser.Node, text string) (registry.Schema, error) {
	id, err := strconv.Atoi(text)
	if err != nil {
		return registry.Schema{}, errorf(at, "%s is not the id of a schema", text)
	}
	s, err := b.options.Registry.ByID(b.ctx, id)
	switch {
	case errors.Is(err, registry.ErrUnknown):
		return s, errorf(at, "%s", err).hint("register the schema first, or leave the property out")
	case err != nil:
		return s, registryError(at, err)
	}
	return s, nil
}

// nameKeySchema gives the records that keys are in AVRO the name of their source.
func nameKeySchema(src *catalog.Source) {
	f := &src.KeyFormat
	if f.Name != "AVRO" || f.Properties[format.PropertyFullName] != "" || f.Properties[format.PropertySchemaID] != "" {
		return
	}
	properties := map[string]string{format.PropertyFullName: format.AvroKeyName(src.Name)}
	for name, value := range f.Properties {
		properties[name] = value
	}
	f.Properties = properties
}

// sourceSchemas are the schemas of declared columns whose subjects are missing.
// Subjects that exist describe what others write; they are left alone.
func (b *binder) sourceSchemas(s *parser.CreateSource, w with, src *catalog.Source) ([]Registration, error) {
	var out []Registration
	for _, p := range sourceParts(src) {
		if !registered(p.format) || len(p.columns) == 0 || p.format.Properties[format.PropertySchemaID] != "" {
			continue
		}
		if _, exists, err := b.latestSchema(w.formatAt(p.part, &s.Name), p.subject); err != nil {
			return nil, err
		} else if exists {
			continue
		}
		schema, err := format.SchemaOf(b.spec(p.format, p.part, p.columns))
		if err != nil {
			return nil, errorf(w.formatAt(p.part, &s.Name), "%s", err)
		}
		out = append(out, Registration{p.subject, schema})
	}
	return out, nil
}

// sourcePart is the key or the value of a source.
type sourcePart struct {
	part    keyOrValue
	subject string
	format  plan.Format
	columns []types.Column
}

func sourceParts(src *catalog.Source) [2]sourcePart {
	return [2]sourcePart{
		{keyPart, registry.KeySubject(src.Topic), src.KeyFormat, src.Schema.Key},
		{valuePart, registry.ValueSubject(src.Topic), src.ValueFormat, src.Schema.Value},
	}
}

// sinkSchemas are the schemas to register for a result. They must be compatible
// with those its topic has had. The source returned is src with the schemas that
// its topic has already: of keys, which keep theirs, and where insert is set of
// values.
func (b *binder) sinkSchemas(name *parser.Name, w with, src *catalog.Source, insert bool) (*catalog.Source, []Registration, error) {
	pinned := *src
	var out []Registration
	for _, p := range sourceParts(src) {
		if !registered(p.format) || len(p.columns) == 0 {
			continue
		}
		at := w.formatAt(p.part, name)
		if p.part == keyPart || insert {
			f, err := b.pin(at, p, !insert)
			if err != nil {
				return nil, nil, err
			}
			if p.part == keyPart {
				pinned.KeyFormat = f
			} else {
				pinned.ValueFormat = f
			}
			if f.Properties[format.PropertySchemaID] != p.format.Properties[format.PropertySchemaID] {
				continue
			}
		}
		schema, err := b.sinkSchema(at, w, p)
		if err != nil {
			return nil, nil, err
		}
		fresh, err := b.mayRegister(at, p.subject, schema)
		if err != nil {
			return nil, nil, err
		}
		if fresh {
			out = append(out, Registration{p.subject, schema})
		}
	}
	return &pinned, out, nil
}

// pin returns the format with the schema that the subject has for the columns.
func (b *binder) pin(at parser.Node, p sourcePart, exact bool) (plan.Format, error) {
	spec := b.spec(p.format, p.part, p.columns)
	spec.Subject = p.subject
	spec, err := format.Pinned(spec, exact)
	switch {
	case errors.Is(err, format.ErrKeyChanges):
		return p.format, errorf(at, "%s", err).hint("write into another topic, or with the columns that its keys have")
	case err != nil:
		return p.format, registryError(at, err)
	}
	p.format.Properties = spec.Properties
	return p.format, nil
}

// sinkSchema is the schema that a part is written with: the one asked for, or
// that of the columns.
func (b *binder) sinkSchema(at parser.Node, w with, p sourcePart) (registry.Schema, error) {
	id, ok := p.format.Properties[format.PropertySchemaID]
	if !ok {
		schema, err := format.SchemaOf(b.spec(p.format, p.part, p.columns))
		if err != nil {
			return schema, errorf(at, "%s", err)
		}
		return schema, nil
	}
	asked := w.at(string(p.part) + "_SCHEMA_ID")
	if asked == nil {
		asked = at // The target of an INSERT has it.
	}
	schema, err := b.schemaByID(asked, id)
	if err != nil {
		return schema, err
	}
	return schema, b.sameColumns(asked, p, schema)
}

// mayRegister holds that the schema can be a version of the subject, and tells
// whether it is none yet.
func (b *binder) mayRegister(at parser.Node, subject string, s registry.Schema) (fresh bool, err error) {
	if _, err = b.options.Registry.Find(b.ctx, subject, s); err == nil {
		return false, nil
	}
	if errors.Is(err, registry.ErrUnknown) {
		err = b.options.Registry.CheckCompatible(b.ctx, subject, s)
	}
	switch {
	case errors.Is(err, registry.ErrIncompatible):
		return false, errorf(at, "%s", err).hint("write into another topic, or keep the columns as they were")
	case err != nil:
		return false, registryError(at, err)
	}
	return true, nil
}

// sameColumns holds that the columns are those that the schema begins with.
func (b *binder) sameColumns(at parser.Node, p sourcePart, schema registry.Schema) error {
	have, err := format.ColumnsOf(b.spec(p.format, p.part, nil), schema, true)
	if err == nil {
		err = format.CheckFullName(b.spec(p.format, p.part, nil), schema)
	}
	if err != nil {
		return errorf(at, "the schema cannot be written: %s", err)
	}
	var wrong []string
	bare := len(have) == 1 && len(p.columns) == 1 && (have[0].Name == format.BareKey || have[0].Name == format.BareValue)
	for i, c := range p.columns {
		if i >= len(have) || !c.Type.Equal(have[i].Type) || c.Name != have[i].Name && !bare {
			wrong = append(wrong, fmt.Sprintf("%s %s", quote(c.Name), c.Type))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	var described []string
	for _, c := range have {
		described = append(described, fmt.Sprintf("%s %s", quote(c.Name), c.Type))
	}
	return errorf(at, "these %s columns are changed, missing or reordered in the schema: %s; the schema has %s",
		strings.ToLower(string(p.part)), strings.Join(wrong, ", "), strings.Join(described, ", ")).
		hint("select the columns of the schema, in its order")
}
