package sandbox_test

// The sandbox's test of honesty: the AWS CLI and boto3, which others wrote by AWS's own models, work
// against it. With FGCTL_REQUIRE_AWS_CLI=1 they must be installed, else they are skipped when missing.

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// needs skips, or fails where it is required, a test whose program is missing.
func needs(t *testing.T, what string, probe ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts other programs")
	}
	if err := exec.Command(probe[0], probe[1:]...).Run(); err != nil {
		if os.Getenv("FGCTL_REQUIRE_AWS_CLI") == "1" {
			t.Fatalf("FGCTL_REQUIRE_AWS_CLI is 1, but %s is not installed: %v", what, err)
		}
		t.Skipf("%s is not installed", what)
	}
}

// lookBoto3 ends well where boto3 is; to import it takes ten times as long.
const lookBoto3 = "import importlib.util, sys; sys.exit(importlib.util.find_spec('boto3') is None)"

// program runs a program in the sandbox's environment.
func program(t *testing.T, url string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(limited, args[0], args[1:]...)
	cmd.Env = append(sandbox.Environ(os.Environ(), url, sandbox.DefaultWorld()), "AWS_MAX_ATTEMPTS=1")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// serveNow serves a world on the real clock with transitions that end at once or in no time.
func serveNow(t *testing.T, change func(*sandbox.World)) *bench.Bench {
	t.Helper()
	world := sandbox.DefaultWorld()
	world.PageSize = 2
	change(&world)
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return bench.Of(t, server, false)
}

func TestBoto3(t *testing.T) {
	t.Parallel()
	needs(t, "boto3", "python3", "-c", lookBoto3)
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays = sandbox.Delays{Create: time.Second, Delete: 100 * time.Millisecond}
	})
	stdout, stderr, err := program(t, b.URL, "python3", "testdata/boto3_client.py")
	want := `trusts eks-fargate-pods.amazonaws.com
clusters ['demo']
mode API_AND_CONFIG_MAP
made CREATING ['subnet-0aaa0000000000001', 'subnet-0aaa0000000000002'] True
again True
busy ('ResourceInUseException', 409, 'Cannot create Fargate Profile api because cluster demo currently has Fargate profile web in status CREATING', {'clusterName': 'demo'})
shown ACTIVE [{'namespace': 'web', 'labels': {'app': 'api'}}] {'team': 'x'} {'issues': []}
tags {'a/b': 'c'}
names ['web']
deleted DELETING
gone ('ResourceNotFoundException', 404, 'No Fargate Profile found with name: web.', {'clusterName': 'demo', 'fargateProfileName': 'web'})
subnets 5
main ['rtb-0ccc0000000000001']
gateways ['igw-0bbb0000000000001', 'local']
no subnet ('InvalidSubnetID.NotFound', 400, "The subnet ID 'subnet-x' does not exist", {})
endpoints []
roles ['fargate-pods', 'not-fargate', 'AWSServiceRoleForAmazonEKSForFargate']
policies ['AmazonEKSFargatePodExecutionRolePolicy']
no role ('NoSuchEntity', 404, 'The role with name nobody cannot be found.', {})
account 111122223333
`
	if err != nil || stdout != want {
		t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, stderr, stdout, want)
	}
}

// What moto's tests of Fargate profiles ask holds, but for what docs/sandbox.md lists.
func TestMotoProfiles(t *testing.T) {
	t.Parallel()
	needs(t, "boto3", "python3", "-c", lookBoto3)
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays, w.PageSize, w.Quotas.Profiles = sandbox.Delays{}, 0, 200
		failed := sandbox.Cluster{Name: "failed", Status: "FAILED", VPC: "vpc-0d3e0000000000001"}
		for i := range 10 {
			failed.Profiles = append(failed.Profiles, sandbox.Profile{
				Name: fmt.Sprint("profile-", i), Role: "fargate-pods", Selectors: []sandbox.Selector{{Namespace: "web"}},
			})
		}
		w.Clusters = append(w.Clusters, failed)
	})
	_, stderr, err := program(t, b.URL, "python3", "testdata/moto_profiles.py")
	if err != nil || !strings.Contains(stderr, "Ran 20 tests") {
		t.Errorf("%v\n%s", err, stderr)
	}
}

func TestAWSCLI(t *testing.T) {
	t.Parallel()
	needs(t, "the AWS CLI", "aws", "--version")
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays = sandbox.Delays{}
		bench.With("old", "ACTIVE")(w)
	})
	create := []string{
		"aws", "eks", "create-fargate-profile", "--cluster-name", "demo", "--fargate-profile-name", "web",
		"--selectors", "namespace=web,labels={app=api}", "--subnets", bench.PrivateA, "--pod-execution-role-arn",
	}
	for _, test := range []struct {
		args           []string
		stdout, stderr string
	}{
		{[]string{"aws", "eks", "list-fargate-profiles", "--cluster-name", "demo", "--output", "text"}, "FARGATEPROFILENAMES\told\n", ""},
		{append(create, bench.BadRole), "", "An error occurred (InvalidParameterException) when calling the CreateFargateProfile operation: " +
			"Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"},
		{append(create, bench.GoodRole, "--query", "fargateProfile.[fargateProfileName,status]", "--output", "text"), "web\tCREATING\n", ""},
		{[]string{"aws", "eks", "wait", "fargate-profile-active", "--cluster-name", "demo", "--fargate-profile-name", "web"}, "", ""},
		{[]string{"aws", "eks", "delete-fargate-profile", "--cluster-name", "demo", "--fargate-profile-name", "old", "--query", "fargateProfile.status"}, "\"DELETING\"\n", ""},
		{[]string{"aws", "eks", "wait", "fargate-profile-deleted", "--cluster-name", "demo", "--fargate-profile-name", "old"}, "", ""},
		{[]string{"aws", "ec2", "describe-subnets", "--query", "length(Subnets)"}, "6\n", ""},
		{[]string{"aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"}, "111122223333\n", ""},
	} {
		stdout, stderr, err := program(t, b.URL, test.args...)
		if stdout != test.stdout || !strings.Contains(stderr, test.stderr) || (err != nil) != (test.stderr != "") {
			t.Errorf("%q: %v\n%s%s", test.args, err, stdout, stderr)
		}
	}
}

// What the sandbox answers fits botocore's model of every operation that it serves.
func TestAnswersFitTheModel(t *testing.T) {
	t.Parallel()
	needs(t, "boto3", "python3", "-c", lookBoto3)
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays, w.PageSize = sandbox.Delays{}, 0
		c := w.Cluster("demo")
		c.Nodegroups = []world.Nodegroup{{Name: "general", Role: "not-fargate", Subnets: c.Subnets[:1]}}
		c.Addons, c.PodIdentities = []string{"coredns"}, []world.PodIdentity{{Namespace: "web", ServiceAccount: "api"}}
		c.Issues = []sandbox.Issue{{Code: "Other", Message: "x", ResourceIDs: []string{"r"}}}
		w.VPCs[0].SecurityGroups = []world.SecurityGroup{{
			ID: "sg-1", Name: "db", Tags: map[string]string{"a": "b"},
			Ingress: []world.Rule{{Protocol: "tcp", From: 1, To: 2, Groups: []string{"sg-1"}}}, Egress: []world.Rule{{CIDRs: []string{"0.0.0.0/0"}}},
		}}
		w.VPCs[0].Endpoints = []sandbox.Endpoint{{
			ID: "vpce-1", Service: "com.amazonaws.us-east-1.ecr.api", Subnets: []string{bench.PrivateA}, SecurityGroups: []string{"sg-1"},
			Tags: map[string]string{"a": "b"},
		}}
	})
	stdout, stderr, err := program(t, b.URL, "python3", "testdata/validate.py")
	if err != nil {
		t.Fatalf("%v\n%s%s", err, stderr, stdout)
	}
	checked := strings.Fields(stdout)
	for _, o := range sandbox.Served() {
		if !slices.Contains(checked, o) {
			t.Errorf("%s is served, but testdata/validate.py does not call it", o)
		}
	}
}

// docs/sandbox.md names every operation that is served, and no other.
func TestOperationsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| service | operations |")
	table, _, _ = strings.Cut(table, "\n\n")
	var documented []string
	for _, row := range strings.Split(table, "\n| ")[1:] {
		service, rest, _ := strings.Cut(row, " | ")
		for _, o := range regexp.MustCompile(`[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+`).FindAllString(rest, -1) {
			documented = append(documented, strings.ToLower(service)+":"+o)
		}
	}
	slices.Sort(documented)
	served := sandbox.Served()
	for _, o := range append(slices.Clone(served), documented...) {
		if !slices.Contains(served, o) || !slices.Contains(documented, o) {
			t.Errorf("%s is only served or only in the table of docs/sandbox.md", o)
		}
	}
}

// The AWS SDK for JavaScript, at the versions of testdata/js/package-lock.json: `npm ci --prefix
// pkg/sandbox/testdata/js` installs it. With FGCTL_REQUIRE_NODE=1 it must be there.
func TestJavaScript(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts other programs")
	}
	if _, err := os.Stat("testdata/js/node_modules"); err != nil {
		if os.Getenv("FGCTL_REQUIRE_NODE") == "1" {
			t.Fatal("FGCTL_REQUIRE_NODE is 1, but testdata/js/node_modules is not there: npm ci --prefix pkg/sandbox/testdata/js")
		}
		t.Skip("npm ci has not installed the SDK")
	}
	b := serveNow(t, func(w *sandbox.World) {
		w.Delays = sandbox.Delays{Create: 100 * time.Millisecond, Delete: 100 * time.Millisecond}
		w.PageSize = 0
	})
	stdout, stderr, err := program(t, b.URL, "node", "testdata/js/client.mjs")
	want := `account 111122223333
clusters ["demo"]
cluster ACTIVE 1.36 API_AND_CONFIG_MAP true
versions ["1.36","1.35","1.34","1.33"]
trusts eks-fargate-pods.amazonaws.com
made CREATING ["subnet-0aaa0000000000001","subnet-0aaa0000000000002"] []
again true
busy ["ResourceInUseException",409,"Cannot create Fargate Profile api because cluster demo currently has Fargate profile web in status CREATING",true]
active SUCCESS
shown [{"namespace":"web","labels":{"app":"api"}}]
bad name ["InvalidParameterException",400,"The Fargate profile name parameter contains invalid characters. It should begin with letter or digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and underscores.",true]
no cluster ["ResourceNotFoundException",404,"No cluster found for name: none.",true]
tags {"a":"b"}
entry FARGATE_LINUX
pages [["api"],["web"]]
deleted DELETING
gone SUCCESS
subnets 5
tables [["rtb-0ccc0000000000001",2,true],["rtb-0ddd0000000000001",1,true]]
no subnet ["InvalidSubnetID.NotFound",400,"The subnet ID 'subnet-x' does not exist","untyped"]
dns {"Value":true}
groups ["eks-cluster-sg-demo"]
zones ["us-east-1a","us-east-1b"]
dry ["DryRunOperation",412,"Request would have succeeded, but DryRun flag is set.","untyped"]
policies ["AmazonEKSFargatePodExecutionRolePolicy"]
no role ["NoSuchEntityException",404,"The role with name nobody cannot be found.",true]
simulated ["allowed","implicitDeny"]
stack CREATE_COMPLETE ARN
stack gone SUCCESS
unknown ["UnknownOperationException",404,"The fgctl sandbox does not know the operation GET /clusters/demo/capabilities of eks","untyped"]
`
	if err != nil || stdout != want {
		t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, stderr, stdout, want)
	}
}
