package function

import (
	"errors"
	"fmt"
	"strings"
)

// argTypes prints the types of arguments as in a call: (INTEGER, NULL, x => ...).
func argTypes(args []Arg) string {
	parts := make([]string, len(args))
	for i, a := range args {
		switch {
		case a.Bind != nil:
			parts[i] = fmt.Sprintf("lambda of %d", a.Params)
		case a.Unit:
			parts[i] = "UNIT"
		default:
			parts[i] = a.Type.String()
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Text prints a signature as a call of the named function, e.g.
// CONCAT(STRING values...).
func (s Signature) Text(name string) string {
	parts := make([]string, len(s.Params))
	for i, p := range s.Params {
		parts[i] = p.Type.String()
		if i == s.Variadic {
			parts[i] += "..."
		}
		if p.Name != "" {
			parts[i] += " " + p.Name
		}
	}
	return name + "(" + strings.Join(parts, ", ") + ")"
}

func noMatch(f Function, args []Arg) error {
	name := f.Info().Name
	var b strings.Builder
	fmt.Fprintf(&b, "%s does not accept the arguments %s; expected one of:", name, argTypes(args))
	for _, s := range f.Signatures() {
		b.WriteString("\n  " + s.Text(name))
	}
	fmt.Fprintf(&b, "\nDESCRIBE FUNCTION %s; tells more", name)
	return errors.New(b.String())
}

func ambiguous(f Function, args []Arg, candidates []*matched) error {
	name := f.Info().Name
	var b strings.Builder
	fmt.Fprintf(&b, "the call %s%s is ambiguous; CAST the arguments to the types of one of:", name, argTypes(args))
	for _, c := range candidates {
		b.WriteString("\n  " + c.sig.Text(name))
	}
	return errors.New(b.String())
}

// unknown is the error for a name that is no function, with the nearest one
// that is.
func (r *Registry) unknown(name string) error {
	name = strings.ToUpper(name)
	best, distance := "", 1+len(name)/3
	for _, n := range r.Names() {
		if d := editDistance(name, n, distance); d < distance || d == distance && best == "" {
			best, distance = n, d
		}
	}
	if best == "" {
		return fmt.Errorf("there is no function named %s; SHOW FUNCTIONS lists them", name)
	}
	return fmt.Errorf("there is no function named %s; did you mean %s? SHOW FUNCTIONS lists them all", name, best)
}

// editDistance is Levenshtein's distance, or limit+1 when it is greater.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost = 1 + min(diag, row[j], row[j+1])
			}
			diag, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], limit+1)
}
