package fargate

import "strings"

// ARN is an Amazon Resource Name, taken apart (IAM User Guide, Amazon Resource Names).
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN returns the parts of an ARN; the zero value for any other text.
func ParseARN(text string) ARN {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}
}

// Name returns the last element of the resource: the name of a role behind its path, the id of a profile.
func (a ARN) Name() string { return a.Resource[strings.LastIndex(a.Resource, "/")+1:] }
