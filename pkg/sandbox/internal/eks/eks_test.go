package eks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

func TestEKSReads(t *testing.T) {
	b := bench.Serve(t)
	clusters, err := b.EKS.ListClusters(ctx, &eks.ListClustersInput{})
	if err != nil || !slices.Equal(clusters.Clusters, []string{"demo"}) {
		t.Fatalf("ListClusters: %v, %v", clusters, err)
	}
	out, err := b.EKS.DescribeCluster(ctx, &eks.DescribeClusterInput{Name: aws.String("demo")})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Cluster
	if aws.ToString(c.Arn) != "arn:aws:eks:us-east-1:111122223333:cluster/demo" || c.Status != "ACTIVE" || aws.ToString(c.Version) != "1.36" ||
		aws.ToString(c.PlatformVersion) != "eks.6" || aws.ToString(c.ResourcesVpcConfig.VpcId) != "vpc-0d3e0000000000001" ||
		len(c.ResourcesVpcConfig.SubnetIds) != 4 || c.AccessConfig.AuthenticationMode != "API_AND_CONFIG_MAP" || c.OutpostConfig != nil {
		t.Errorf("DescribeCluster: %+v", c)
	}
}

// What support a version has depends on the day.
func TestClusterVersions(t *testing.T) {
	b := bench.Serve(t) // on 2026-01-02
	show := func(in *eks.DescribeClusterVersionsInput) string {
		t.Helper()
		out, err := b.EKS.DescribeClusterVersions(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, v := range out.ClusterVersions {
			if v.ReleaseDate == nil || !v.EndOfStandardSupportDate.Before(*v.EndOfExtendedSupportDate) {
				t.Errorf("%+v", v)
			}
			text = append(text, aws.ToString(v.ClusterVersion)+" "+string(v.VersionStatus)+" "+string(v.Status))
		}
		return strings.Join(text, ", ")
	}
	const extended = "1.33 EXTENDED_SUPPORT extended-support"
	for _, test := range []struct {
		days int
		in   *eks.DescribeClusterVersionsInput
		want string
	}{
		{0, &eks.DescribeClusterVersionsInput{DefaultOnly: aws.Bool(true)}, "1.36 STANDARD_SUPPORT standard-support"},
		{0, &eks.DescribeClusterVersionsInput{ClusterVersions: []string{"1.34", "1.9"}}, "1.34 STANDARD_SUPPORT standard-support"},
		{0, &eks.DescribeClusterVersionsInput{VersionStatus: types.VersionStatusExtendedSupport}, ""},
		{240, &eks.DescribeClusterVersionsInput{VersionStatus: types.VersionStatusExtendedSupport}, extended},
		{0, &eks.DescribeClusterVersionsInput{Status: types.ClusterVersionStatusExtendedSupport}, extended}, //nolint:staticcheck // the deprecated form works too
		{365, &eks.DescribeClusterVersionsInput{ClusterVersions: []string{"1.33"}}, ""},
		{0, &eks.DescribeClusterVersionsInput{ClusterVersions: []string{"1.33"}, IncludeAll: aws.Bool(true)}, "1.33 UNSUPPORTED unsupported"},
	} {
		b.Clock.Advance(time.Duration(test.days) * 24 * time.Hour)
		if got := show(test.in); got != test.want {
			t.Errorf("after %d days: %s, want %s", test.days, got, test.want)
		}
	}
}

func TestEKSProfile(t *testing.T) {
	b := bench.Serve(t)
	in := bench.Input("web", func(in *eks.CreateFargateProfileInput) { in.Tags = map[string]string{"team": "x"} })
	created, err := b.EKS.CreateFargateProfile(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	p := created.FargateProfile
	if p.Status != "CREATING" || !p.CreatedAt.Equal(b.Clock.Now()) || aws.ToString(p.PodExecutionRoleArn) != bench.GoodRole ||
		!slices.Equal(p.Subnets, []string{bench.PrivateA, bench.PrivateB}) || aws.ToString(p.Selectors[0].Namespace) != "web" ||
		p.Selectors[0].Labels["app"] != "api" || p.Tags["team"] != "x" || p.Health == nil || len(p.Health.Issues) != 0 {
		t.Errorf("CreateFargateProfile: %+v", p)
	}
	arn := aws.ToString(p.FargateProfileArn)
	if !strings.HasPrefix(arn, "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/") || len(arn) != len("arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/")+36 {
		t.Errorf("ARN %q", arn)
	}

	if _, err := b.EKS.TagResource(ctx, &eks.TagResourceInput{ResourceArn: p.FargateProfileArn, Tags: map[string]string{"a/b": "1", "c": "2"}}); err != nil {
		t.Error(err)
	}
	if _, err := b.EKS.UntagResource(ctx, &eks.UntagResourceInput{ResourceArn: p.FargateProfileArn, TagKeys: []string{"team", "c"}}); err != nil {
		t.Error(err)
	}
	tags, err := b.EKS.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: p.FargateProfileArn})
	if err != nil || len(tags.Tags) != 1 || tags.Tags["a/b"] != "1" {
		t.Errorf("tags %v, %v", tags, err)
	}

	list, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")})
	if err != nil || !slices.Equal(list.FargateProfileNames, []string{"web"}) || list.NextToken != nil {
		t.Errorf("ListFargateProfiles: %v, %v", list, err)
	}
	b.Clock.Advance(2 * time.Second)
	deleted, err := b.EKS.DeleteFargateProfile(ctx, &eks.DeleteFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("web")})
	if err != nil || deleted.FargateProfile.Status != "DELETING" {
		t.Errorf("DeleteFargateProfile: %v, %v", deleted, err)
	}
}

func TestSameToken(t *testing.T) {
	b := bench.Serve(t)
	in := bench.Input("web", func(in *eks.CreateFargateProfileInput) { in.ClientRequestToken = aws.String("t"); in.Subnets = nil })
	first, err := b.EKS.CreateFargateProfile(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"CREATING", "ACTIVE"} {
		again, err := b.EKS.CreateFargateProfile(ctx, in)
		if err != nil || *again.FargateProfile.FargateProfileArn != *first.FargateProfile.FargateProfileArn || string(again.FargateProfile.Status) != status {
			t.Errorf("again while %s: %+v, %v", status, again, err)
		}
		b.Clock.Advance(2 * time.Second)
	}
	if n := len(b.Profiles("demo")); n != 1 {
		t.Errorf("%d profiles", n)
	}
	other := bench.Input("web", func(in *eks.CreateFargateProfileInput) {
		in.ClientRequestToken = aws.String("t")
		in.Selectors = []types.FargateProfileSelector{{Namespace: aws.String("other")}}
	})
	if _, err := b.EKS.CreateFargateProfile(ctx, other); bench.Code(err) != "InvalidParameterException" {
		t.Errorf("the token with another request: %v", err)
	}
	fresh := bench.Input("web", func(in *eks.CreateFargateProfileInput) { in.ClientRequestToken = aws.String("u") })
	if _, err := b.EKS.CreateFargateProfile(ctx, fresh); bench.Code(err) != "ResourceInUseException" {
		t.Errorf("another token: %v", err)
	}
	if err := b.Delete("web"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(3 * time.Second)
	anew, err := b.EKS.CreateFargateProfile(ctx, in)
	if err != nil || *anew.FargateProfile.FargateProfileArn == *first.FargateProfile.FargateProfileArn {
		t.Errorf("after the profile has gone: %+v, %v", anew, err)
	}
}

func TestDefaultSubnets(t *testing.T) {
	b := bench.Serve(t)
	out, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web", func(in *eks.CreateFargateProfileInput) { in.Subnets = nil }))
	if err != nil || !slices.Equal(out.FargateProfile.Subnets, []string{bench.PrivateA, bench.PrivateB}) {
		t.Errorf("EKS chose %+v, %v", out, err)
	}
}
