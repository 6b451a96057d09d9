package sandbox_test

// The sandbox's test of honesty: the AWS CLI and boto3, which others wrote by AWS's own models, work
// against it. With FGCTL_REQUIRE_AWS_CLI=1 they must be installed, else they are skipped when missing.

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
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
	needs(t, "boto3", "python3", "-c", "import boto3")
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
