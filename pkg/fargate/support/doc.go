// Package support says what Fargate makes of a pod, whatever profile takes it: the size that it provisions (Size), and
// what it refuses, ignores or may not run (Findings). Each rule is an entry of a table with its source.
package support
