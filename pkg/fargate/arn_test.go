package fargate

import "testing"

func TestParseARN(t *testing.T) {
	for text, want := range map[string]ARN{
		"arn:aws:iam::111122223333:role/path/to/pods": {Partition: "aws", Service: "iam", Account: "111122223333", Resource: "role/path/to/pods"},
		"arn:aws-cn:eks:cn-north-1:1:cluster/a:b":     {Partition: "aws-cn", Service: "eks", Region: "cn-north-1", Account: "1", Resource: "cluster/a:b"},
		"arn:aws:iam::111122223333":                   {},
		"urn:aws:iam::111122223333:role/pods":         {},
		"":                                            {},
	} {
		if got := ParseARN(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"arn:aws:iam::111122223333:role/path/to/pods":                     "pods",
		"arn:aws:eks:eu-west-1:111122223333:fargateprofile/demo/web/12-3": "12-3",
		"pods": "",
	} {
		if got := ParseARN(text).Name(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
