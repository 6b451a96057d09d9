// Package sandbox is an AWS endpoint on loopback with the real rules of EKS Fargate profiles: one HTTP handler that
// speaks EKS (REST-JSON) and EC2, IAM, STS and CloudFormation (Query/XML) well enough for fgctl, the AWS CLI, boto3
// and the AWS SDKs. It serves demos, CI jobs and the project's own tests.
//
// What it serves is a World: clusters, VPCs, roles, delays, missing permissions and faults, written in Go or read
// from YAML. Time comes from Options.Now, so a test turns minutes into nothing, and Server.Transport answers without
// a network, so that a test can make thousands of worlds.
//
// The package judges requests by its own table of the service's refusals, its own reading of trust policies and its
// own reading of routes. It imports none of the packages that hold fgctl's rules (fargate, network, trust), so that
// it can prove them wrong; a test asserts this.
//
// Limits: it holds no pods and no nodes; it checks no signatures; and it knows only the operations that
// internal/eks, internal/ec2, internal/iam and internal/cfn list. Every message whose text is not known from AWS
// says so in a comment where it is made.
//
// A request goes from Server.ServeHTTP (the door) to parse (which operation), fault.Rules (what disturbs it) and the
// operation's Run in internal/eks, internal/ec2, internal/iam or internal/cfn, which reads and changes
// internal/account, and is written by internal/wire. What CreateFargateProfile refuses, and in which order, is the
// table in internal/eks/refusals.go.
package sandbox
