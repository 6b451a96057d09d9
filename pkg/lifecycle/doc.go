// Package lifecycle holds the sequences that carry out what its package decision decides about Fargate profiles:
// create, delete and replace a profile, make those of a file, and wait for one. Every sequence reads first what is
// there, so that a run killed at any point is finished by running it again, and none leaves the pods of a replaced
// profile without an ACTIVE one.
//
// The package declares the few calls it needs (EKS, IAM, Kubernetes) and receives them; a Clock is passed in, so tests
// turn minutes into microseconds. Start reading at Runner.Decide (what there is, and what a wish comes to) and
// DecideAll for a file, then at Runner.Do, Create, Delete and Apply; await.go has the polling, evidence.go what counts
// as gone.
package lifecycle
