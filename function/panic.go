package function

import "fmt"

// Panic is what a panic of a function that is not built in becomes: it says whose
// it is.
type Panic struct {
	Function string
	Value    any // Of the panic.
}

func (p *Panic) Error() string { return fmt.Sprintf("function %s panicked: %v", p.Function, p.Value) }

// NamePanic, deferred by a kernel, gives a panic the name of the function.
func NamePanic(name string) {
	if p := recover(); p != nil {
		panic(&Panic{name, p})
	}
}
