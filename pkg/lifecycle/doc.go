// Package lifecycle holds the sequences that change AWS: create, delete and replace a Fargate profile,
// and wait for one. Every sequence reads first what is there, so that a run killed at any point is
// finished by running it again, and none leaves the pods of a replaced profile without an ACTIVE one.
//
// The package declares the few calls it needs (EKS) and receives them; a Clock is passed in, so tests
// turn minutes into microseconds. Start reading at Runner, then Create, Delete and Replace; await.go
// holds the polling.
package lifecycle
