// Package kubecontext reads the current context of the user's kubeconfig: its namespace, and the EKS
// cluster it points to where it is an EKS one. It reads files and nothing else: it never talks to a
// cluster, runs no credential plugin, and does not need client-go, which would triple the binary.
// Start reading at Current.
package kubecontext
