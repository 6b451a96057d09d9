// Package kubernetes is a cluster's own API as commands use it, through kubectl: which one it is, its objects, and the
// pods that a drain moves. Start reading at Read.
package kubernetes
