// Package document reads YAML and JSON text as one kind of tree whose every part knows its line, so
// that whoever reads a manifest or a configuration file can say where a fault is.
//
// A stream is read document by document, and the elements of one named list at the top of a JSON
// document one by one, so that the size of a stream does not matter. Memory and time are bounded: a
// document or list element has a greatest size, and aliases may not expand a YAML document beyond a
// multiple of its own size. The package knows nothing of Kubernetes, EKS or files. Start reading at
// Read and Value.
package document
