package registry

import (
	"fmt"

	"github.com/hamba/avro/v2"
)

// readAvro parses the text of one Avro schema; cache holds the named schemas it may
// refer to, and gets its own. The library panics on some texts that are no schema,
// such as a field that has a default and a union of nothing as its type, and texts
// come from users.
func readAvro(text string, cache *avro.SchemaCache) (s avro.Schema, err error) {
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, fmt.Errorf("the text is no Avro schema: %v", p)
		}
	}()
	return avro.ParseWithCache(text, "", cache)
}
