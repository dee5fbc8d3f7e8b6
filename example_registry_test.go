package leat_test

import (
	"context"
	"fmt"
	"log"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/format/registry"
)

// A schema that is registered from Go describes the columns of a stream.
func Example_registry() {
	ctx := context.Background()
	db, err := leat.OpenMem(ctx)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	v, err := db.Schemas().Register(ctx, "users-value", registry.Schema{Type: registry.Avro,
		Text: `{"type":"record","name":"User","fields":[{"name":"NAME","type":["null","string"]}]}`})
	if err != nil {
		log.Fatal(err)
	}
	_, err = db.Exec(ctx, `CREATE STREAM users WITH (KAFKA_TOPIC='users', PARTITIONS=1, KEY_FORMAT='NONE', VALUE_FORMAT='AVRO');`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v.Subject, v.Version, v.ID)
	// Output: users-value 1 1
}
