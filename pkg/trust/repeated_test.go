package trust

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A document with a key twice is undecided, wherever the key stands and whatever the values say.
func TestRepeatedKeys(t *testing.T) {
	const demo, other = `"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*"`, `"arn:aws:eks:us-east-1:111122223333:fargateprofile/other/*"`
	allow := statementOf("Allow", "")
	for _, c := range []struct{ why, document, reason string }{
		{
			"the line of the user guide, added twice", allowIf(`"ArnLike":{"aws:SourceArn":` + demo + `,"aws:SourceArn":` + other + `}`),
			`the key "aws:SourceArn" occurs 2 times in Statement[0].Condition.ArnLike, and which value counts is not known; write it once with a list: "aws:SourceArn": [` + demo + `,` + other + `]`,
		},
		{"the other way round", allowIf(`"ArnLike":{"aws:SourceArn":` + other + `,"aws:SourceArn":` + demo + `}`), `"aws:SourceArn": [` + other + `,` + demo + `]`},
		{"in another case", allowIf(`"ArnLike":{"aws:SourceArn":` + demo + `,"aws:sourcearn":` + other + `}`), `"aws:SourceArn": [` + demo + `,` + other + `]`},
		{"beside a list", allowIf(`"ArnLike":{"aws:SourceArn":[` + demo + `],"aws:SourceArn" : ` + other + `}`), `"aws:SourceArn": [` + demo + `,` + other + `]`},
		{"an operator", allowIf(`"ArnLike":{"aws:SourceArn":` + demo + `},"ArnLike":{"aws:SourceArn":` + other + `}`), `the key "ArnLike" occurs 2 times in Statement[0].Condition, and which value counts is not known; write it once`},
		{"three times", policyOf(`{"Effect":"Allow","Effect":"Deny","Effect":"Allow","Principal":"*","Action":"*"}`), `"Effect" occurs 3 times in Statement[0]`},
		{"in a second statement", policyOf(allow, `{"Sid":"a","Sid":"b","Effect":"Deny","Principal":"*","Action":"*"}`), `"Sid" occurs 2 times in Statement[1]`},
		{"at the top", `{"Statement":[` + allow + `],"Statement":[]}`, `"Statement" occurs 2 times in the document`},
		{"among the principals", policyOf(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","Service":"` + Service + `"},"Action":"sts:AssumeRole"}`), `write it once with a list: "Service": ["ec2.amazonaws.com","` + Service + `"]`},
	} {
		p, err := Parse(c.document)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		if j := p.Judge(request); j.Outcome != Undecided || !strings.Contains(j.Reason, c.reason) || len(j.Unjudged) != 1 {
			t.Errorf("%s: outcome %d, reason %q", c.why, j.Outcome, j.Reason)
		}
	}
	for _, document := range []string{
		policyOf(allow, allow),
		policyOf(statementOf("Allow", `,"Condition":{"ArnLike":{"aws:SourceArn":`+demo+`},"ArnEquals":{"aws:SourceArn":`+demo+`}}`)),
	} {
		if found := repeatedKeys(document); len(found) > 0 {
			t.Errorf("%s: %q", document, found)
		}
	}
}

// Reading takes time in proportion to the document, however deep it is.
func TestRepeatedKeysOfADeepDocument(t *testing.T) {
	const depth = 9000
	document := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
	done := make(chan []string, 1)
	go func() { done <- repeatedKeys(document) }()
	select {
	case found := <-done:
		if len(found) > 0 {
			t.Errorf("%d keys found twice", len(found))
		}
	case <-time.After(10 * time.Second):
		t.Error("the walk is still going on")
	}
}

func TestTrustsInstances(t *testing.T) {
	service := func(effect, key, name string) string {
		return `{"Effect":"` + effect + `","` + key + `":{"Service":` + name + `},"Action":"sts:AssumeRole"}`
	}
	for document, want := range map[string]bool{
		policyOf(service("Allow", "Principal", `"ec2.amazonaws.com"`)):                           true,
		policyOf(service("Allow", "Principal", `["`+Service+`","ec2.amazonaws.com"]`)):           true,
		policyOf(service("Allow", "Principal", `"ec2.amazonaws.com.cn"`)):                        true,
		policyOf(statementOf("Allow", ""), service("Allow", "Principal", `"EC2.amazonaws.com"`)): true,
		policyOf(statementOf("Allow", "")):                                                       false,
		policyOf(service("Deny", "Principal", `"ec2.amazonaws.com"`)):                            false,
		policyOf(service("Allow", "NotPrincipal", `"ec2.amazonaws.com"`)):                        false,
		policyOf(`{"Effect":"Allow","Principal":"*","Action":"*"}`):                              false,
		policyOf(service("Allow", "Principal", `"ec2fleet.amazonaws.com"`)):                      false,
	} {
		p, err := Parse(document)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.TrustsInstances(); got != want {
			t.Errorf("%s: %v (trusted %q)", document, got, slices.Collect(slices.Values(p.trusted())))
		}
	}
}
