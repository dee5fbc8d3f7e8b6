// Package acls says what Kafka's clients may do: access rules as Kafka has them, and the roles of users.
//
// Of all that says something about a principal and a resource, in this order:
//
//  1. Super users and users with the role admin may do everything.
//  2. A rule that denies forbids.
//  3. A rule that allows, or the role of the user, allows.
//  4. If there are no rules for the resource, Options.AllowUnmatched decides.
//  5. All else is forbidden.
//
// To allow READ, WRITE, DELETE or ALTER allows DESCRIBE, too, and ALTER_CONFIGS allows DESCRIBE_CONFIGS. Rules are properties of the
// log, durable when Create or Delete returns.
package acls
