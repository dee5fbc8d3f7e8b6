package plan

// Query is a whole plan: a tree whose root is a Sink (persistent queries) or
// any node whose output goes to a client (push queries).
type Query struct {
	ID   string `json:"id"`
	SQL  string `json:"sql"`
	Root Node   `json:"-"`
	// Limit ends a push query after that many rows; negative means none.
	Limit int64 `json:"limit"`
	// FromEarliest is where stream sources without a committed offset start:
	// true for the oldest record, false for the end. Table sources always start
	// with the oldest.
	FromEarliest bool `json:"fromEarliest"`
	// Properties are the session's overrides when the query was created.
	Properties map[string]string `json:"properties,omitempty"`
}

// Pull is a bounded query against materialised state: look rows up in the
// store of a running query, then run them through the nodes above it.
type Pull struct {
	SQL     string
	QueryID string // The query that keeps the store.
	Store   string
	// Keys lists the keys to look up, each a constant expression per key column;
	// nil means scan. Range bounds a scan of a single key column.
	Keys  [][]Named
	Range *KeyRange
	// Window bounds, inclusive, in milliseconds; nil means unbounded.
	WindowStartMin, WindowStartMax *int64
	WindowEndMin, WindowEndMax     *int64
	// Root is the chain of Filter and Project nodes over a Stored leaf.
	Root  Node
	Limit int64 // Negative means none.
}

// KeyRange bounds a scan by the single key column; a nil side is open.
type KeyRange struct {
	Low, High                   *Named
	LowInclusive, HighInclusive bool
}

// Stored is the leaf of a Pull: rows of a store, with the schema of the node
// that keeps it.
type Stored struct {
	Schema Schema
}

// Out returns the schema of the stored rows.
func (n *Stored) Out() *Schema { return &n.Schema }

// Inputs of a leaf: none.
func (n *Stored) Inputs() []Node { return nil }

// Walk calls fn for n and everything below it, parents first.
func Walk(n Node, fn func(Node)) {
	fn(n)
	for _, in := range n.Inputs() {
		Walk(in, fn)
	}
}
