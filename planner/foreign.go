package planner

import (
	"fmt"
	"maps"
	"slices"
)

// foreignFunctions are functions of other dialects, and what stands for them here.
var foreignFunctions = map[string]string{
	"UPPER": "UCASE(x)", "LOWER": "LCASE(x)", "LENGTH": "LEN(x)", "CHAR_LENGTH": "LEN(x)", "SUBSTR": "SUBSTRING(x, position, length)",
	"LEFT": "SUBSTRING(x, 1, length)", "STRPOS": "INSTR(x, part)", "POSITION": "INSTR(x, part)", "LOCATE": "INSTR(x, part)", "CHARINDEX": "INSTR(x, part)",
	"CONTAINS": "ARRAY_CONTAINS(array, value), or INSTR(text, part) > 0", "STARTS_WITH": "x LIKE 'start%'", "ENDS_WITH": "x LIKE '%end'",
	"REGEXP_LIKE": "REGEXP_EXTRACT(pattern, x) IS NOT NULL", "LTRIM": "TRIM(x)", "RTRIM": "TRIM(x)", "SPLIT_PART": "SPLIT(x, delimiter)[n]",
	"TO_CHAR": "FORMAT_TIMESTAMP(x, 'yyyy-MM-dd')", "DATE_FORMAT": "FORMAT_DATE(x, 'yyyy-MM-dd')", "STR_TO_DATE": "PARSE_DATE(x, 'yyyy-MM-dd')",
	"TO_DATE": "PARSE_DATE(x, 'yyyy-MM-dd')", "TO_TIMESTAMP": "PARSE_TIMESTAMP(x, 'yyyy-MM-dd HH:mm')",
	"NOW": "FROM_UNIXTIME(UNIX_TIMESTAMP()), or ROWTIME for the time of the row", "CURRENT_TIMESTAMP": "FROM_UNIXTIME(UNIX_TIMESTAMP()), or ROWTIME for the time of the row",
	"CURRENT_DATE": "FROM_DAYS(UNIX_DATE())", "DATE_ADD": "DATEADD(DAYS, n, x)", "DATE_SUB": "DATESUB(DAYS, n, x)", "EXTRACT": "FORMAT_TIMESTAMP(x, 'HH')",
	"DATE_TRUNC": "FORMAT_TIMESTAMP(x, 'yyyy-MM-dd'), or a WINDOW", "YEAR": "FORMAT_DATE(x, 'yyyy')", "MONTH": "FORMAT_DATE(x, 'MM')",
	"NVL": "IFNULL(x, otherwise)", "ISNULL": "x IS NULL, or IFNULL(x, otherwise)", "IF": "CASE WHEN condition THEN x ELSE y END", "IIF": "CASE WHEN condition THEN x ELSE y END",
	"DECODE": "CASE WHEN x = ... THEN ... END", "CONVERT": "CAST(x AS type)", "TRY_CAST": "CAST(x AS type), which is NULL where it fails", "TO_NUMBER": "CAST(x AS DOUBLE)",
	"POW": "POWER(x, y)", "CEILING": "CEIL(x)", "RAND": "RANDOM()", "MOD": "x % y", "LOG10": "LOG(10, x)", "LOG2": "LOG(2, x)",
	"MEAN": "AVG(x)", "ARRAY_AGG": "COLLECT_LIST(x)", "STRING_AGG": "ARRAY_JOIN(COLLECT_LIST(x), ',')", "GROUP_CONCAT": "ARRAY_JOIN(COLLECT_LIST(x), ',')",
	"LISTAGG": "ARRAY_JOIN(COLLECT_LIST(x), ',')", "FIRST_VALUE": "EARLIEST_BY_OFFSET(x)", "LAST_VALUE": "LATEST_BY_OFFSET(x)", "FIRST": "EARLIEST_BY_OFFSET(x)",
	"LAST": "LATEST_BY_OFFSET(x)", "APPROX_COUNT_DISTINCT": "COUNT_DISTINCT(x)", "STDDEV": "STDDEV_SAMPLE(x)", "CORR": "CORRELATION(x, y)",
	"SIZE": "ARRAY_LENGTH(x)", "CARDINALITY": "ARRAY_LENGTH(x)", "UNNEST": "EXPLODE(x)", "FLATTEN": "EXPLODE(x)", "SEQUENCE": "GENERATE_SERIES(from, to)",
	"JSON_VALUE": "EXTRACTJSONFIELD(x, '$.name')", "JSON_EXTRACT": "EXTRACTJSONFIELD(x, '$.name')", "GET_JSON_OBJECT": "EXTRACTJSONFIELD(x, '$.name')",
	"TO_JSON": "TO_JSON_STRING(x)", "GEN_RANDOM_UUID": "UUID()", "ROW_NUMBER": "ROWOFFSET, the place of the row in its partition",
}

// foreignTypes are types of other dialects, and what stands for them here.
var foreignTypes = map[string]string{
	"TEXT": "STRING", "CHAR": "STRING", "NVARCHAR": "STRING", "CHARACTER": "STRING", "UUID": "STRING", "JSON": "STRING, or a STRUCT of its fields", "JSONB": "STRING, or a STRUCT of its fields",
	"TINYINT": "INTEGER", "SMALLINT": "INTEGER", "SHORT": "INTEGER", "INT32": "INTEGER", "SERIAL": "INTEGER", "LONG": "BIGINT", "INT64": "BIGINT", "BIGSERIAL": "BIGINT",
	"FLOAT": "DOUBLE", "REAL": "DOUBLE", "FLOAT64": "DOUBLE", "NUMERIC": "DECIMAL(precision, scale)", "NUMBER": "DECIMAL(precision, scale)", "MONEY": "DECIMAL(precision, scale)",
	"BOOL": "BOOLEAN", "BIT": "BOOLEAN", "DATETIME": "TIMESTAMP", "TIMESTAMPTZ": "TIMESTAMP", "BLOB": "BYTES", "BYTEA": "BYTES", "BINARY": "BYTES", "VARBINARY": "BYTES",
	"ROW": "STRUCT<name type, ...>", "OBJECT": "STRUCT<name type, ...>", "RECORD": "STRUCT<name type, ...>", "LIST": "ARRAY<type>",
}

// functionHint tells what to call in place of a function that does not exist.
func functionHint(name string, known []string) string {
	if n := nearest(name, known); n != "" && foreignFunctions[name] == "" {
		return fmt.Sprintf("did you mean %s?", quote(n))
	}
	if here := foreignFunctions[nearest(name, slices.Sorted(maps.Keys(foreignFunctions)))]; here != "" {
		return "write " + here
	}
	return "SHOW FUNCTIONS lists those that exist"
}
