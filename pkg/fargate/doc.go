// Package fargate holds the rules of Amazon EKS Fargate profiles as pure functions on small types:
// what a valid profile is, which pods a selector takes, which selectors cover or overlap each other,
// and how a replacement follows from its original.
//
// The package knows neither AWS nor cobra nor files nor time: data in, judgement out. Every rule names
// its source in its comment. Start reading at Profile, then Validate (what EKS would refuse), Explain
// (where a pod goes and why), Coverage (what a replacement would lose) and Overlaps; the package
// selector answers the latter.
package fargate
