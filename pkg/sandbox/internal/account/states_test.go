package account_test

// How profiles and roles change in time, by a clock that the test moves.

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

var ctx = context.Background()

func TestLifeOfAProfile(t *testing.T) {
	b := bench.Serve(t)
	start := b.Clock.Now()
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); err != nil {
		t.Fatal(err)
	}
	var seen []string
	look := func() { seen = append(seen, b.Status("web")) }
	look()
	b.Clock.Advance(2*time.Second - 1)
	look()
	b.Clock.Advance(1)
	look()
	if err := b.Delete("web"); err != nil {
		t.Fatal(err)
	}
	look()
	b.Clock.Advance(3*time.Second - 1)
	look()
	b.Clock.Advance(1)
	look()
	want := []string{"CREATING", "CREATING", "ACTIVE", "DELETING", "DELETING", "ResourceNotFoundException"}
	if !slices.Equal(seen, want) {
		t.Errorf("saw %q, want %q", seen, want)
	}
	arn := b.History("demo")[0].ARN
	history := []sandbox.Change{
		{At: start, Profile: "web", ARN: arn, Status: "CREATING"},
		{At: start.Add(2 * time.Second), Profile: "web", ARN: arn, Status: "ACTIVE"},
		{At: start.Add(2 * time.Second), Profile: "web", ARN: arn, Status: "DELETING"},
		{At: start.Add(5 * time.Second), Profile: "web", ARN: arn},
	}
	if got := b.History("demo"); !slices.Equal(got, history) {
		t.Errorf("history %v, want %v", got, history)
	}
}

func TestProfilesAtAnInstant(t *testing.T) {
	b := bench.Serve(t)
	if _, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web")); err != nil {
		t.Fatal(err)
	}
	now := b.Clock.Now()
	for after, want := range map[time.Duration]string{0: "CREATING", time.Second: "CREATING", 2 * time.Second: "ACTIVE"} {
		if got := b.ProfilesAt("demo", now.Add(after)); len(got) != 1 || got[0].Status != want {
			t.Errorf("after %s: %+v, want %s", after, got, want)
		}
	}
	if got := b.Profiles("nonsense"); got != nil {
		t.Errorf("profiles of no cluster: %v", got)
	}
}

func TestOneInTransition(t *testing.T) {
	b := bench.Serve(t)
	// Of many creates at once exactly one is taken.
	var wait sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wait.Go(func() { _, results[i] = b.EKS.CreateFargateProfile(ctx, bench.Input(fmt.Sprintf("web-%d", i))) })
	}
	wait.Wait()
	taken := 0
	for _, err := range results {
		if err == nil {
			taken++
		} else if bench.Code(err) != "ResourceInUseException" {
			t.Error(err)
		}
	}
	if taken != 1 || len(b.Profiles("demo")) != 1 {
		t.Errorf("%d creates were taken, %d profiles exist", taken, len(b.Profiles("demo")))
	}
	b.Clock.Advance(2 * time.Second)
	b.Create(t, "next")
}

func TestCreateFails(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.FailCreates = []sandbox.Failure{{Profile: "broken-*", Code: "AccessDenied", Message: "no", ResourceIDs: []string{"r"}, Times: 1}}
	})
	b.Create(t, "broken-1")
	out, err := b.EKS.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("broken-1")})
	if err != nil {
		t.Fatal(err)
	}
	p := out.FargateProfile
	if p.Status != "CREATE_FAILED" || len(p.Health.Issues) != 1 || p.Health.Issues[0].Code != "AccessDenied" || *p.Health.Issues[0].Message != "no" || p.Health.Issues[0].ResourceIds[0] != "r" {
		t.Errorf("profile %+v, health %+v", p, p.Health)
	}
	if err := b.Delete("broken-1"); err != nil {
		t.Errorf("a failed profile cannot be removed: %v", err)
	}
	b.Clock.Advance(3 * time.Second)
	b.Create(t, "broken-2") // the rule was for one
	if got := b.Status("broken-2"); got != "ACTIVE" {
		t.Errorf("the second is %s", got)
	}
}

func TestDeleteFails(t *testing.T) {
	b := bench.Serve(t, bench.With("old", "ACTIVE"), func(w *sandbox.World) { w.FailDeletes = []sandbox.Failure{{Times: 1}} })
	var seen []string
	for range 2 {
		if err := b.Delete("old"); err != nil {
			t.Fatal(err)
		}
		b.Clock.Advance(3 * time.Second)
		seen = append(seen, b.Status("old"))
	}
	if !slices.Equal(seen, []string{"DELETE_FAILED", "ResourceNotFoundException"}) {
		t.Errorf("saw %q", seen)
	}
}

const misconfigured = "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"

const trustsFargate = `{"Statement":{"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"}}`

func TestRolePropagation(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Delays.RolePropagation = 10 * time.Second })
	role, err := b.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("new"), AssumeRolePolicyDocument: aws.String(trustsFargate)})
	if err != nil {
		t.Fatal(err)
	}
	in := bench.Input("web", func(in *eks.CreateFargateProfileInput) { in.PodExecutionRoleArn = role.Role.Arn })
	b.Clock.Advance(10*time.Second - 1)
	if _, err := b.EKS.CreateFargateProfile(ctx, in); bench.Message(err) != misconfigured {
		t.Errorf("too early: %v", err)
	}
	b.Clock.Advance(1)
	if _, err := b.EKS.CreateFargateProfile(ctx, in); err != nil {
		t.Error(err)
	}
}

func TestUnseenRole(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Role("fargate-pods").UnseenFor = 2 })
	var seen []string
	for range 3 {
		_, err := b.EKS.CreateFargateProfile(ctx, bench.Input("web"))
		seen = append(seen, bench.Message(err))
	}
	if !slices.Equal(seen, []string{misconfigured, misconfigured, ""}) {
		t.Errorf("saw %q", seen)
	}
}

func TestClusterUpdateEnds(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.Cluster("demo").Updating = time.Minute })
	b.Clock.Advance(time.Minute)
	b.Create(t, "web")
}

// The service-linked role appears with the first profile.
func TestServiceLinkedRole(t *testing.T) {
	b := bench.Serve(t)
	get := func() error {
		_, err := b.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("AWSServiceRoleForAmazonEKSForFargate")})
		return err
	}
	if bench.Code(get()) != "NoSuchEntity" {
		t.Error("it was there before")
	}
	b.Create(t, "web")
	if err := get(); err != nil {
		t.Error(err)
	}
}

func TestPaging(t *testing.T) {
	const count = 7
	b := bench.Serve(t, func(w *sandbox.World) {
		w.PageSize = 3
		for i := range count {
			w.Cluster("demo").Profiles = append(w.Cluster("demo").Profiles, sandbox.Profile{Name: fmt.Sprintf("p%d", i), Role: "fargate-pods"})
			w.Roles = append(w.Roles, sandbox.Role{Name: fmt.Sprintf("r%d", i), Trust: "{}"})
		}
	})
	var profiles []string
	pages := 0
	for p := eks.NewListFargateProfilesPaginator(b.EKS, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo")}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		profiles = append(profiles, out.FargateProfileNames...)
	}
	if pages != 3 || len(slices.Compact(profiles)) != count {
		t.Errorf("%d pages with %q", pages, profiles)
	}
	subnets, pages := 0, 0
	for p := ec2.NewDescribeSubnetsPaginator(b.EC2, &ec2.DescribeSubnetsInput{}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		subnets += len(out.Subnets)
	}
	if pages != 2 || subnets != 6 {
		t.Errorf("%d pages with %d subnets", pages, subnets)
	}
	roles, pages := 0, 0
	for p := iam.NewListRolesPaginator(b.IAM, &iam.ListRolesInput{}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		roles += len(out.Roles)
	}
	if pages != 3 || roles != count+2 {
		t.Errorf("%d pages with %d roles", pages, roles)
	}

	// What vanishes between two pages hides nothing.
	first, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo"), MaxResults: aws.Int32(2)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Delete("p0"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(3 * time.Second)
	second, err := b.EKS.ListFargateProfiles(ctx, &eks.ListFargateProfilesInput{ClusterName: aws.String("demo"), MaxResults: aws.Int32(2), NextToken: first.NextToken})
	if err != nil || !slices.Equal(second.FargateProfileNames, []string{"p2", "p3"}) {
		t.Errorf("second page %+v, %v", second, err)
	}
	for _, bad := range []*eks.ListFargateProfilesInput{
		{ClusterName: aws.String("demo"), NextToken: aws.String("nonsense")}, {ClusterName: aws.String("demo"), MaxResults: aws.Int32(101)}, {ClusterName: aws.String("demo"), MaxResults: aws.Int32(0)},
	} {
		if _, err := b.EKS.ListFargateProfiles(ctx, bad); bench.Code(err) != "InvalidParameterException" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// The SDK's own waiters end where they should.
func TestWaiters(t *testing.T) {
	b := bench.Serve(t, bench.With("old", "ACTIVE"))
	in := &eks.DescribeFargateProfileInput{ClusterName: aws.String("demo"), FargateProfileName: aws.String("old")}
	if err := eks.NewFargateProfileActiveWaiter(b.EKS).Wait(ctx, in, time.Minute); err != nil {
		t.Error(err)
	}
	if err := errors.Join(b.Delete("old")); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(3 * time.Second)
	if err := eks.NewFargateProfileDeletedWaiter(b.EKS).Wait(ctx, in, time.Minute); err != nil {
		t.Error(err)
	}
}

func TestTwoRegions(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Clusters = append(w.Clusters, sandbox.Cluster{Name: "demo", Region: "eu-west-1"}, sandbox.Cluster{Name: "west", Region: "eu-west-1"})
	})
	names := func(region string) []string {
		out, err := b.EKS.ListClusters(ctx, nil, func(o *eks.Options) { o.Region = region })
		if err != nil {
			t.Fatal(err)
		}
		return out.Clusters
	}
	if got := names("us-east-1"); !slices.Equal(got, []string{"demo"}) {
		t.Errorf("us-east-1 has %q", got)
	}
	if got := names("eu-west-1"); !slices.Equal(got, []string{"demo", "west"}) {
		t.Errorf("eu-west-1 has %q", got)
	}
	if got := names("ap-south-1"); len(got) != 0 {
		t.Errorf("ap-south-1 has %q", got)
	}
	subnets, err := b.EC2.DescribeSubnets(ctx, nil, func(o *ec2.Options) { o.Region = "eu-west-1" })
	if err != nil || len(subnets.Subnets) != 0 {
		t.Errorf("subnets of eu-west-1: %+v, %v", subnets, err)
	}
}

// Reads lag by a time: several writes in it are all unseen, and transitions that had begun before go on.
func TestStaleLag(t *testing.T) {
	b := bench.Serve(t, bench.With("web", "CREATING"), func(w *sandbox.World) {
		w.Faults = []sandbox.Fault{{Operation: "eks:*", Kind: sandbox.FaultStale, Lag: 5 * time.Second}}
	})
	arn := b.Profiles("demo")[0].ARN
	tag := func(key string) {
		t.Helper()
		if _, err := b.EKS.TagResource(ctx, &eks.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{key: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	tags := func() int {
		t.Helper()
		out, err := b.EKS.ListTagsForResource(ctx, &eks.ListTagsForResourceInput{ResourceArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Tags)
	}
	tag("a")
	b.Clock.Advance(3 * time.Second)
	tag("b")
	got := []int{tags()}
	for range 3 {
		b.Clock.Advance(2 * time.Second)
		got = append(got, tags())
	}
	if want := []int{0, 1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("tags at 3s, 5s, 7s, 9s: %v, want %v", got, want)
	}
	tag("c")
	if got := b.Status("web"); got != "ACTIVE" {
		t.Errorf("time stands still in the past: %s", got)
	}
}
