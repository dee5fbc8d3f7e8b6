// Package shell is leat's interactive shell and the drawing of results for
// people: the prompt on go-prompt, tables that fit the terminal, and the
// commands that are not SQL. It talks to an engine in this process or, over
// HTTP, to a server, through the same [Engine] interface.
package shell
