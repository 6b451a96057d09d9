// Package preflight checks, by reading only, everything that a new Fargate profile needs before EKS is
// asked for it, and finds the subnets and the role that the user did not name.
//
// Run reads through an interface of the few calls it makes, in parallel and in at most three rounds,
// into one struct of facts (read.go). The judgements over these facts are pure functions (check_*.go)
// on the rules of packages fargate, network and trust. The package knows neither the SDK nor the
// command line, and it changes nothing in AWS. Start reading at Run.
package preflight
