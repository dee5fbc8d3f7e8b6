package function

import "slices"

// builtinScalars returns the descriptors of every built-in scalar function,
// made anew for each registry.
func builtinScalars() []*Scalar {
	return slices.Concat(
		dateFunctions(), formatFunctions(), parseFunctions(),
		mathFunctions(), doubleFunctions(), roundFunctions(), extremeFunctions(), conditionalFunctions(),
		arrayFunctions(), setFunctions(), seriesFunctions(), mapFunctions(), lambdaFunctions(),
		caseFunctions(), partFunctions(), joinFunctions(), splitFunctions(), padFunctions(), maskFunctions(), bytesFunctions(), chrFunctions(),
		regexpFunctions(), jsonFunctions(), urlFunctions(),
	)
}

// builtinTables returns the descriptors of the built-in table functions.
func builtinTables() []*TableFunction { return tableFunctions() }

// The categories that SHOW FUNCTIONS lists.
const (
	categoryMath        = "MATHEMATICAL"
	categoryString      = "STRING"
	categoryArray       = "ARRAY"
	categoryMap         = "MAP"
	categoryLambda      = "LAMBDA"
	categoryConditional = "CONDITIONAL"
	categoryRegexp      = "REGULAR EXPRESSION"
	categoryJSON        = "JSON"
	categoryTime        = "DATE / TIME"
	categoryURL         = "URL"
	categoryTable       = "TABLE"
	categoryOther       = "OTHER"
)

// docs are the summaries of parameters by name.
type docs map[string]string

// maker makes the kernel of a call site.
type maker = func(*Call) (Kernel, error)

// scalar builds a descriptor: what, the summaries of the parameters, examples
// as pairs (SQL, result), and the overloads.
func scalar(name, category, summary string, params docs, examples []Example, overloads ...ScalarOverload) *Scalar {
	for _, o := range overloads {
		for i := range o.Params {
			o.Params[i].Summary = params[o.Params[i].Name]
		}
	}
	return &Scalar{
		Info:      Info{Name: name, Category: category, Summary: summary, Author: author, Version: version, Examples: examples},
		Overloads: overloads,
	}
}

// What DESCRIBE FUNCTION tells about built-in functions.
const (
	author  = "leat"
	version = "1"
)

// over builds an overload from its signature text.
func over(signature string, newKernel maker) ScalarOverload {
	s := Sig(signature)
	return ScalarOverload{Params: s.Params, Variadic: s.Variadic, Result: s.Result, New: newKernel}
}

// kernel is the maker of a kernel that has no state of its own.
func kernel(k Kernel) maker { return func(*Call) (Kernel, error) { return k, nil } }
