package planner

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/leatdb/leat/format"
	"github.com/leatdb/leat/parser"
	"github.com/leatdb/leat/planner/plan"
	"github.com/leatdb/leat/types"
)

// keyOrValue tells the two formats of a source apart in property names.
type keyOrValue string

const (
	keyPart   keyOrValue = "KEY"
	valuePart keyOrValue = "VALUE"
)

// bindFormat returns the format of the part, as WITH says or as inherited.
// Properties are inherited with their format only.
func (b *binder) bindFormat(w with, part keyOrValue, inherited plan.Format) (plan.Format, error) {
	f := inherited.Inherited()
	for _, name := range []string{"FORMAT", string(part) + "_FORMAT"} {
		v, ok := w[name]
		if !ok {
			continue
		}
		given := strings.ToUpper(v.text)
		if err := b.checkFormatName(v.at, given); err != nil {
			return f, err
		}
		if given != f.Name {
			f = plan.Format{Name: given}
		}
	}
	if w.has("FORMAT") && w.has(string(part)+"_FORMAT") {
		return f, errorf(w.at(string(part)+"_FORMAT"), "FORMAT and %s_FORMAT exclude each other", part).
			hint("FORMAT sets the formats of key and value; use KEY_FORMAT and VALUE_FORMAT to set them apart")
	}
	return f, bindFormatProperties(w, part, &f)
}

// bindFormatProperties sets the properties of the format that WITH has.
func bindFormatProperties(w with, part keyOrValue, f *plan.Format) error {
	const oldName = "VALUE_AVRO_SCHEMA_FULL_NAME"
	if old, ok := w[oldName]; ok && part == valuePart {
		if w.has("VALUE_SCHEMA_FULL_NAME") {
			return errorf(old.at, "%s and VALUE_SCHEMA_FULL_NAME are the same property", oldName).hint("leave out %s", oldName)
		}
		if f.Name != "AVRO" {
			return errorf(old.at, "%s is for AVRO, and the format here is %s", oldName, f.Name)
		}
	}
	for _, name := range []string{format.PropertyDelimiter, format.PropertySchemaID, format.PropertyFullName, format.PropertyNullable} {
		v, ok := w[string(part)+"_"+name]
		if !ok && name == format.PropertyFullName && part == valuePart {
			v, ok = w[oldName]
		}
		if !ok {
			continue
		}
		text := v.text
		switch name {
		case format.PropertySchemaID:
			text = strconv.FormatInt(v.number, 10)
		case format.PropertyNullable:
			text = strings.ToUpper(text)
		}
		c, known := format.Lookup(f.Name)
		if !known {
			continue
		}
		if err := c.Check(format.Spec{Name: f.Name, Properties: map[string]string{name: text}, IsKey: part == keyPart}); err != nil {
			return errorf(v.at, "%s", err)
		}
		if f.Properties == nil {
			f.Properties = map[string]string{}
		}
		f.Properties[name] = text
	}
	return nil
}

func (b *binder) checkFormatName(at parser.Node, name string) error {
	c, ok := format.Lookup(name)
	if !ok {
		return errorf(at, "there is no format %s", name).
			hint("%s", didYouMean(name, format.Names(), "the formats are "+list(format.Names(), "and")))
	}
	if c.Registry != "" && b.options.Registry == nil {
		return errorf(at, "format %s needs a schema registry, and there is none", name).hint("use a format such as JSON or DELIMITED")
	}
	return nil
}

// wrapSingle sets WRAP_SINGLE_VALUE: as WITH says, else as the session's
// default where the value has one column and the format lets choose.
func (b *binder) wrapSingle(w with, f *plan.Format, columns int) {
	if v, ok := w["WRAP_SINGLE_VALUE"]; ok {
		f.WrapSingle = &v.flag
		return
	}
	c, _ := format.Lookup(f.Name)
	if text := b.session.property(propWrapSingle); text != "" && columns == 1 && c != nil && c.Wrap && c.Unwrap {
		wrap := strings.EqualFold(text, "true")
		f.WrapSingle = &wrap
	}
}

// checkFormats holds that the formats can carry the columns.
func checkFormats(w with, at parser.Node, schema *types.Schema, key, value plan.Format) error {
	if err := checkCarries(key, schema.Key, true); err != nil {
		return errorf(w.formatAt(keyPart, at), "%s", err)
	}
	if err := checkCarries(value, schema.Value, false); err != nil {
		return errorf(w.formatAt(valuePart, at), "%s", err)
	}
	return nil
}

func (w with) formatAt(part keyOrValue, otherwise parser.Node) parser.Node {
	for _, name := range []string{string(part) + "_FORMAT", "FORMAT"} {
		if v, ok := w[name]; ok {
			return v.at
		}
	}
	return otherwise
}

func checkCarries(f plan.Format, columns []types.Column, isKey bool) error {
	c, ok := format.Lookup(f.Name)
	if !ok {
		return fmt.Errorf("there is no format %s", f.Name)
	}
	return c.Check(format.Spec{Name: f.Name, Properties: f.Properties, WrapSingle: f.WrapSingle, IsKey: isKey, Columns: columns})
}

// carries tells whether the format can carry the columns.
func carries(f plan.Format, columns []types.Column, isKey bool) bool {
	return checkCarries(f, columns, isKey) == nil
}

// sameFormat tells whether two formats write the same bytes.
func sameFormat(a, b plan.Format) bool {
	return a.Name == b.Name && maps.Equal(a.Properties, b.Properties) && wraps(a) == wraps(b)
}

// wraps tells whether a single value is written as a record with one field.
func wraps(f plan.Format) bool {
	if f.WrapSingle != nil {
		return *f.WrapSingle
	}
	c, ok := format.Lookup(f.Name)
	return ok && c.WrapDefault
}
