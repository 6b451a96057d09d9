package policy

// The sandbox's own reading of trust policies, as a table. The rules are those of the IAM User Guide.

import (
	"testing"
)

func TestTrusts(t *testing.T) {
	want := Request{
		Service: "eks-fargate-pods.amazonaws.com", Action: "sts:AssumeRole",
		Keys: map[string]string{
			"aws:sourcearn":     "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/0a1b",
			"aws:sourceaccount": "111122223333",
		},
	}
	const ok = `"Effect":"Allow","Principal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"sts:AssumeRole"`
	on := func(condition string) string { return `{` + ok + `,"Condition":{` + condition + `}}` }
	for _, test := range []struct {
		statements string
		trusted    bool
	}{
		{`{` + ok + `}`, true},
		{`[{` + ok + `}]`, true},
		{`[]`, false},
		{`{"Effect":"Allow","Principal":{"Service":["a","eks-fargate-pods.amazonaws.com"]},"Action":["x","sts:AssumeRole"]}`, true},
		{`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`, false},
		{`{"Effect":"Allow","Principal":"*","Action":"sts:*"}`, true},
		{`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}`, true},
		{`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"*"}`, false},
		{`{"Effect":"Allow","Principal":"eks-fargate-pods.amazonaws.com","Action":"*"}`, false},
		{`{"Effect":"Allow","Principal":"*","Action":"STS:assumerole"}`, true},
		{`{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"}`, false},
		{`{"Effect":"Allow","Principal":"*","NotAction":"sts:TagSession"}`, true},
		{`{"Effect":"Allow","Principal":"*","NotAction":"sts:*"}`, false},
		{`{"Effect":"Allow","Principal":"*"}`, false},
		{`{"Effect":"Allow","Action":"*"}`, false},
		{`{"Effect":"Allow","NotPrincipal":{"Service":"ec2.amazonaws.com"},"Action":"*"}`, true},
		{`{"Effect":"Allow","NotPrincipal":{"Service":"eks-fargate-pods.amazonaws.com"},"Action":"*"}`, false},
		{`[{` + ok + `},{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]`, false},
		{`[{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"*"},{` + ok + `}]`, true},
		{`[{` + ok + `},{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}}]`, true},
		{`[{` + ok + `},{"Effect":"Deny","Principal":"*","Action":"*","Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:eks:*:*:cluster/*"}}}]`, false},
		{on(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*"}`), true},
		{on(`"ArnLike":{"AWS:sourcearn":["x","arn:aws:eks:*:111122223333:fargateprofile/*"]}`), true},
		{on(`"ArnEquals":{"aws:SourceArn":"arn:aws:eks:us-east-?:*:fargateprofile/demo/*"}`), true},
		{on(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:cluster/demo"}`), false},
		{on(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/other/*"}`), false},
		{on(`"ArnLike":{"aws:SourceArn":"*"}`), false},
		{on(`"StringLike":{"aws:SourceArn":"*"}`), true},
		{on(`"StringEquals":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*"}`), false},
		{on(`"StringEquals":{"aws:SourceAccount":111122223333}`), true},
		{on(`"StringEquals":{"aws:SourceAccount":"999999999999"}`), false},
		{on(`"StringNotEquals":{"aws:SourceAccount":"999999999999"}`), true},
		{on(`"StringEquals":{"aws:SourceAccount":"111122223333","aws:PrincipalOrgID":"o-1"}`), false},
		{on(`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}`), true},
		{on(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), true},
		{on(`"Null":{"aws:SourceArn":"false"}`), true},
		{on(`"Null":{"aws:SourceArn":"true"}`), false},
		{on(`"Bool":{"aws:SecureTransport":"true"}`), false},
		{on(`"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:*:cluster/*"}`), false},
	} {
		if got := Trusts(`{"Version":"2012-10-17","Statement":`+test.statements+`}`, want); got != test.trusted {
			t.Errorf("%s: %t, want %t", test.statements, got, test.trusted)
		}
	}
	for _, document := range []string{"", "null", "[]", `{"Statement":1}`, `{"Statement":[1]}`, `{"Statement":{"Principal":{"Service":{}}}}`} {
		if Trusts(document, want) {
			t.Errorf("%q is trusted", document)
		}
	}
}
