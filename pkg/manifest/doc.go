// Package manifest reads Kubernetes manifests and gives the pods that they would make, one at a time:
// pods themselves and the pod templates of workloads, from YAML or JSON, from files, directories and
// standard input.
//
// It decodes only the fields that the rules of package fargate look at, and knows nothing of profiles.
// A list of any length is read element by element. Start reading at Read; which kinds of objects make
// pods is the table in object.go.
package manifest
