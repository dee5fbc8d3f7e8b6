// Package clienttest shows that Kafka's clients work against leat: its tests run the leat program as a child process, kill it and
// start it again, and let clients of others produce, consume, share work in groups, use transactions and administrate topics.
//
// It is a module of its own, so that leat does not depend on the clients that it is tested with. The Go clients (adapter_*_test.go)
// are adapters of one interface, client, and every scenario runs with each of them. Programs and clients in other languages have
// a test each, which is skipped with the reason where they are not installed: kcat, KafkaJS, @platformatic/kafka, Python's two
// clients and Java's. docs/clients.md has the table of what is tested, in which version.
package clienttest
