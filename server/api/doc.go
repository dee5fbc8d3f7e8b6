// Package api holds the requests and responses of leat's HTTP API as Go
// structs. Paths, field names and codes are those of ksqlDB's REST API, so that
// its clients work unchanged.
package api
