package parser

// queryTerms are the parts of statements and queries.
var queryTerms = []Term{
	{Name: "statement", Summary: "any statement of this reference"},
	{Name: "column", Form: "name type [[PRIMARY] KEY | HEADERS | HEADER (string)]"},
	{Name: "property", Form: "{name | string} = constant"},
	{Name: "constant", Form: "{string | [-] number | TRUE | FALSE | NULL | variable}"},
	{Name: "query", Form: `SELECT item, ... FROM source [join] ...
  [WINDOW [name] window] [WHERE expression]
  [GROUP BY list] [PARTITION BY list] [HAVING expression]
  [EMIT {CHANGES | FINAL}] [LIMIT integer]`},
	{Name: "item", Form: "{expression [[AS] name] | primary -> * | name . * | *}"},
	{Name: "source", Form: "name [[AS] name]"},
	{Name: "join", Form: "[INNER | {LEFT | RIGHT | FULL} [OUTER]] JOIN source [WITHIN within [GRACE PERIOD duration]] ON expression"},
	{Name: "within", Form: "{duration | (duration, duration)}"},
	{Name: "window", Form: `{TUMBLING (SIZE duration [bounds])
  | HOPPING (SIZE duration, ADVANCE BY duration [bounds])
  | SESSION (duration [bounds])}`},
	{Name: "bounds", Form: "{, RETENTION duration [, GRACE PERIOD duration] | , GRACE PERIOD duration}"},
	{Name: "list", Form: "{value, ... | ([value, ...])}"},
	{Name: "duration", Form: "integer unit"},
	{Name: "unit", Form: "{MILLISECOND | MILLISECONDS | SECOND | SECONDS | MINUTE | MINUTES | HOUR | HOURS | DAY | DAYS}"},
	{Name: "type", Form: "simple-type [ARRAY] ..."},
	{Name: "simple-type", Form: `{name [({integer | STRING}, ...)] | DECIMAL ([-] integer, [-] integer)
  | ARRAY < type > | MAP < type, type > | STRUCT < [{name type}, ...] >}`},
}

// expressionTerms are the expressions, from the loosest operator to the tightest.
var expressionTerms = []Term{
	{Name: "expression", Form: "conjunction [OR conjunction] ..."},
	{Name: "conjunction", Form: "negation [AND negation] ..."},
	{Name: "negation", Form: "{NOT negation | predicate}"},
	{Name: "predicate", Form: `value [comparison value
  | [NOT] BETWEEN value AND value
  | [NOT] IN (expression, ...)
  | [NOT] LIKE value [ESCAPE string]
  | IS [NOT] NULL
  | IS [NOT] DISTINCT FROM value]`},
	{Name: "comparison", Form: "{= | <> | < | <= | > | >=}"},
	{Name: "value", Form: "sum ['||' sum] ..."},
	{Name: "sum", Form: "product [{+ | -} product] ..."},
	{Name: "product", Form: "signed [{* | / | %} signed] ..."},
	{Name: "signed", Form: "{{+ | -} signed | primary [AT TIME ZONE string] ...}"},
	{Name: "primary", Form: "operand ['[' value ']' | -> name] ..."},
	{Name: "operand", Form: `{literal | name | name . name | (expression) | call
  | CASE [value] {WHEN expression THEN expression} ... [ELSE expression] END
  | CAST (expression AS type)
  | ARRAY '[' [expression, ...] ']'
  | MAP ([{expression := expression}, ...])
  | STRUCT ([{name := expression}, ...])
  | name string}`},
	{Name: "call", Form: "{name (*) | name ([argument, ... [, lambda] ...])}"},
	{Name: "argument", Form: "{expression | unit}"},
	{Name: "lambda", Form: "{name | (name, ...)} => expression"},
	{Name: "literal", Form: "{string | number | TRUE | FALSE | NULL | variable}"},
	{Name: "resource", Form: "{name | string}"},
}

// wordTerms are made of characters.
var wordTerms = []Term{
	{Name: "name", Summary: "letters, digits, _ and @, read in upper case; or any characters in backquotes or double quotes, read as they are"},
	{Name: "variable-name", Summary: "letters, digits, _ and @, read in upper case"},
	{Name: "variable", Summary: "${name}, replaced by what DEFINE gave that name"},
	{Name: "string", Summary: "characters in single quotes; two single quotes stand for one"},
	{Name: "number", Summary: "digits, with a point (DECIMAL) or an exponent (DOUBLE) or neither (INTEGER, or BIGINT when it is large)"},
	{Name: "integer", Summary: "digits"},
}
