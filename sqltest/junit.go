package sqltest

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
)

// The elements of a JUnit report, as CI servers read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     junitTime    `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      junitTime   `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr,omitempty"`
		Time    junitTime     `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// junitTime is a duration in seconds.
type junitTime time.Duration

// MarshalXMLAttr writes seconds with three decimals.
func (t junitTime) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: strconv.FormatFloat(time.Duration(t).Seconds(), 'f', 3, 64)}, nil
}

// WriteJUnit writes the report as JUnit XML: a suite for every file.
func (r *Report) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: "leat test", Time: junitTime(r.Time)}
	suite := func(file string) *junitSuite {
		if n := len(all.Suites); n > 0 && all.Suites[n-1].Name == file {
			return &all.Suites[n-1]
		}
		all.Suites = append(all.Suites, junitSuite{Name: file, Timestamp: r.Start.UTC().Format("2006-01-02T15:04:05")})
		return &all.Suites[len(all.Suites)-1]
	}
	for i := range r.Results {
		res := &r.Results[i]
		c := junitCase{Name: res.Test.Name, Class: res.Test.File, File: res.Test.File, Line: res.Test.Line, Time: junitTime(res.Time)}
		if c.Name == "" {
			c.Name = res.Test.File
		}
		s := suite(res.Test.File)
		if res.Err != nil {
			text := res.Text()
			message, _, _ := strings.Cut(text, "\n")
			c.Failure = &junitFailure{Message: message, Type: "failure", Text: text}
			s.Failures++
			all.Failures++
		}
		s.add(c)
	}
	for _, skip := range r.Skipped {
		s := suite(skip.File)
		s.Skipped++
		all.Skipped++
		s.add(junitCase{Name: skip.String(), Class: skip.File, File: skip.File, Skipped: &junitSkipped{skip.Reason}})
	}
	for i := range all.Suites {
		all.Tests += all.Suites[i].Tests
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(&all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	s.Time += c.Time
	s.Cases = append(s.Cases, c)
}
