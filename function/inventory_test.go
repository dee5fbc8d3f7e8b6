package function

import (
	"slices"
	"strings"
	"testing"
)

// The names of the dialect's scalar and table functions.
const (
	scalarNames = `ABS ACOS ARRAY_CONCAT ARRAY_CONTAINS ARRAY_DISTINCT ARRAY_EXCEPT ARRAY_INTERSECT ARRAY_JOIN ARRAY_LENGTH ARRAY_MAX ARRAY_MIN ARRAY_REMOVE ARRAY_SORT ARRAY_UNION ASIN AS_MAP AS_VALUE ATAN ATAN2 BIGINT_FROM_BYTES CBRT CEIL CHR COALESCE CONCAT CONCAT_WS CONVERT_TZ COS COSH COT DATEADD DATESUB DATETOSTRING DEGREES DOUBLE_FROM_BYTES ELT ENCODE ENTRIES EXP EXTRACTJSONFIELD FIELD FILTER FLOOR FORMAT_DATE FORMAT_TIME FORMAT_TIMESTAMP FROM_BYTES FROM_DAYS FROM_UNIXTIME GENERATE_SERIES GEO_DISTANCE GREATEST IFNULL INITCAP INSTR INT_FROM_BYTES IS_JSON_STRING JSON_ARRAY_CONTAINS JSON_ARRAY_LENGTH JSON_CONCAT JSON_ITEMS JSON_KEYS JSON_RECORDS LCASE LEAST LEN LN LOG LPAD MAP_KEYS MAP_UNION MAP_VALUES MASK MASK_KEEP_LEFT MASK_KEEP_RIGHT MASK_LEFT MASK_RIGHT MD5 NULLIF PARSE_DATE PARSE_TIME PARSE_TIMESTAMP PI POWER RADIANS RANDOM REDUCE REGEXP_EXTRACT REGEXP_EXTRACT_ALL REGEXP_REPLACE REGEXP_SPLIT_TO_ARRAY REPLACE ROUND RPAD SIGN SIN SINH SLICE SPLIT SPLIT_TO_MAP SQRT STRINGTODATE STRINGTOTIMESTAMP SUBSTRING TAN TANH TIMEADD TIMESTAMPADD TIMESTAMPSUB TIMESTAMPTOSTRING TIMESUB TO_BYTES TO_JSON_STRING TRANSFORM TRIM TRUNC UCASE UNIX_DATE UNIX_TIMESTAMP URL_DECODE_PARAM URL_ENCODE_PARAM URL_EXTRACT_FRAGMENT URL_EXTRACT_HOST URL_EXTRACT_PARAMETER URL_EXTRACT_PATH URL_EXTRACT_PORT URL_EXTRACT_PROTOCOL URL_EXTRACT_QUERY UUID`
	tableNames  = "CUBE_EXPLODE EXPLODE"
)

func TestInventory(t *testing.T) {
	r := NewRegistry()
	var scalars, tables []string
	overloads := 0
	for _, name := range r.Names() {
		f, _ := r.Lookup(name)
		switch f.Kind() {
		case ScalarKind:
			scalars = append(scalars, name)
			overloads += len(f.Scalar.Overloads)
		case TableKind:
			tables = append(tables, name)
		}
	}
	want := strings.Fields(scalarNames)
	slices.Sort(want)
	if !slices.Equal(scalars, want) {
		t.Errorf("scalar functions differ:\n%v\n%v", scalars, want)
	}
	if len(want) != 129 || overloads != 249 {
		t.Errorf("%d scalar functions with %d overloads; the dialect has 129 with 249", len(want), overloads)
	}
	if !slices.Equal(tables, strings.Fields(tableNames)) {
		t.Errorf("table functions: %v", tables)
	}
}

// Every function tells all that DESCRIBE FUNCTION and the reference show.
func TestDescriptors(t *testing.T) {
	r := NewRegistry()
	for _, name := range r.Names() {
		f, _ := r.Lookup(name)
		info := f.Info()
		if info.Category == "" || info.Author == "" || info.Version == "" || len(info.Examples) == 0 {
			t.Errorf("%s: incomplete: %+v", name, info)
		}
		if s := info.Summary; !strings.HasSuffix(s, ".") || s[0] < 'A' || s[0] > 'Z' {
			t.Errorf("%s: the summary is no sentence: %q", name, s)
		}
		for _, e := range info.Examples {
			if !strings.Contains(e.SQL, name) {
				t.Errorf("%s: the example %q does not use it", name, e.SQL)
			}
		}
		if (f.Kind() == AggregateKind) != (info.Sample.Columns != "" && len(info.Sample.Rows) > 1) {
			t.Errorf("%s: the sample is %v; aggregates have one, of several rows", name, info.Sample)
		}
		for _, sig := range f.Signatures() {
			if sig.Result.String() == "" {
				t.Errorf("%s: no declared result", sig.Text(name))
			}
			for _, p := range sig.Params {
				if p.Name == "" || p.Summary == "" {
					t.Errorf("%s: parameter %q has no summary", sig.Text(name), p.Name)
				}
			}
		}
	}
}
