// Package lifecycle decides what a change of Fargate profiles comes to, and holds the sequences that carry it out:
// create, delete and replace a profile, make those of a file, and wait for one. Every sequence reads first what is
// there, so that a run killed at any point is finished by running it again, and none leaves the pods of a replaced
// profile without an ACTIVE one.
//
// The package declares the few calls it needs (EKS, IAM, Kubernetes) and receives them; a Clock is passed in, so tests
// turn minutes into microseconds. Start reading at Assess and Decide (what there is, and what a wish comes to), and at
// DecideAll for a file, then at Runner.Do, Create, Delete and Apply; await.go has the polling, evidence.go what counts
// as gone.
package lifecycle
