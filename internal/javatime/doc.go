// Package javatime reads and writes dates and times by the patterns of Java,
// which the SQL dialect uses: those of java.time's DateTimeFormatter ([Format])
// and, for one function, of SimpleDateFormat ([Simple]), both in English.
//
// A pattern is compiled once to a list of steps. Formatting and parsing run
// through the steps without allocating. A compiled pattern and a [Zone] never
// change, so goroutines may share them.
package javatime
