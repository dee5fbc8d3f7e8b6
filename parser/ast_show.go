package parser

// The SHOW statements; LIST is another word for SHOW.
type (
	// ShowProperties is `SHOW PROPERTIES`.
	ShowProperties struct{ Stmt }

	// ShowTopics is `SHOW [ALL] TOPICS [EXTENDED]`.
	ShowTopics struct {
		Stmt
		All      bool // Internal topics too.
		Extended bool `parser:"@EXTENDED?"`
	}

	// ShowStreams is `SHOW STREAMS [EXTENDED]`.
	ShowStreams struct {
		Stmt
		Extended bool `parser:"@EXTENDED?"`
	}

	// ShowTables is `SHOW TABLES [EXTENDED]`.
	ShowTables struct {
		Stmt
		Extended bool `parser:"@EXTENDED?"`
	}

	// ShowFunctions is `SHOW FUNCTIONS`.
	ShowFunctions struct{ Stmt }

	// ShowConnectors is `SHOW [SOURCE|SINK] CONNECTORS`.
	ShowConnectors struct {
		Stmt
		Kind ConnectorKind
	}

	// ShowConnectorPlugins is `SHOW CONNECTOR PLUGINS`.
	ShowConnectorPlugins struct{ Stmt }

	// ShowTypes is `SHOW TYPES`.
	ShowTypes struct{ Stmt }

	// ShowVariables is `SHOW VARIABLES`.
	ShowVariables struct{ Stmt }

	// ShowQueries is `SHOW QUERIES [EXTENDED]`.
	ShowQueries struct {
		Stmt
		Extended bool `parser:"@EXTENDED?"`
	}
)

// The DESCRIBE statements.
type (
	// DescribeSource is `DESCRIBE name [EXTENDED]`.
	DescribeSource struct {
		Stmt
		Name     Name `parser:"@@"`
		Extended bool `parser:"@EXTENDED?"`
	}

	// DescribeAll is `DESCRIBE STREAMS|TABLES [EXTENDED]`.
	DescribeAll struct {
		Stmt
		Kind     SourceKind
		Extended bool `parser:"@EXTENDED?"`
	}

	// DescribeFunction is `DESCRIBE FUNCTION name`.
	DescribeFunction struct {
		Stmt
		Name Name `parser:"@@"`
	}

	// DescribeConnector is `DESCRIBE CONNECTOR name`.
	DescribeConnector struct {
		Stmt
		Name Name `parser:"@@"`
	}
)
