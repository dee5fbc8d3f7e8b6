package parser

import (
	"fmt"
	"reflect"
	"strings"
)

// dump writes a tree for goldens and comparisons: every field that is not zero,
// but for spans, source texts, directives and Name.Quoted, which Print does not
// keep.
func dump(v any) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(v), "")
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value, indent string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dumpValue(b, v.Elem(), indent)
	case reflect.Slice:
		inner := indent + "  "
		for i := range v.Len() {
			fmt.Fprintf(b, "\n%s- ", inner)
			dumpValue(b, v.Index(i), inner)
		}
	case reflect.Struct:
		if n, ok := v.Interface().(Name); ok {
			b.WriteString(QuoteIdent(n.Text))
			return
		}
		dumpStruct(b, v, indent)
	case reflect.String:
		fmt.Fprintf(b, "%q", v.String())
	default:
		fmt.Fprintf(b, "%v", v.Interface())
	}
}

func dumpStruct(b *strings.Builder, v reflect.Value, indent string) {
	t := v.Type()
	b.WriteString(t.Name())
	inner := indent + "  "
	for i := range t.NumField() {
		f := t.Field(i)
		enum, isEnum := v.Field(i).Interface().(fmt.Stringer)
		isEnum = isEnum && f.Type.Kind() == reflect.Int && enum.String() != ""
		if f.Anonymous || f.Type == reflect.TypeFor[Span]() || v.Field(i).IsZero() && !isEnum && f.Type.Kind() != reflect.Struct {
			continue
		}
		fmt.Fprintf(b, "\n%s%s:", inner, f.Name)
		if f.Type.Kind() != reflect.Slice {
			b.WriteByte(' ')
		}
		dumpValue(b, v.Field(i), inner)
	}
}

// dumpSpans lists the nodes of a tree, each with its span and text.
func dumpSpans(src string, n Node) string {
	var b strings.Builder
	Walk(n, func(n Node) bool {
		at := n.Span()
		fmt.Fprintf(&b, "%d:%d %s %s\n", at.Line, at.Col, reflect.TypeOf(n).Elem().Name(), src[at.Start:at.End])
		return true
	})
	return b.String()
}
