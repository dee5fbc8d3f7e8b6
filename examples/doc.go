// Package examples holds complete examples with real input: see the README.md in
// each folder. Its tests compare their results with an independent computation.
package examples
