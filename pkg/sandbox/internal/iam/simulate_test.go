package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

const (
	caller    = "arn:aws:iam::111122223333:user/sandbox"
	ofAWS     = "arn:aws:iam::aws:policy/"
	simulated = "arn:aws:iam::111122223333:role/simulated"
)

// simulate asks about one action on one resource, with context keys as KEY, VALUE …
func simulate(b *bench.Bench, source, action, resource string, context ...string) (*iamtypes.EvaluationResult, error) {
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: []string{action}, ResourceArns: []string{resource}}
	for i := 0; i < len(context); i += 2 {
		in.ContextEntries = append(in.ContextEntries, iamtypes.ContextEntry{
			ContextKeyName: &context[i], ContextKeyValues: context[i+1 : i+2], ContextKeyType: iamtypes.ContextKeyTypeEnumString,
		})
	}
	out, err := b.IAM.SimulatePrincipalPolicy(ctx, in)
	if err != nil {
		return &iamtypes.EvaluationResult{}, err
	}
	return &out.EvaluationResults[0], nil
}

func TestSimulate(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) { w.MissingPermissions = []string{"ec2:*"} })
	role := aws.String("fargate-pods")
	try[*iam.PutRolePolicyOutput](t)(b.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("x"), PolicyDocument: aws.String(document)}))
	for _, test := range []struct{ source, action, resource, want string }{
		{caller, "eks:CreateFargateProfile", "*", "allowed"},
		{caller, "ec2:DescribeSubnets", "*", "implicitDeny"},
		{bench.GoodRole, "ecr:BatchGetImage", "*", "allowed"},
		{bench.GoodRole, "s3:GetObject", "arn:aws:s3:::pods/a", "allowed"},
		{bench.GoodRole, "s3:GetObject", "arn:aws:s3:::pods/secret", "explicitDeny"},
		{bench.GoodRole, "s3:PutObject", "arn:aws:s3:::pods/a", "implicitDeny"},
	} {
		if got, err := simulate(b, test.source, test.action, test.resource); err != nil || string(got.EvalDecision) != test.want {
			t.Errorf("%+v: %+v, %v", test, got, err)
		}
	}
	if _, err := simulate(b, bench.GoodRole+"x", "a:b", "*"); bench.Code(err) != "NoSuchEntity" || b.Stats().Permissions["ecr:BatchGetImage"] != 0 {
		t.Error(err)
	}
}

// What AWS's policies allow, one action that each has and one that it has not.
func TestManagedDocuments(t *testing.T) {
	for policy, allows := range map[string]struct{ action, not string }{
		"AdministratorAccess":                                   {"s3:PutObject", ""},
		"AmazonEC2ContainerRegistryPullOnly":                    {"ecr:BatchImportUpstreamImage", "ecr:BatchCheckLayerAvailability"},
		"AmazonEC2ContainerRegistryReadOnly":                    {"ecr:DescribeImages", "ecr:PutImage"},
		"AmazonEKSClusterPolicy":                                {"ec2:CreateSecurityGroup", "ec2:DeleteNetworkInterface"},
		"AmazonEKSFargatePodExecutionRolePolicy":                {"ecr:GetAuthorizationToken", "logs:CreateLogStream"},
		"AmazonEKSServicePolicy":                                {"eks:UpdateClusterVersion", "ec2:CreateTags"},
		"AmazonEKSVPCResourceController":                        {"ec2:AttachNetworkInterface", "ec2:CreateNetworkInterfacePermission"},
		"AmazonEKSWorkerNodePolicy":                             {"eks:DescribeCluster", "ecr:BatchGetImage"},
		"AmazonEKS_CNI_Policy":                                  {"ec2:AssignPrivateIpAddresses", "ec2:RunInstances"},
		"AmazonElasticFileSystemClientFullAccess":               {"elasticfilesystem:ClientMount", "elasticfilesystem:CreateFileSystem"},
		"AmazonSSMManagedInstanceCore":                          {"ssmmessages:OpenDataChannel", "ssm:SendCommand"},
		"CloudWatchAgentServerPolicy":                           {"logs:PutLogEvents", "logs:DeleteLogGroup"},
		"CloudWatchLogsFullAccess":                              {"logs:DeleteLogGroup", "cloudwatch:PutMetricData"},
		"aws-service-role/AmazonEKSForFargateServiceRolePolicy": {"ec2:DescribeRouteTables", "ec2:CreateTags"},
		"service-role/AmazonEBSCSIDriverPolicy":                 {"ec2:DescribeVolumes", "ec2:CreateVolume"},
		"service-role/AmazonEFSCSIDriverPolicy":                 {"elasticfilesystem:DescribeMountTargets", "elasticfilesystem:CreateAccessPoint"},
	} {
		b := bench.Serve(t, func(w *sandbox.World) { w.Roles[0].Name, w.Roles[0].Policies = "simulated", []string{ofAWS + policy} })
		if got, err := simulate(b, simulated, allows.action, "*"); err != nil || got.EvalDecision != "allowed" {
			t.Errorf("%s does not allow %s: %+v, %v", policy, allows.action, got, err)
		}
		if got, err := simulate(b, simulated, allows.not, "*"); allows.not != "" && (err != nil || got.EvalDecision != "implicitDeny") {
			t.Errorf("%s does not implicitly deny %s: %+v, %v", policy, allows.not, got, err)
		}
		shown := try[*iam.GetPolicyOutput](t)(b.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(ofAWS + policy)})).Policy
		try[*iam.GetPolicyVersionOutput](t)(b.IAM.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: shown.Arn, VersionId: shown.DefaultVersionId}))
	}
}

// Conditions are met by the context of the request; what is not in it is named.
func TestSimulateInContext(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		w.Roles[0].Name, w.Roles[0].Policies = "simulated", []string{ofAWS + "service-role/AmazonEFSCSIDriverPolicy", ofAWS + "AmazonEKSClusterPolicy"}
	})
	for _, test := range []struct {
		action  string
		context []string
		want    iamtypes.PolicyEvaluationDecisionType
	}{
		{"ec2:DeleteNetworkInterface", nil, "implicitDeny"},
		{"ec2:DeleteNetworkInterface", []string{"ec2:ResourceTag/eks:eni:owner", "amazon-vpc-cni"}, "allowed"},
		{"ec2:DeleteNetworkInterface", []string{"ec2:ResourceTag/eks:eni:owner", "me"}, "implicitDeny"},
		{"elasticfilesystem:DeleteAccessPoint", []string{"aws:ResourceTag/efs.csi.aws.com/cluster", "true"}, "allowed"},
		{"elasticfilesystem:DeleteAccessPoint", nil, "implicitDeny"},
	} {
		got, err := simulate(b, simulated, test.action, "*", test.context...)
		if err != nil || got.EvalDecision != test.want || (len(test.context) == 0 && !strings.Contains(strings.Join(got.MissingContextValues, " "), "ec2:ResourceTag/eks:eni:owner")) {
			t.Errorf("%+v: %+v, %v", test, got, err)
		}
	}
}

// Where the sandbox cannot know, it says so, and does not say implicitDeny.
func TestCannotSimulate(t *testing.T) {
	for _, test := range []struct {
		change func(*sandbox.Role)
		inline string
		want   string
	}{
		{func(r *sandbox.Role) { r.Policies = []string{ofAWS + "ReadOnlyAccess"} }, "", "it does not have the document of the policy " + ofAWS + "ReadOnlyAccess of the role simulated"},
		{func(r *sandbox.Role) { r.Policies = []string{ofAWS + "Unheard"} }, "", "it does not have the document of the policy " + ofAWS + "Unheard of the role simulated"},
		{func(r *sandbox.Role) { r.InlinePolicies = []string{"logs"} }, "", "it does not have the document of the inline policy logs of the role simulated"},
		{nil, `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`, "the inline policy x of the role simulated: statement 1: the sandbox knows no condition Bool on aws:SecureTransport"},
		{nil, `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::home/${aws:username}"}]}`, "the inline policy x of the role simulated has a policy variable"},
	} {
		b := bench.Serve(t, func(w *sandbox.World) {
			w.Roles[0].Name = "simulated"
			if test.change != nil {
				test.change(&w.Roles[0])
			}
		})
		if test.inline != "" {
			try[*iam.PutRolePolicyOutput](t)(b.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("simulated"), PolicyName: aws.String("x"), PolicyDocument: &test.inline}))
		}
		_, err := simulate(b, simulated, "s3:GetObject", "*")
		if bench.Code(err) != "InvalidInput" || bench.Message(err) != "The fgctl sandbox cannot simulate this: "+test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
	b := bench.Serve(t)
	_, err := b.IAM.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(caller), ActionNames: []string{"a:b"}, PolicyInputList: []string{document}})
	if bench.Code(err) != "InvalidInput" || !strings.Contains(bench.Message(err), "PolicyInputList") {
		t.Error(err)
	}
}
