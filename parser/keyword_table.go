package parser

import "github.com/alecthomas/participle/v2/lexer"

// One token type per keyword, in alphabetical order; keywords[t-firstKeyword]
// describes t.
const (
	kwADD lexer.TokenType = firstKeyword + iota
	kwADVANCE
	kwALL
	kwALTER
	kwANALYZE
	kwAND
	kwARRAY
	kwAS
	kwASSERT
	kwAT
	kwBEGINNING
	kwBETWEEN
	kwBY
	kwCASE
	kwCAST
	kwCATALOG
	kwCHANGES
	kwCOLUMN
	kwCOLUMNS
	kwCONNECTOR
	kwCONNECTORS
	kwCREATE
	kwDATE
	kwDAY
	kwDAYS
	kwDECIMAL
	kwDEFINE
	kwDELETE
	kwDESCRIBE
	kwDISTINCT
	kwDROP
	kwELSE
	kwEMIT
	kwEND
	kwESCAPE
	kwEXISTS
	kwEXPLAIN
	kwEXPORT
	kwEXTENDED
	kwFALSE
	kwFINAL
	kwFROM
	kwFULL
	kwFUNCTION
	kwFUNCTIONS
	kwGRACE
	kwGROUP
	kwHAVING
	kwHEADER
	kwHEADERS
	kwHOPPING
	kwHOUR
	kwHOURS
	kwID
	kwIF
	kwIN
	kwINNER
	kwINSERT
	kwINTEGER
	kwINTERVAL
	kwINTO
	kwIS
	kwJOIN
	kwKEY
	kwLEFT
	kwLIKE
	kwLIMIT
	kwLIST
	kwLOAD
	kwMAP
	kwMATERIALIZED
	kwMILLISECOND
	kwMILLISECONDS
	kwMINUTE
	kwMINUTES
	kwMONTH
	kwMONTHS
	kwNAMESPACE
	kwNOT
	kwNULL
	kwON
	kwOR
	kwOUTER
	kwPARTITION
	kwPARTITIONS
	kwPAUSE
	kwPERIOD
	kwPLUGINS
	kwPRIMARY
	kwPRINT
	kwPROPERTIES
	kwQUERIES
	kwQUERY
	kwRENAME
	kwREPLACE
	kwRESET
	kwRESUME
	kwRETENTION
	kwRIGHT
	kwRUN
	kwSAMPLE
	kwSCHEMA
	kwSCRIPT
	kwSECOND
	kwSECONDS
	kwSELECT
	kwSESSION
	kwSET
	kwSHOW
	kwSINK
	kwSIZE
	kwSOURCE
	kwSTREAM
	kwSTREAMS
	kwSTRING
	kwSTRUCT
	kwSUBJECT
	kwSYSTEM
	kwTABLE
	kwTABLES
	kwTERMINATE
	kwTHEN
	kwTIME
	kwTIMEOUT
	kwTIMESTAMP
	kwTO
	kwTOPIC
	kwTOPICS
	kwTRUE
	kwTUMBLING
	kwTYPE
	kwTYPES
	kwUNDEFINE
	kwUNSET
	kwVALUES
	kwVARIABLES
	kwVIEW
	kwWHEN
	kwWHERE
	kwWINDOW
	kwWITH
	kwWITHIN
	kwYEAR
	kwYEARS
	kwZONE

	lastKeyword = kwZONE
)

// keywords is every word with a meaning in the grammar. A reserved one is a name
// only when quoted.
var keywords = [...]struct {
	word     string
	reserved bool
}{
	kwADD - firstKeyword:          {"ADD", false},
	kwADVANCE - firstKeyword:      {"ADVANCE", true},
	kwALL - firstKeyword:          {"ALL", true},
	kwALTER - firstKeyword:        {"ALTER", false},
	kwANALYZE - firstKeyword:      {"ANALYZE", false},
	kwAND - firstKeyword:          {"AND", true},
	kwARRAY - firstKeyword:        {"ARRAY", false},
	kwAS - firstKeyword:           {"AS", true},
	kwASSERT - firstKeyword:       {"ASSERT", false},
	kwAT - firstKeyword:           {"AT", true},
	kwBEGINNING - firstKeyword:    {"BEGINNING", true},
	kwBETWEEN - firstKeyword:      {"BETWEEN", true},
	kwBY - firstKeyword:           {"BY", true},
	kwCASE - firstKeyword:         {"CASE", true},
	kwCAST - firstKeyword:         {"CAST", true},
	kwCATALOG - firstKeyword:      {"CATALOG", true},
	kwCHANGES - firstKeyword:      {"CHANGES", false},
	kwCOLUMN - firstKeyword:       {"COLUMN", false},
	kwCOLUMNS - firstKeyword:      {"COLUMNS", false},
	kwCONNECTOR - firstKeyword:    {"CONNECTOR", true},
	kwCONNECTORS - firstKeyword:   {"CONNECTORS", true},
	kwCREATE - firstKeyword:       {"CREATE", true},
	kwDATE - firstKeyword:         {"DATE", false},
	kwDAY - firstKeyword:          {"DAY", false},
	kwDAYS - firstKeyword:         {"DAYS", true},
	kwDECIMAL - firstKeyword:      {"DECIMAL", true},
	kwDEFINE - firstKeyword:       {"DEFINE", false},
	kwDELETE - firstKeyword:       {"DELETE", true},
	kwDESCRIBE - firstKeyword:     {"DESCRIBE", true},
	kwDISTINCT - firstKeyword:     {"DISTINCT", true},
	kwDROP - firstKeyword:         {"DROP", true},
	kwELSE - firstKeyword:         {"ELSE", true},
	kwEMIT - firstKeyword:         {"EMIT", false},
	kwEND - firstKeyword:          {"END", true},
	kwESCAPE - firstKeyword:       {"ESCAPE", false},
	kwEXISTS - firstKeyword:       {"EXISTS", true},
	kwEXPLAIN - firstKeyword:      {"EXPLAIN", false},
	kwEXPORT - firstKeyword:       {"EXPORT", true},
	kwEXTENDED - firstKeyword:     {"EXTENDED", true},
	kwFALSE - firstKeyword:        {"FALSE", true},
	kwFINAL - firstKeyword:        {"FINAL", false},
	kwFROM - firstKeyword:         {"FROM", true},
	kwFULL - firstKeyword:         {"FULL", true},
	kwFUNCTION - firstKeyword:     {"FUNCTION", false},
	kwFUNCTIONS - firstKeyword:    {"FUNCTIONS", false},
	kwGRACE - firstKeyword:        {"GRACE", false},
	kwGROUP - firstKeyword:        {"GROUP", true},
	kwHAVING - firstKeyword:       {"HAVING", true},
	kwHEADER - firstKeyword:       {"HEADER", false},
	kwHEADERS - firstKeyword:      {"HEADERS", false},
	kwHOPPING - firstKeyword:      {"HOPPING", true},
	kwHOUR - firstKeyword:         {"HOUR", false},
	kwHOURS - firstKeyword:        {"HOURS", true},
	kwID - firstKeyword:           {"ID", false},
	kwIF - firstKeyword:           {"IF", false},
	kwIN - firstKeyword:           {"IN", true},
	kwINNER - firstKeyword:        {"INNER", true},
	kwINSERT - firstKeyword:       {"INSERT", true},
	kwINTEGER - firstKeyword:      {"INTEGER", false},
	kwINTERVAL - firstKeyword:     {"INTERVAL", false},
	kwINTO - firstKeyword:         {"INTO", true},
	kwIS - firstKeyword:           {"IS", true},
	kwJOIN - firstKeyword:         {"JOIN", true},
	kwKEY - firstKeyword:          {"KEY", false},
	kwLEFT - firstKeyword:         {"LEFT", true},
	kwLIKE - firstKeyword:         {"LIKE", true},
	kwLIMIT - firstKeyword:        {"LIMIT", true},
	kwLIST - firstKeyword:         {"LIST", true},
	kwLOAD - firstKeyword:         {"LOAD", true},
	kwMAP - firstKeyword:          {"MAP", false},
	kwMATERIALIZED - firstKeyword: {"MATERIALIZED", true},
	kwMILLISECOND - firstKeyword:  {"MILLISECOND", true},
	kwMILLISECONDS - firstKeyword: {"MILLISECONDS", true},
	kwMINUTE - firstKeyword:       {"MINUTE", false},
	kwMINUTES - firstKeyword:      {"MINUTES", true},
	kwMONTH - firstKeyword:        {"MONTH", false},
	kwMONTHS - firstKeyword:       {"MONTHS", true},
	kwNAMESPACE - firstKeyword:    {"NAMESPACE", true},
	kwNOT - firstKeyword:          {"NOT", true},
	kwNULL - firstKeyword:         {"NULL", true},
	kwON - firstKeyword:           {"ON", true},
	kwOR - firstKeyword:           {"OR", true},
	kwOUTER - firstKeyword:        {"OUTER", true},
	kwPARTITION - firstKeyword:    {"PARTITION", false},
	kwPARTITIONS - firstKeyword:   {"PARTITIONS", false},
	kwPAUSE - firstKeyword:        {"PAUSE", true},
	kwPERIOD - firstKeyword:       {"PERIOD", false},
	kwPLUGINS - firstKeyword:      {"PLUGINS", false},
	kwPRIMARY - firstKeyword:      {"PRIMARY", false},
	kwPRINT - firstKeyword:        {"PRINT", true},
	kwPROPERTIES - firstKeyword:   {"PROPERTIES", true},
	kwQUERIES - firstKeyword:      {"QUERIES", true},
	kwQUERY - firstKeyword:        {"QUERY", true},
	kwRENAME - firstKeyword:       {"RENAME", true},
	kwREPLACE - firstKeyword:      {"REPLACE", false},
	kwRESET - firstKeyword:        {"RESET", false},
	kwRESUME - firstKeyword:       {"RESUME", true},
	kwRETENTION - firstKeyword:    {"RETENTION", true},
	kwRIGHT - firstKeyword:        {"RIGHT", true},
	kwRUN - firstKeyword:          {"RUN", true},
	kwSAMPLE - firstKeyword:       {"SAMPLE", true},
	kwSCHEMA - firstKeyword:       {"SCHEMA", false},
	kwSCRIPT - firstKeyword:       {"SCRIPT", true},
	kwSECOND - firstKeyword:       {"SECOND", false},
	kwSECONDS - firstKeyword:      {"SECONDS", true},
	kwSELECT - firstKeyword:       {"SELECT", true},
	kwSESSION - firstKeyword:      {"SESSION", false},
	kwSET - firstKeyword:          {"SET", false},
	kwSHOW - firstKeyword:         {"SHOW", false},
	kwSINK - firstKeyword:         {"SINK", false},
	kwSIZE - firstKeyword:         {"SIZE", true},
	kwSOURCE - firstKeyword:       {"SOURCE", false},
	kwSTREAM - firstKeyword:       {"STREAM", true},
	kwSTREAMS - firstKeyword:      {"STREAMS", true},
	kwSTRING - firstKeyword:       {"STRING", false},
	kwSTRUCT - firstKeyword:       {"STRUCT", false},
	kwSUBJECT - firstKeyword:      {"SUBJECT", false},
	kwSYSTEM - firstKeyword:       {"SYSTEM", false},
	kwTABLE - firstKeyword:        {"TABLE", true},
	kwTABLES - firstKeyword:       {"TABLES", false},
	kwTERMINATE - firstKeyword:    {"TERMINATE", true},
	kwTHEN - firstKeyword:         {"THEN", true},
	kwTIME - firstKeyword:         {"TIME", false},
	kwTIMEOUT - firstKeyword:      {"TIMEOUT", false},
	kwTIMESTAMP - firstKeyword:    {"TIMESTAMP", false},
	kwTO - firstKeyword:           {"TO", true},
	kwTOPIC - firstKeyword:        {"TOPIC", true},
	kwTOPICS - firstKeyword:       {"TOPICS", true},
	kwTRUE - firstKeyword:         {"TRUE", true},
	kwTUMBLING - firstKeyword:     {"TUMBLING", true},
	kwTYPE - firstKeyword:         {"TYPE", false},
	kwTYPES - firstKeyword:        {"TYPES", false},
	kwUNDEFINE - firstKeyword:     {"UNDEFINE", false},
	kwUNSET - firstKeyword:        {"UNSET", true},
	kwVALUES - firstKeyword:       {"VALUES", true},
	kwVARIABLES - firstKeyword:    {"VARIABLES", false},
	kwVIEW - firstKeyword:         {"VIEW", true},
	kwWHEN - firstKeyword:         {"WHEN", true},
	kwWHERE - firstKeyword:        {"WHERE", true},
	kwWINDOW - firstKeyword:       {"WINDOW", true},
	kwWITH - firstKeyword:         {"WITH", true},
	kwWITHIN - firstKeyword:       {"WITHIN", true},
	kwYEAR - firstKeyword:         {"YEAR", false},
	kwYEARS - firstKeyword:        {"YEARS", true},
	kwZONE - firstKeyword:         {"ZONE", false},
}
