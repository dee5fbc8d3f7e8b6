package sqltest

import (
	"bytes"
	"slices"

	"github.com/leatdb/leat/parser"
)

// CaseModes are the ways in which cases can run. The first is the way the cases
// are written for: record by record, every change at once, in one partition.
var CaseModes = []Mode{
	{Name: "straight", Partitions: 1},
	{Name: "batch", Partitions: 1, Batch: true},
	{Name: "restart", Partitions: 1, Restart: true},
	{Name: "cache", Partitions: 1, Batch: true, Cache: true},
	{Name: "4-partitions", Partitions: 4},
	{Name: "tiny-memory", Partitions: 1, Batch: true, Memory: "64KiB"},
}

// straight is the mode of tests that say nothing about modes.
var straight = CaseModes[0]

// ModeNames are the names of the modes that Suite.Mode takes.
func ModeNames() (names []string) {
	for _, m := range slices.Concat(CaseModes, Modes) {
		if !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

// caseMode is the mode that cases run in.
func (s *Suite) caseMode() Mode {
	for _, m := range CaseModes {
		if m.Name == s.Mode {
			return m
		}
	}
	return straight
}

// undefined says why the results of a case in a mode are not defined to be those
// that the case tells; empty when they are.
func (c *Case) undefined(m Mode) string {
	if m.Partitions == 1 {
		return ""
	}
	reason := ""
	for _, rec := range c.Outputs {
		for _, name := range []string{"ROWPARTITION", "ROWOFFSET"} {
			if bytes.Contains(rec.Value, []byte(name)) {
				reason = "it reads " + name
			}
		}
	}
	for _, sql := range c.Statements {
		stmts, err := parser.Parse(sql)
		if err != nil {
			continue // The engine reports it.
		}
		for _, s := range stmts {
			parser.Walk(s, func(n parser.Node) bool {
				if why := c.needsOnePartition(n); why != "" {
					reason = why
				}
				return reason == ""
			})
		}
	}
	return reason
}

// needsOnePartition says why what n says depends on what else is in the
// partition of a row; empty when only rows of its key count. Stream time does:
// it is that of the rows in one partition.
func (c *Case) needsOnePartition(n parser.Node) string {
	switch n := n.(type) {
	case *parser.Column:
		if n.Name.Text == "ROWPARTITION" || n.Name.Text == "ROWOFFSET" {
			return "it reads " + n.Name.Text
		}
	case *parser.Select:
		if n.Emit == parser.EmitFinal {
			return "EMIT FINAL depends on the stream time of the partition"
		}
		if n.Window != nil && c.goesBack() {
			return "which rows are late for a window depends on the stream time of the partition"
		}
	case *parser.Join:
		switch {
		case n.Within == nil:
		case n.Within.Grace != nil && n.Type != parser.InnerJoin:
			return "when a row without a match comes out depends on the stream time of the partition"
		case c.goesBack():
			return "which rows are late for a join depends on the stream time of the partition"
		}
	}
	return ""
}

// goesBack tells whether the times of the inputs are out of order.
func (c *Case) goesBack() bool {
	now := int64(0)
	for _, rec := range c.Inputs {
		if rec.Timestamp == nil {
			continue
		}
		if *rec.Timestamp < now {
			return true
		}
		now = *rec.Timestamp
	}
	return false
}
