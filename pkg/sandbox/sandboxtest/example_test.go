package sandboxtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/sandboxtest"
)

var ctx = context.Background()

// t stands for the *testing.T of a test function.
var t = &example{}

type example struct{ testing.TB }

func (*example) Helper()                           {}
func (*example) Cleanup(func())                    {}
func (*example) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }
func (*example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// A test of code that waits for a profile: the clock is the test's own, so nothing really waits.
func ExampleNewServer() {
	// func TestMine(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	server := sandboxtest.NewServer(t, sandbox.DefaultWorld(), sandbox.Options{Now: func() time.Time { return now }})
	client := eks.NewFromConfig(server.Config())
	_, err := client.CreateFargateProfile(ctx, &eks.CreateFargateProfileInput{
		ClusterName: aws.String("demo"), FargateProfileName: aws.String("web"),
		PodExecutionRoleArn: aws.String("arn:aws:iam::111122223333:role/fargate-pods"),
		Selectors:           []types.FargateProfileSelector{{Namespace: aws.String("web")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, err := client.DescribeFargateProfile(ctx, &eks.DescribeFargateProfileInput{
			ClusterName: aws.String("demo"), FargateProfileName: aws.String("web"),
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(out.FargateProfile.Status)
		now = now.Add(time.Minute)
	}
	// Output:
	// CREATING
	// ACTIVE
}
