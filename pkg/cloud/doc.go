// Package cloud is AWS as the rest of fgctl sees it: EKS, EC2, IAM and STS over the AWS SDK, with paging,
// retries, a bound on requests in flight, and errors sorted into classes. It takes and returns fgctl's
// own types (fargate.Profile, network.Subnet, …); it is the only package besides tests that imports the
// SDK, and it judges nothing: what a route table or a trust policy means is decided elsewhere.
//
// Every method returns an *Error, which says which IAM action failed and into which Class the failure
// falls; callers decide by ClassOf and show Hint. Start reading at New, then Error, then eks.go.
package cloud
