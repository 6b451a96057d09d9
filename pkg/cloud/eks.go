package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// Cluster is what fgctl needs to know of an EKS cluster (EKS API, DescribeCluster).
type Cluster struct {
	Name string
	// ARN is arn:<partition>:eks:<region>:<account>:cluster/<name>.
	ARN    string
	Status string
	// Version is Kubernetes' (1.33), PlatformVersion EKS's (eks.9).
	Version         string
	PlatformVersion string
	// VPC may be empty: not every AWS endpoint reports it.
	VPC string
	// SecurityGroup is the cluster's own, which pods have unless a SecurityGroupPolicy says otherwise; empty where it is
	// not reported.
	SecurityGroup string
	// PrivateAccess and PublicAccess say from where the cluster's API endpoint is reached, PublicCIDRs limit the second.
	// Both are false where that is not reported.
	PrivateAccess, PublicAccess bool
	PublicCIDRs                 []string
	// Subnets are those that the cluster was made with; profiles may use others of the VPC.
	Subnets []string
	// AuthenticationMode is CONFIG_MAP, API_AND_CONFIG_MAP, API, or empty where it is not reported.
	AuthenticationMode string
	// Outposts is set for a local cluster on AWS Outposts, which has no Fargate.
	Outposts bool
	// HealthIssues is EKS's account of what is wrong with the cluster.
	HealthIssues []fargate.HealthIssue
}

// Partition returns the cluster's AWS partition (aws, aws-cn), from its ARN; empty where that is malformed.
func (c Cluster) Partition() string { return fargate.ParseARN(c.ARN).Partition }

// Region returns the cluster's region, from its ARN; empty where that is malformed.
func (c Cluster) Region() string { return fargate.ParseARN(c.ARN).Region }

// Account returns the 12 digits of the cluster's AWS account, from its ARN; empty where that is malformed.
func (c Cluster) Account() string { return fargate.ParseARN(c.ARN).Account }

// Cluster describes one cluster.
func (c *Client) Cluster(ctx context.Context, name string) (Cluster, error) {
	out, err := c.eks().DescribeCluster(ctx, &eks.DescribeClusterInput{Name: &name})
	if err != nil {
		return Cluster{}, wrap(ctx, "eks:DescribeCluster", err)
	}
	in := out.Cluster
	cluster := Cluster{
		Name:            aws.ToString(in.Name),
		ARN:             aws.ToString(in.Arn),
		Status:          string(in.Status),
		Version:         aws.ToString(in.Version),
		PlatformVersion: aws.ToString(in.PlatformVersion),
		Outposts:        in.OutpostConfig != nil,
	}
	if in.ResourcesVpcConfig != nil {
		cluster.VPC = aws.ToString(in.ResourcesVpcConfig.VpcId)
		cluster.SecurityGroup = aws.ToString(in.ResourcesVpcConfig.ClusterSecurityGroupId)
		cluster.Subnets = in.ResourcesVpcConfig.SubnetIds
		cluster.PrivateAccess = in.ResourcesVpcConfig.EndpointPrivateAccess
		cluster.PublicAccess = in.ResourcesVpcConfig.EndpointPublicAccess
		cluster.PublicCIDRs = in.ResourcesVpcConfig.PublicAccessCidrs
	}
	if in.AccessConfig != nil {
		cluster.AuthenticationMode = string(in.AccessConfig.AuthenticationMode)
	}
	if in.Health != nil {
		for _, issue := range in.Health.Issues {
			cluster.HealthIssues = append(cluster.HealthIssues, issueOf(issue.Code, issue.Message, issue.ResourceIds))
		}
	}
	return cluster, nil
}

// pageSize is the maxResults of a list; nil sends none.
func (c *Client) pageSize() *int32 {
	if c.options.PageSize <= 0 {
		return nil
	}
	return aws.Int32(int32(min(c.options.PageSize, MaxPageSize)))
}

// ClusterNames lists the region's clusters, sorted by name, each once.
func (c *Client) ClusterNames(ctx context.Context) ([]string, error) {
	names, err := pages(ctx, "eks:ListClusters",
		func(token *string) (*eks.ListClustersOutput, error) {
			return c.eks().ListClusters(ctx, &eks.ListClustersInput{NextToken: token, MaxResults: c.pageSize()})
		},
		func(out *eks.ListClustersOutput) ([]string, *string) { return out.Clusters, out.NextToken })
	slices.Sort(names)
	return slices.Compact(names), err
}

// ProfileNames lists the names of a cluster's Fargate profiles in every state, sorted, each once.
func (c *Client) ProfileNames(ctx context.Context, cluster string) ([]string, error) {
	names, err := pages(ctx, "eks:ListFargateProfiles",
		func(token *string) (*eks.ListFargateProfilesOutput, error) {
			return c.eks().ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{
				ClusterName: &cluster, NextToken: token, MaxResults: c.pageSize(),
			})
		},
		func(out *eks.ListFargateProfilesOutput) ([]string, *string) {
			return out.FargateProfileNames, out.NextToken
		})
	slices.Sort(names)
	return slices.Compact(names), err
}

// Profile describes one Fargate profile.
func (c *Client) Profile(ctx context.Context, cluster, name string) (fargate.Profile, error) {
	out, err := c.eks().DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{
		ClusterName: &cluster, FargateProfileName: &name,
	})
	if err != nil {
		return fargate.Profile{}, wrap(ctx, "eks:DescribeFargateProfile", err)
	}
	return profileOf(out.FargateProfile), nil
}

// Profiles describes all Fargate profiles of a cluster, sorted by name, with up to MaxInFlight requests
// at a time. A profile that is deleted between the list and its description is left out.
func (c *Client) Profiles(ctx context.Context, cluster string) ([]fargate.Profile, error) {
	names, err := c.ProfileNames(ctx, cluster)
	if err != nil {
		return nil, err
	}
	profiles, _, err := c.ProfilesNamed(ctx, cluster, names)
	return profiles, err
}

// ProfilesNamed describes the profiles of a cluster that have the names, in their order. Of those that do not exist it
// returns AWS's answers, by name.
func (c *Client) ProfilesNamed(
	ctx context.Context, cluster string, names []string,
) (profiles []fargate.Profile, missing map[string]error, err error) {
	found, answers := make([]fargate.Profile, len(names)), make([]error, len(names))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(MaxInFlight)
	for i, name := range names {
		group.Go(func() error {
			found[i], answers[i] = c.Profile(groupCtx, cluster, name)
			if err := answers[i]; ClassOf(err) != NotFound || NoCluster(err) {
				return err
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	profiles, missing = make([]fargate.Profile, 0, len(found)), map[string]error{}
	for i, p := range found {
		if answers[i] == nil {
			profiles = append(profiles, p)
		} else {
			missing[names[i]] = answers[i]
		}
	}
	return profiles, missing, nil
}

// EntryOfFargate is the type of the access entry of a pod execution role.
const EntryOfFargate = "FARGATE_LINUX"

// AccessEntry lets an IAM principal into a cluster.
type AccessEntry struct {
	Principal string
	// Type is FARGATE_LINUX, STANDARD, EC2_LINUX and so on.
	Type    string
	Created time.Time
}

// OfNodes reports whether the entry is one for EC2 nodes (EKS API, CreateAccessEntry, type).
func (a AccessEntry) OfNodes() bool {
	return slices.Contains([]string{"EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX"}, a.Type)
}

// AccessEntry describes the access entry of a principal; a NotFound error says that there is none.
func (c *Client) AccessEntry(ctx context.Context, cluster, principal string) (AccessEntry, error) {
	out, err := c.eks().DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{
		ClusterName: &cluster, PrincipalArn: &principal,
	})
	if err != nil {
		return AccessEntry{}, wrap(ctx, "eks:DescribeAccessEntry", err)
	}
	return AccessEntry{
		Principal: aws.ToString(out.AccessEntry.PrincipalArn), Type: aws.ToString(out.AccessEntry.Type),
		Created: aws.ToTime(out.AccessEntry.CreatedAt).UTC(),
	}, nil
}

// CreateProfile asks EKS to make a profile and returns it as accepted, in the state CREATING. Token is
// the clientRequestToken: EKS answers a repeated request with the same token with the first profile, so
// a caller that tries again must pass the same one. Only what is set in p is sent.
func (c *Client) CreateProfile(ctx context.Context, p fargate.Profile, token string) (fargate.Profile, error) {
	in := &eks.CreateFargateProfileInput{
		ClusterName:         &p.Cluster,
		FargateProfileName:  &p.Name,
		PodExecutionRoleArn: &p.PodExecutionRoleARN,
		Tags:                notEmpty(p.Tags),
	}
	if token != "" {
		in.ClientRequestToken = &token
	}
	if len(p.Subnets) > 0 {
		in.Subnets = p.Subnets
	}
	for _, s := range p.Selectors {
		in.Selectors = append(in.Selectors, types.FargateProfileSelector{
			Namespace: aws.String(s.Namespace), Labels: notEmpty(s.Labels),
		})
	}
	out, err := c.eks().CreateFargateProfile(ctx, in)
	if err != nil {
		return fargate.Profile{}, wrap(ctx, "eks:CreateFargateProfile", err)
	}
	return profileOf(out.FargateProfile), nil
}

// DeleteProfile asks EKS to delete a profile and returns it as EKS reports it then, as a rule in the
// state DELETING. The request is sent once, without the SDK's retries: EKS deletes by name, so whoever tries
// again has to see first that the name is still that of the same profile.
func (c *Client) DeleteProfile(ctx context.Context, cluster, name string) (fargate.Profile, error) {
	out, err := c.eks().DeleteFargateProfile(ctx,
		&eks.DeleteFargateProfileInput{ClusterName: &cluster, FargateProfileName: &name},
		func(o *eks.Options) { o.Retryer = retry.AddWithMaxAttempts(o.Retryer, 1) })
	if err != nil {
		return fargate.Profile{}, wrap(ctx, "eks:DeleteFargateProfile", err)
	}
	return profileOf(out.FargateProfile), nil
}

// TagProfile sets tags on the profile of this ARN and leaves its other tags alone; no tags, no request.
func (c *Client) TagProfile(ctx context.Context, arn string, tags map[string]string) error {
	if len(tags) == 0 {
		return nil
	}
	_, err := c.eks().TagResource(ctx, &eks.TagResourceInput{ResourceArn: &arn, Tags: tags})
	return wrap(ctx, "eks:TagResource", err)
}

// profileOf converts the SDK's profile, which is not nil (see missing).
func profileOf(in *types.FargateProfile) fargate.Profile {
	p := fargate.Profile{
		Name:                aws.ToString(in.FargateProfileName),
		ARN:                 aws.ToString(in.FargateProfileArn),
		Cluster:             aws.ToString(in.ClusterName),
		Status:              fargate.Status(in.Status),
		PodExecutionRoleARN: aws.ToString(in.PodExecutionRoleArn),
		Subnets:             in.Subnets,
		Tags:                notEmpty(in.Tags),
		CreatedAt:           aws.ToTime(in.CreatedAt).UTC(),
	}
	for _, s := range in.Selectors {
		p.Selectors = append(p.Selectors, fargate.Selector{
			Namespace: aws.ToString(s.Namespace), Labels: notEmpty(s.Labels),
		})
	}
	if in.Health != nil {
		for _, issue := range in.Health.Issues {
			p.Issues = append(p.Issues, issueOf(issue.Code, issue.Message, issue.ResourceIds))
		}
	}
	return p
}

func issueOf[Code ~string](code Code, message *string, resources []string) fargate.HealthIssue {
	return fargate.HealthIssue{Code: string(code), Message: aws.ToString(message), ResourceIDs: resources}
}

// notEmpty returns nil for an empty map: the API's tag map has a minimum of one entry, so an empty one
// must not be sent.
func notEmpty(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}
