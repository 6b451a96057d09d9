package cli_test

// This file starts moto, an imitation of AWS that others wrote, and makes an account in it through the
// AWS APIs: a VPC with private and public subnets, roles, and a cluster.

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fgctl/fgctl/pkg/cli"
)

// motoStart is how long moto may take to listen; it takes a second or two.
const motoStart = 60 * time.Second

var runningOn = regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)`)

// startMoto returns the address of a moto server of this test. Without moto the test is skipped, or fails
// where FGCTL_REQUIRE_MOTO=1 asks for it.
func startMoto(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("moto is left out of short tests")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		const text = "moto_server is not installed; pip install 'moto[server]' brings it"
		if cli.Asked("FGCTL_REQUIRE_MOTO") == "1" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	cmd := exec.Command(program, "-H", "127.0.0.1", "-p", "0")
	cmd.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "PYTHONUNBUFFERED=1", "NO_COLOR=1")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	// It says where it listens once it does. What it says later is read away, so that it never blocks.
	address := make(chan string, 1)
	go func() {
		defer close(address)
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if m := runningOn.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case address <- m[1]:
				default:
				}
			}
		}
	}()
	select {
	case url, ok := <-address:
		if !ok {
			t.Fatal("moto_server ended before it listened")
		}
		return url
	case <-time.After(motoStart):
		t.Fatalf("moto_server does not listen after %s", motoStart)
	}
	return ""
}

// account is what was made in moto.
type account struct {
	url string
	ec2 *ec2.Client
	iam *iam.Client
	eks *eks.Client

	gateway                                   string
	publicTable, mainTable                    string
	private1, private2, public, onMain, fixed string // subnets: onMain uses the main table implicitly, fixed explicitly
	foreign                                   string
	roleGood, roleBad, rolePath               string
	home                                      string
}

// newAccount makes the account. The main route table leads to the internet gateway.
func newAccount(t *testing.T) *account {
	t.Helper()
	a := &account{url: startMoto(t), home: t.TempDir()}
	cfg, err := config.LoadDefaultConfig(t.Context(),
		config.WithRegion("us-east-1"), config.WithBaseEndpoint(a.url),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("AKIAFAKE", "fake", "")),
		config.WithSharedConfigFiles([]string{os.DevNull}), config.WithSharedCredentialsFiles([]string{os.DevNull}),
	)
	if err != nil {
		t.Fatal(err)
	}
	a.ec2, a.iam, a.eks = ec2.NewFromConfig(cfg), iam.NewFromConfig(cfg), eks.NewFromConfig(cfg)
	a.makeNetwork(t)
	a.roleGood = a.makeRole(t, "/", "fargate-pods", "eks-fargate-pods.amazonaws.com")
	a.rolePath = a.makeRole(t, "/team/x/", "fargate-pathed", "eks-fargate-pods.amazonaws.com")
	a.roleBad = a.makeRole(t, "/", "not-fargate", "ec2.amazonaws.com")
	_, err = a.eks.CreateCluster(t.Context(), &eks.CreateClusterInput{
		Name: aws.String("demo"), Version: aws.String("1.33"), RoleArn: aws.String(a.makeRole(t, "/", "eks-cluster", "eks.amazonaws.com")),
		ResourcesVpcConfig: &ekstypes.VpcConfigRequest{SubnetIds: []string{a.private1, a.private2, a.public}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *account) makeNetwork(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	vpc := a.vpc(t, "10.20.0.0/16")
	gateway, err := a.ec2.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{})
	if err != nil {
		t.Fatal(err)
	}
	a.gateway = *gateway.InternetGateway.InternetGatewayId
	if _, err := a.ec2.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{InternetGatewayId: &a.gateway, VpcId: &vpc}); err != nil {
		t.Fatal(err)
	}
	subnet := func(vpc, block, zone string) string {
		out, err := a.ec2.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: &block, AvailabilityZone: &zone})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Subnet.SubnetId
	}
	a.private1, a.private2 = subnet(vpc, "10.20.10.0/24", "us-east-1a"), subnet(vpc, "10.20.11.0/24", "us-east-1b")
	a.public = subnet(vpc, "10.20.0.0/24", "us-east-1a")
	a.onMain, a.fixed = subnet(vpc, "10.20.12.0/24", "us-east-1a"), subnet(vpc, "10.20.13.0/24", "us-east-1b")
	a.foreign = subnet(a.vpc(t, "10.30.0.0/16"), "10.30.0.0/24", "us-east-1a")

	main, err := a.ec2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{
		{Name: aws.String("vpc-id"), Values: []string{vpc}}, {Name: aws.String("association.main"), Values: []string{"true"}},
	}})
	if err != nil || len(main.RouteTables) != 1 {
		t.Fatalf("main route table: %v", err)
	}
	a.mainTable = *main.RouteTables[0].RouteTableId
	table := func() string {
		out, err := a.ec2.CreateRouteTable(ctx, &ec2.CreateRouteTableInput{VpcId: &vpc})
		if err != nil {
			t.Fatal(err)
		}
		return *out.RouteTable.RouteTableId
	}
	a.publicTable = table()
	privateTable := table()
	address, err := a.ec2.AllocateAddress(ctx, &ec2.AllocateAddressInput{Domain: ec2types.DomainTypeVpc})
	if err != nil {
		t.Fatal(err)
	}
	nat, err := a.ec2.CreateNatGateway(ctx, &ec2.CreateNatGatewayInput{SubnetId: &a.public, AllocationId: address.AllocationId})
	if err != nil {
		t.Fatal(err)
	}
	all := aws.String("0.0.0.0/0")
	for _, route := range []*ec2.CreateRouteInput{
		{RouteTableId: &a.publicTable, DestinationCidrBlock: all, GatewayId: &a.gateway},
		{RouteTableId: &a.mainTable, DestinationCidrBlock: all, GatewayId: &a.gateway},
		{RouteTableId: &privateTable, DestinationCidrBlock: all, NatGatewayId: nat.NatGateway.NatGatewayId},
	} {
		if _, err := a.ec2.CreateRoute(ctx, route); err != nil {
			t.Fatal(err)
		}
	}
	for subnet, table := range map[string]string{a.private1: privateTable, a.private2: privateTable, a.public: a.publicTable, a.fixed: a.mainTable} {
		if _, err := a.ec2.AssociateRouteTable(ctx, &ec2.AssociateRouteTableInput{RouteTableId: &table, SubnetId: &subnet}); err != nil {
			t.Fatal(err)
		}
	}
}

func (a *account) vpc(t *testing.T, block string) string {
	t.Helper()
	out, err := a.ec2.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: &block})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Vpc.VpcId
}

// makeRole makes a role that trusts a service, with Fargate's managed policy, and returns its ARN.
func (a *account) makeRole(t *testing.T, path, name, service string) string {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
	out, err := a.iam.CreateRole(t.Context(), &iam.CreateRoleInput{Path: &path, RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.iam.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{
		RoleName: &name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Role.Arn
}

// answer is what a run of fgctl gave.
type answer struct {
	code        int
	out, errors string
}

// run runs fgctl in the account with none of the machine's settings, and expects an exit code and
// texts in its output.
func (a *account) run(t *testing.T, code int, want []string, args ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Args[0] = "fgctl" // by which TestMain knows that it is fgctl, whose clock is fast
	cmd.Dir = a.home
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + a.home, "XDG_CONFIG_HOME=" + a.home, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"AWS_ENDPOINT_URL=" + a.url, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIAFAKE", "AWS_SECRET_ACCESS_KEY=fake",
		"AWS_EC2_METADATA_DISABLED=true", "FGCTL_SETTLE=0s", "FGCTL_CLUSTER=demo",
	}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	got := answer{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
	if got.code != code {
		t.Errorf("fgctl %s: exit %d, want %d\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), got.code, code, got.out, got.errors)
	}
	for _, text := range want {
		if !strings.Contains(got.out+got.errors, text) {
			t.Errorf("fgctl %s: no %q in\nstdout:\n%s\nstderr:\n%s", strings.Join(args, " "), text, got.out, got.errors)
		}
	}
	return got
}

// item is what get -o json says of a profile.
type item struct {
	Name                string `json:"name"`
	PodExecutionRoleARN string `json:"podExecutionRoleARN"`
	Selectors           []struct {
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"selectors"`
	Subnets []string          `json:"subnets"`
	Tags    map[string]string `json:"tags"`
	Status  string            `json:"status"`
}

// profiles are those of the cluster, as get -o json prints them.
func (a *account) profiles(t *testing.T) []item {
	t.Helper()
	var items []item
	out := a.run(t, 0, nil, "get", "fargateprofile", "-o", "json").out
	if err := json.Unmarshal([]byte(out), &items); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	return items
}
