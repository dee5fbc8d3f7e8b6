package leat

import (
	"reflect"
	"strings"
	"sync"
)

// goFields are the fields of a Go struct that stand for columns: exported, not
// tagged `leat:"-"`, those of embedded structs in place. A field stands for the
// column of its tag (`leat:"NAME"`, exactly), or else for the one of its name, where
// neither case nor underscores count: PageViews is PAGE_VIEWS.
type goFields struct {
	tagged map[string][]int // Column name → index of the field.
	named  map[string][]int // Folded field name → index of the field.
}

// find returns the index of the field for a column, or nil.
func (f *goFields) find(column string) []int {
	if i, ok := f.tagged[column]; ok {
		return i
	}
	return f.named[foldName(column)]
}

func foldName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// structs remembers the fields of the types seen so far.
var structs sync.Map // reflect.Type → *goFields

func structFields(t reflect.Type) *goFields {
	if f, ok := structs.Load(t); ok {
		return f.(*goFields)
	}
	f := &goFields{tagged: map[string][]int{}, named: map[string][]int{}}
	for _, sf := range reflect.VisibleFields(t) {
		tag := sf.Tag.Get("leat")
		switch {
		case !sf.IsExported() || tag == "-" || throughPointer(t, sf.Index):
		case tag != "":
			f.tagged[tag] = sf.Index
		case sf.Anonymous && sf.Type.Kind() == reflect.Struct: // Its fields follow.
		default:
			f.named[foldName(sf.Name)] = sf.Index
		}
	}
	got, _ := structs.LoadOrStore(t, f)
	return got.(*goFields)
}

// unknown returns the name of a field that stands for none of the columns, or "".
func (f *goFields) unknown(t reflect.Type, columns []string) string {
	left := map[string]bool{}
	for _, fields := range []map[string][]int{f.tagged, f.named} {
		for _, i := range fields {
			left[t.FieldByIndex(i).Name] = true
		}
	}
	for _, c := range columns {
		if i := f.find(c); i != nil {
			delete(left, t.FieldByIndex(i).Name)
		}
	}
	return firstKey(left)
}

// throughPointer tells whether a field is reached through an embedded pointer,
// which may be nil.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		t = t.Field(i).Type
		if t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}
