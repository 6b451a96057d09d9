package trust

import (
	"encoding/json"
	"fmt"
)

const (
	// Service is the principal that assumes pod execution roles, the same in every partition (EKS User
	// Guide, Amazon EKS Pod execution IAM role).
	Service = "eks-fargate-pods.amazonaws.com"
	// Action is what a trust policy must allow it.
	Action = "sts:AssumeRole"
)

// PodExecutionRole is the trust policy for a role that the Fargate profiles of one cluster may use, with
// the condition against the confused deputy (EKS User Guide, Amazon EKS Pod execution IAM role).
func PodExecutionRole(partition, region, account, cluster string) string {
	// A text can always be written as JSON; no name gets out of its quotes.
	arn, _ := json.Marshal(fmt.Sprintf("arn:%s:eks:%s:%s:fargateprofile/%s/*", partition, region, account, cluster))
	return fmt.Sprintf(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Condition": {
        "ArnLike": {
          "aws:SourceArn": %s
        }
      },
      "Principal": {
        "Service": %q
      },
      "Action": %q
    }
  ]
}`, arn, Service, Action)
}
