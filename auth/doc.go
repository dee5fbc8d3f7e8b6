// Package auth knows who may come in: users, their passwords and their roles.
//
// A user has credentials as SCRAM keeps them (RFC 5802): salt, iterations and two keys derived from the password, never the
// password. One such credential answers SCRAM, where the password is not sent, and everything that sends it: SASL PLAIN, HTTP
// basic. Users are kept in the log, in a file, or both; see Open.
//
//	users, err := auth.Open(db.Log(), auth.Options{File: "users.txt"})
//	...
//	user, err := users.Verify(ctx, name, password) // auth.ErrDenied
//	if !user.Role.Includes(auth.Write) { ... }
//
// What a role allows is up to who asks: the HTTP API, or kafka/acls for Kafka's clients.
package auth
