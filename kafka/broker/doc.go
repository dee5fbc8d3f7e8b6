// Package broker answers Kafka's clients: the Kafka wire protocol in front of a log.Log.
//
//	l, err := net.Listen("tcp", "localhost:9092")
//	err = broker.Serve(ctx, db.Log(), l, broker.Options{}) // until ctx ends
//
// There is one file per API of the protocol, numbered with its key; each opens with the versions that are served and what
// they do. dispatch.go lists them. docs/design/kafka-broker.md says how connections work and what bounds their memory.
package broker
