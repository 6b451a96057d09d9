// Package main is the program that fgctl's start is measured against: it links what fgctl cannot do without, the AWS
// SDK's packages and Kubernetes' types, and does nothing.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	corev1 "k8s.io/api/core/v1"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "never" {
		fmt.Println(config.LoadDefaultConfig, ec2.New(ec2.Options{}), eks.New(eks.Options{}), iam.New(iam.Options{}),
			sts.New(sts.Options{}), corev1.AddToScheme, corev1.Pod{})
	}
}
