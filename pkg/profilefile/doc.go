// Package profilefile reads Fargate profiles from every kind of file that holds some, and writes them
// back: eksctl's ClusterConfig, the lists that fgctl get prints, and what aws eks
// describe-fargate-profile prints. Besides, it reads those that other tools declare: Terraform,
// CloudFormation, ACK and Crossplane.
//
// It says what a file holds and where; whether a profile is valid is fargate.Validate's to say. Start
// reading at Parse and ParseDeclared (in) and Item (out).
package profilefile
