// Package server answers leat's HTTP API: statements, queries as streams of
// rows, and information about the server. It translates between package api and
// the sessions of [leat.DB]; it decides nothing itself.
package server
