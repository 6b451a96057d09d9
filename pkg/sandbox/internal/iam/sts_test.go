package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fgctl/fgctl/pkg/sandbox"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/bench"
)

func TestAssumeRole(t *testing.T) {
	b := bench.Serve(t, func(w *sandbox.World) {
		for name, principal := range map[string]string{
			"any": "arn:aws:iam::111122223333:root", "user": "arn:aws:iam::111122223333:user/sandbox", "account": "111122223333",
			"other": "arn:aws:iam::999999999999:root",
		} {
			w.Roles = append(w.Roles, sandbox.Role{
				Name: name, Trust: `{"Statement":{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}}`,
			})
		}
	})
	external := sandbox.DefaultWorld()
	external.Roles = append(external.Roles, sandbox.Role{Name: "external", Trust: `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},` +
		`"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}}`})
	for id, want := range map[string]string{"secret": "", "other": "AccessDenied"} {
		e := bench.Serve(t, func(w *sandbox.World) { *w = external })
		_, err := e.STS.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::111122223333:role/external"), RoleSessionName: aws.String("session"), ExternalId: &id,
		})
		if bench.Code(err) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	for name, want := range map[string]string{
		"any": "", "user": "", "account": "", "other": "AccessDenied", "fargate-pods": "AccessDenied", "none": "AccessDenied",
	} {
		out, err := b.STS.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String("arn:aws:iam::111122223333:role/" + name), RoleSessionName: aws.String("session"),
		})
		if bench.Code(err) != want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (aws.ToString(out.AssumedRoleUser.Arn) != "arn:aws:sts::111122223333:assumed-role/"+name+"/session" || out.Credentials.Expiration == nil) {
			t.Errorf("%+v", out)
		}
	}
	for _, test := range []struct{ role, arn string }{
		{"any", "arn:aws:sts::111122223333:assumed-role/any/session"}, {"", "arn:aws:iam::111122223333:user/sandbox"},
	} {
		config := b.Config
		if test.role != "" {
			out, err := b.STS.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/any"), RoleSessionName: aws.String("session")})
			if err != nil {
				t.Fatal(err)
			}
			config.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
		}
		who, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil || aws.ToString(who.Arn) != test.arn {
			t.Errorf("%+v, %v, want %s", who, err, test.arn)
		}
	}
	_, long := b.STS.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/any"), RoleSessionName: aws.String("session"), DurationSeconds: aws.Int32(43200),
	})
	if bench.Code(long) != "ValidationError" {
		t.Error(long)
	}
	info, err := b.STS.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIASANDBOX000000000")})
	if err != nil || aws.ToString(info.Account) != "111122223333" {
		t.Errorf("%+v, %v", info, err)
	}
}
