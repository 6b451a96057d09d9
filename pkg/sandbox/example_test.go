package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// A clock of one's own lets a profile become ACTIVE without waiting.
func ExampleNew() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	web := httptest.NewServer(server)
	defer web.Close()
	client := eks.New(eks.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(web.URL),
		Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOX000000000", "sandbox", ""),
	})
	made, err := client.CreateFargateProfile(context.Background(), &eks.CreateFargateProfileInput{
		ClusterName: aws.String("demo"), FargateProfileName: aws.String("web"),
		PodExecutionRoleArn: aws.String("arn:aws:iam::111122223333:role/fargate-pods"),
		Subnets:             []string{"subnet-0aaa0000000000001"},
		Selectors:           []types.FargateProfileSelector{{Namespace: aws.String("web")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(made.FargateProfile.Status)
	now = now.Add(10 * time.Minute)
	fmt.Println(server.Profiles("demo")[0].Status)
	// Output:
	// CREATING
	// ACTIVE
}

// A fault makes a request misbehave, here the first list.
func ExampleServer_SetFaults() {
	server, err := sandbox.New(sandbox.DefaultWorld(), sandbox.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = server.SetFaults(sandbox.Fault{Operation: "eks:ListFargateProfiles", Kind: sandbox.FaultThrottle, Nth: 1, Times: 2})
	fmt.Println(err)
	err = server.SetFaults(sandbox.Fault{Operation: "eks:ListFargateProfiles", Kind: "thortle"})
	fmt.Println(err != nil)
	// Output:
	// <nil>
	// true
}
