package sqltest

import "testing"

// The functions of cases are found by the rules of the built-in ones.
func TestTestFunctions(t *testing.T) {
	sum, out, err := suite(t, map[string]string{"functions.json": `{"tests": [
		{
			"name": "overloads",
			"statements": [
				"CREATE STREAM S (K STRING KEY, I INT, B BIGINT, F BOOLEAN) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
				"CREATE STREAM O AS SELECT K, TEST_UDF(I, 'x') A, TEST_UDF(B, B) B, TEST_UDF() C, TEST_UDF(TOSTRUCT(K)) D, CASE WHEN WHENCONDITION(true, true) THEN 1 ELSE WHENRESULT(2, false) END E, BAD_UDF(I) F FROM S;",
				"CREATE STREAM U AS SELECT K, TEST_UDTF(I, B, 0.5e0, F, K, 1.5, TOSTRUCT(K)) T FROM S;",
				"CREATE STREAM V AS SELECT K, THROWING_UDTF(F) T FROM S;"
			],
			"inputs": [
				{"topic": "s", "key": "k", "value": {"I": 1, "B": 2, "F": false}},
				{"topic": "s", "key": "k", "value": {"I": 1, "B": 2, "F": true}}
			],
			"outputs": [
				{"topic": "O", "key": "k", "value": {"A": "doStuffIntString", "B": "doStuffLongVarargs", "C": {"A": "foo"}, "D": "k", "E": 1, "F": null}},
				{"topic": "O", "key": "k", "value": {"A": "doStuffIntString", "B": "doStuffLongVarargs", "C": {"A": "foo"}, "D": "k", "E": 1, "F": null}},
				{"topic": "U", "key": "k", "value": {"T": "1"}},
				{"topic": "U", "key": "k", "value": {"T": "2"}},
				{"topic": "U", "key": "k", "value": {"T": "0.5"}},
				{"topic": "U", "key": "k", "value": {"T": "false"}},
				{"topic": "U", "key": "k", "value": {"T": "k"}},
				{"topic": "U", "key": "k", "value": {"T": "1.5"}},
				{"topic": "U", "key": "k", "value": {"T": "Struct{A=k}"}},
				{"topic": "U", "key": "k", "value": {"T": "1"}},
				{"topic": "U", "key": "k", "value": {"T": "2"}},
				{"topic": "U", "key": "k", "value": {"T": "0.5"}},
				{"topic": "U", "key": "k", "value": {"T": "true"}},
				{"topic": "U", "key": "k", "value": {"T": "k"}},
				{"topic": "U", "key": "k", "value": {"T": "1.5"}},
				{"topic": "U", "key": "k", "value": {"T": "Struct{A=k}"}},
				{"topic": "V", "key": "k", "value": {"T": false}}
			]
		},
		{
			"name": "aggregates",
			"properties": {"ksql.functions.test_udaf.init": 100},
			"statements": [
				"CREATE STREAM S (K STRING KEY, I INT, B BIGINT, V STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
				"CREATE TABLE O AS SELECT K, TEST_UDAF(I) A, TEST_UDAF(B) B, TEST_UDAF(V, 'ab') C, VAR_ARG(B, V, V) D, MID_VAR_ARG(B, V, 1, 2) E, MULTI_ARG(B, V, 1) F, FOUR_ARG(B, V, V, V, 1, 'ab', 'c') G, OBJ_COL_ARG(I, B, V) H FROM S GROUP BY K;"
			],
			"inputs": [
				{"topic": "s", "key": "k", "value": {"I": 1, "B": 10, "V": "xyz"}},
				{"topic": "s", "key": "k", "value": {"I": 2, "B": 20, "V": null}},
				{"topic": "s", "key": "k", "value": {"I": 3, "B": 30, "V": ""}}
			],
			"outputs": [
				{"topic": "O", "key": "k", "value": {"A": 101, "B": 10, "C": 5, "D": 16, "E": 16, "F": 14, "G": 23, "H": [1]}},
				{"topic": "O", "key": "k", "value": {"A": 103, "B": 30, "C": 5, "D": 36, "E": 36, "F": 34, "G": 43, "H": [1]}},
				{"topic": "O", "key": "k", "value": {"A": 106, "B": 60, "C": 5, "D": 66, "E": 66, "F": 64, "G": 73, "H": [1, 3]}}
			]
		},
		{
			"name": "a literal must be one",
			"statements": [
				"CREATE STREAM S (K STRING KEY, I INT, B BIGINT, V STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
				"CREATE TABLE O AS SELECT K, MULTI_ARG(B, V, 1, V) FROM S GROUP BY K;"
			],
			"expectedError": true
		}
	]}`})
	if err != nil || sum != "3 passed, 0 failed" {
		t.Errorf("got %v, error %v\n%s", sum, err, out)
	}
}
