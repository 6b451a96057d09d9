package cloud

// This file holds the one call to AWS STS.

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Caller is who the credentials belong to.
type Caller struct {
	Account string
	ARN     string
}

// Caller asks STS who is calling. No rule needs it: partition, region and account come from the
// cluster's ARN.
func (c *Client) Caller(ctx context.Context) (Caller, error) {
	out, err := c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Caller{}, wrap(ctx, "sts:GetCallerIdentity", err)
	}
	return Caller{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}, nil
}
