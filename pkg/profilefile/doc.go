// Package profilefile reads Fargate profiles from every kind of file that holds some, and writes them
// back: eksctl's ClusterConfig, the lists that fgctl get prints, and what aws eks
// describe-fargate-profile prints.
//
// It says what a file holds and where; whether a profile is valid is fargate.Validate's to say. Start
// reading at Parse (in) and Item (out).
package profilefile
