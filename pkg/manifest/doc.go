// Package manifest reads Kubernetes manifests and returns the pods that they would make, one at a time:
// pods themselves and the pod templates of workloads, from YAML or JSON, from files, directories and
// standard input.
//
// It knows nothing of profiles. The elements of a long list are decoded on all cores, a few at a time. Start reading
// at Read; which kinds of objects make pods is the table in object.go.
package manifest
