package parser

// SetProperty is `SET 'name' = 'value'`.
type SetProperty struct {
	Stmt
	Name  StringLit `parser:"@@"`
	Value StringLit `parser:"'=' @@"`
}

// UnsetProperty is `UNSET 'name'`.
type UnsetProperty struct {
	Stmt
	Name StringLit `parser:"@@"`
}

// AlterSystem is `ALTER SYSTEM 'name' = 'value'`.
type AlterSystem struct {
	Stmt
	Name  StringLit `parser:"@@"`
	Value StringLit `parser:"'=' @@"`
}

// Define is `DEFINE name = 'value'`. Variables are told apart by their name
// upper-cased, as other names are.
type Define struct {
	Stmt
	Name  Name
	Value StringLit `parser:"'=' @@"`
}

// Undefine is `UNDEFINE name`.
type Undefine struct {
	Stmt
	Name Name
}

// RunScript is `RUN SCRIPT 'path'`, a statement of the shell and of test scripts.
type RunScript struct {
	Stmt
	Path StringLit `parser:"@@"`
}
