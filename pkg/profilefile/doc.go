// Package profilefile reads Fargate profiles from every kind of file that holds some, and writes them back:
// eksctl's ClusterConfig, the lists that fgctl get prints, and what aws eks describe-fargate-profile prints. It
// also reads those that other tools declare: Terraform, CloudFormation, ACK and Crossplane.
//
// A kind is a form, the names that it has for the fields of a profile, and a few lines for what is its own. All
// kinds are read through node, which reports what is wrong with file, line and path. Whether a profile is valid is
// decided by fargate.Validate. Start reading at Parse and ParseDeclared (in), read in kinds.go, and Item (out).
package profilefile
