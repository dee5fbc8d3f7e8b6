package function

import "github.com/leatdb/leat/types"

// findRow returns the first row of span in v that equals row j of w, or -1.
func findRow(v *types.Vector, span types.Span, w *types.Vector, j int) int {
	for k := range span.Len {
		if e := int(span.Start + k); types.EqualAt(v, e, w, j) {
			return e
		}
	}
	return -1
}

// ordered tells whether values of the type have an order.
func ordered(t *types.Type) bool { return !t.Kind.Nested() }

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
