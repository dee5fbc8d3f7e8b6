// Package client talks to a leat server the way a program talks to a
// leat.Session in its own process: the same calls, the same results, the same
// errors with their places. The session's state is kept here and goes with each
// request.
package client
