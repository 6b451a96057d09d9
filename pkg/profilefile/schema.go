package profilefile

import _ "embed" // the schema is a file, for people to read

//go:embed schema.json
var schema string

// Schema returns a JSON Schema (draft 7) of the files that Parse reads and Check finds no fault in, as far as a schema
// can say it.
func Schema() string { return schema }
