package state

// Layout describes the rows of a store.
type Layout struct {
	Words int // 8-byte words per row.
	Blobs int // Byte strings per row.
	// IntKey says that every key is one int64; on disk, and where a method takes
	// key bytes, it is AppendIntKey's 8 bytes. For tables and windows.
	IntKey bool
}

// Store is what all kinds of stores have in common.
type Store interface {
	Name() string
	// AppendDelta appends the changes since the last call to dst and forgets
	// them, then evicts rows if memory is short. When nothing changed it appends
	// nothing, and there must be no Committed call; otherwise the caller puts
	// the appended bytes into a log group, and either calls DB.Committed once it
	// is durable, or closes the store.
	AppendDelta(dst []byte) ([]byte, error)
	// DirtyBytes estimates what the next delta needs, for commit bounds.
	DirtyBytes() int
	// Trim evicts rows if memory is short: for stores that do not commit.
	Trim()
	// Close gives up the store; changes not committed are lost. The store can
	// be opened again.
	Close()
}

var (
	_ Store = (*Table)(nil)
	_ Store = (*Windows)(nil)
	_ Store = (*Sessions)(nil)
	_ Store = (*Buffer)(nil)
	_ Store = (*Meta)(nil)
)
