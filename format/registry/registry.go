package registry

import "context"

// Registry is a schema registry: [Local], or one behind a URL (package remote).
// Errors of requests that the registry refuses are *[Error].
//
// A call may go over the network; ctx bounds it. What has been asked for once
// by id, and what has been registered, is answered from memory.
type Registry interface {
	Resolver
	// ByID returns the schema with the id.
	ByID(ctx context.Context, id int) (Schema, error)
	// Uses returns where the schema with the id stands, in the order of subjects.
	Uses(ctx context.Context, id int) ([]Use, error)

	// Subjects returns the names of all subjects that have a version, in order.
	Subjects(ctx context.Context) ([]string, error)
	// Versions returns the numbers of a subject's versions, ascending.
	Versions(ctx context.Context, subject string) ([]int, error)
	// Version returns one version of a subject; [Latest] is the newest.
	Version(ctx context.Context, subject string, number int) (Version, error)
	// Find returns the version of the subject that is the schema.
	Find(ctx context.Context, subject string, s Schema) (Version, error)

	// Register makes the schema a version of the subject and returns it. A schema
	// that is one already is returned as it is; a new one must be compatible.
	Register(ctx context.Context, subject string, s Schema) (Version, error)
	// Import is Register with an id chosen by the caller, a number if it is not 0,
	// and no check of compatibility. The subject must be in mode [ImportMode], and
	// neither the id nor the number may belong to another schema.
	Import(ctx context.Context, v Version) (Version, error)
	// CheckCompatible returns why the schema cannot be the next version of the
	// subject, an error with [ErrIncompatible], or nil.
	CheckCompatible(ctx context.Context, subject string, s Schema) error

	// DeleteSubject deletes all versions of a subject and returns their numbers.
	// Schemas stay known by their ids, since there may be records, unless permanent
	// is set, which asks for what has been deleted before.
	DeleteSubject(ctx context.Context, subject string, permanent bool) ([]int, error)
	// DeleteVersion deletes one version and returns its number.
	DeleteVersion(ctx context.Context, subject string, number int, permanent bool) (int, error)

	// Compatibility returns the level that holds for a subject: its own, or else
	// the general one, which the empty name asks for.
	Compatibility(ctx context.Context, subject string) (Level, error)
	// SetCompatibility sets the level of a subject, or with an empty name of all
	// subjects that have none of their own. An empty level is none.
	SetCompatibility(ctx context.Context, subject string, l Level) error
	// Mode returns the mode that holds for a subject; see Compatibility.
	Mode(ctx context.Context, subject string) (Mode, error)
	// SetMode sets a mode; see SetCompatibility.
	SetMode(ctx context.Context, subject string, m Mode) error
}

// Latest is the number that stands for the newest version of a subject.
const Latest = -1

// Use is a place of a schema.
type Use struct {
	Subject string
	Version int
}

// Mode says whether a subject accepts changes.
type Mode string

// The modes. ImportMode lets the caller choose ids, for copies of other
// registries.
const (
	ReadWrite  Mode = "READWRITE"
	ReadOnly   Mode = "READONLY"
	ImportMode Mode = "IMPORT"
)

// Modes lists all modes.
var Modes = []Mode{ReadWrite, ReadOnly, ImportMode}

// Level says which readers must be able to read which data. "New" is a schema to
// be registered, "old" the latest version, or with TRANSITIVE every version.
type Level string

// The levels.
const (
	NoCompatibility    Level = "NONE"
	Backward           Level = "BACKWARD" // New reads old.
	BackwardTransitive Level = "BACKWARD_TRANSITIVE"
	Forward            Level = "FORWARD" // Old reads new.
	ForwardTransitive  Level = "FORWARD_TRANSITIVE"
	Full               Level = "FULL" // Both.
	FullTransitive     Level = "FULL_TRANSITIVE"
)

// Levels lists all levels.
var Levels = []Level{NoCompatibility, Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive}
