package trust

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	arn     = "arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/web/00000000-0000-0000-0000-000000000000"
	account = "111122223333"
)

var request = Request{Service: Service, Action: Action, SourceARN: arn, SourceAccount: account}

func statementOf(effect, rest string) string {
	return fmt.Sprintf(`{"Effect":%q,"Principal":{"Service":%q},"Action":"sts:AssumeRole"%s}`, effect, Service, rest)
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// allowIf is the plain policy with a condition.
func allowIf(condition string) string {
	return policyOf(statementOf("Allow", `,"Condition":{`+condition+`}`))
}

func TestJudge(t *testing.T) {
	allow := statementOf("Allow", "")
	for _, c := range []struct {
		why, document string
		want          Outcome
		reason        string
	}{
		{"plain", policyOf(allow), Allowed, ""},
		{"one statement, no list", `{"Statement":` + allow + `}`, Allowed, ""},
		{"URL-encoded, as IAM gives it", url.PathEscape(policyOf(allow)), Allowed, ""},
		{"lists", policyOf(`{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","` + Service + `"]},"Action":["sts:TagSession","sts:AssumeRole"]}`), Allowed, ""},
		{"everyone", policyOf(`{"Effect":"Allow","Principal":"*","Action":"*"}`), Allowed, ""},
		{"every AWS principal", policyOf(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}`), Undecided, ""},
		{"sts:*", policyOf(`{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"Action":"sts:*"}`), Allowed, ""},
		{"action in another case", policyOf(`{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"Action":"STS:assume*"}`), Allowed, ""},
		{"another action", policyOf(`{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"Action":"sts:TagSession"}`), Refused, "not with the action"},
		{"another service", policyOf(strings.Replace(allow, Service, "ec2.amazonaws.com", 1)), Refused, "it trusts ec2.amazonaws.com, not " + Service},
		{"nobody", policyOf(), Refused, "trusts nobody"},
		{"Deny wins", policyOf(allow, statementOf("Deny", "")), Refused, "statement 2 denies"},
		{"Deny of another", policyOf(allow, strings.Replace(statementOf("Deny", ""), Service, "ec2.amazonaws.com", 1)), Allowed, ""},
		{"Deny under a condition that does not hold", policyOf(allow, statementOf("Deny", `,"Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}`)), Allowed, ""},
		{"Deny under a condition that holds", policyOf(allow, statementOf("Deny", `,"Condition":{"ArnNotLike":{"aws:SourceArn":"arn:aws:eks:*:*:fargateprofile/prod/*"}}`)), Refused, "denies"},
		{"Deny that cannot be judged", policyOf(allow, statementOf("Deny", `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`)), Undecided, "SecureTransport"},
		{"NotPrincipal of another", policyOf(`{"Effect":"Allow","NotPrincipal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`), Allowed, ""},
		{"NotPrincipal of the service", policyOf(`{"Effect":"Allow","NotPrincipal":{"Service":"` + Service + `"},"Action":"sts:AssumeRole"}`), Refused, ""},
		{"NotAction of another", policyOf(`{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"NotAction":"sts:TagSession"}`), Allowed, ""},
		{"NotAction of it", policyOf(`{"Effect":"Allow","Principal":{"Service":"` + Service + `"},"NotAction":"sts:*"}`), Refused, ""},
		{"the recommended condition", PodExecutionRole("aws", "us-east-1", account, "demo"), Allowed, ""},
		{"another cluster's condition", PodExecutionRole("aws", "us-east-1", account, "prod"), Refused, "the condition ArnLike aws:SourceArn arn:aws:eks:us-east-1:111122223333:fargateprofile/prod/* does not cover " + arn},
		// One project used the cluster's ARN and was refused until it was changed (facts: trust policy refusals).
		{"the cluster's ARN", allowIf(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:cluster/demo"}`), Refused, "does not cover"},
		{"any region and cluster", allowIf(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:111122223333:fargateprofile/*"}`), Allowed, ""},
		{"ArnEquals is ArnLike", allowIf(`"ArnEquals":{"aws:SourceArn":"arn:aws:eks:*:111122223333:fargateprofile/demo/*"}`), Allowed, ""},
		{"a star does not cross the parts of an ARN", allowIf(`"ArnLike":{"aws:SourceArn":"arn:aws:*:fargateprofile/demo/*"}`), Refused, ""},
		{"but it does in StringLike", allowIf(`"StringLike":{"aws:SourceArn":"arn:aws:*:fargateprofile/demo/*"}`), Allowed, ""},
		{"StringEquals knows no star", allowIf(`"StringEquals":{"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo/*"}`), Refused, ""},
		{"keys in another case", allowIf(`"arnlike":{"AWS:SOURCEARN":"arn:aws:eks:*:*:fargateprofile/demo/*"}`), Allowed, ""},
		{"one of several values", allowIf(`"ArnLike":{"aws:SourceArn":["arn:aws:eks:*:*:fargateprofile/prod/*","arn:aws:eks:*:*:fargateprofile/demo/*"]}`), Allowed, ""},
		{"ArnNotLike of another", allowIf(`"ArnNotLike":{"aws:SourceArn":"arn:aws:eks:*:*:fargateprofile/prod/*"}`), Allowed, ""},
		{"ArnNotEquals of it", allowIf(`"ArnNotEquals":{"aws:SourceArn":["arn:aws:eks:*:*:fargateprofile/demo/*","x"]}`), Refused, ""},
		{"account", allowIf(`"StringEquals":{"aws:SourceAccount":"111122223333"}`), Allowed, ""},
		{"account as a number keeps its digits", allowIf(`"StringEquals":{"aws:SourceAccount": [ 9 , 111122223333 ] }`), Allowed, ""},
		{"another account", allowIf(`"StringEquals":{"aws:SourceAccount":"999999999999"}`), Refused, "does not cover 111122223333"},
		{"StringNotLike", allowIf(`"StringNotLike":{"aws:SourceAccount":"1111*"}`), Refused, ""},
		{"IfExists", allowIf(`"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}`), Allowed, ""},
		{"IfExists that does not hold", allowIf(`"ArnLikeIfExists":{"aws:SourceArn":"arn:aws:eks:*:*:fargateprofile/prod/*"}`), Refused, ""},
		{"two keys, both needed", allowIf(`"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:*:fargateprofile/demo/*"},"StringEquals":{"aws:SourceAccount":"9"}`), Refused, ""},
		{"a key that cannot be judged", allowIf(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`), Undecided, "StringEquals aws:PrincipalOrgID o-1"},
		{"an operator that cannot be judged", allowIf(`"ForAnyValue:StringEquals":{"aws:SourceAccount":"111122223333"}`), Undecided, "ForAnyValue"},
		{"a policy variable", allowIf(`"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}`), Undecided, "${aws:PrincipalAccount}"},
		{"undecided and false is false", allowIf(`"StringEquals":{"aws:PrincipalOrgID":"o-1","aws:SourceAccount":"9"}`), Refused, ""},
		{"any service", policyOf(`{"Effect":"Allow","Principal":{"Service":"*"},"Action":"*"}`), Allowed, ""},
		{"every AWS principal, denied", policyOf(allow, `{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"*"}`), Undecided, "statement 2: whether its principals (*) take in the service"},
		{"every AWS principal beside the service", policyOf(`{"Effect":"Allow","Principal":{"AWS":"*","Service":"` + Service + `"},"Action":"*"}`), Allowed, ""},
		{"the service's name in another case", policyOf(strings.Replace(allow, Service, strings.ToUpper(Service), 1)), Undecided, strings.ToUpper(Service)},
		{"accounts and a service", policyOf(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root","Service":"ec2.amazonaws.com"},"Action":"*"}`), Refused, "it trusts arn:aws:iam::1:root, ec2.amazonaws.com, not " + Service},
		{"* and ? in an action", policyOf(`{"Effect":"Allow","Principal":"*","Action":["s3:*","st?:A*Role"]}`), Allowed, ""},
		{"an action's wildcard that is not met", policyOf(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole?"}`), Refused, "(the policy allows sts:AssumeRole?)"},
		{"NotAction, named as such", policyOf(`{"Effect":"Allow","Principal":"*","NotAction":"sts:*"}`), Refused, "(the policy allows all but sts:*)"},
		{"Deny of another action", policyOf(allow, `{"Effect":"Deny","Principal":"*","Action":"sts:TagSession"}`), Allowed, ""},
		{"Deny of NotAction", policyOf(allow, `{"Effect":"Deny","Principal":"*","NotAction":"sts:TagSession"}`), Refused, "statement 2 denies"},
		{"Deny of all but the service", policyOf(allow, `{"Effect":"Deny","NotPrincipal":{"Service":"`+Service+`"},"Action":"*"}`), Allowed, ""},
		{"Deny of all but another", policyOf(allow, `{"Effect":"Deny","NotPrincipal":{"Service":"ec2.amazonaws.com"},"Action":"*"}`), Refused, "statement 2 denies"},
		{"Deny names its conditions", policyOf(allow, statementOf("Deny", `,"Condition":{"StringLike":{"aws:SourceAccount":"1*","aws:SourceArn":"*"}}`)), Refused, "under the condition StringLike aws:SourceAccount 1* and StringLike aws:SourceArn *"},
		{"an undecided Deny of what nobody allows", policyOf(statementOf("Deny", `,"Condition":{"Bool":{"k":"true"}}`)), Refused, "trusts nobody"},
		{
			"every condition that fails is named", policyOf(statementOf("Allow", `,"Condition":{"StringEquals":{"aws:SourceAccount":"8"}}`), statementOf("Allow", `,"Condition":{"StringEquals":{"aws:SourceAccount":"9"}}`)), Refused,
			"aws:SourceAccount 8 does not cover 111122223333, and the condition StringEquals aws:SourceAccount 9 does not cover 111122223333",
		},
		{"a key's name within a value", allowIf(`"ArnLike":{"aws:SourceArn":"arn:aws:sourceaccount:a:b:c"}`), Refused, "does not cover " + arn},
		{"a negated condition rules out", allowIf(`"StringNotEquals":{"aws:SourceAccount":["9","111122223333"]}`), Refused, "StringNotEquals aws:SourceAccount 9 or 111122223333 rules out 111122223333"},
		{"the failing condition of everyone in AWS", policyOf(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Condition":{"StringEquals":{"aws:SourceAccount":"9"}}}`), Refused, Service + " is perhaps trusted, but"},
		{"no value", allowIf(`"StringEquals":{"aws:SourceAccount":[]}`), Refused, "does not cover"},
		{"Null", allowIf(`"Null":{"aws:SourceArn":"false"}`), Undecided, "Null aws:SourceArn false"},
		{"ForAllValues", allowIf(`"ForAllValues:StringLike":{"aws:SourceArn":"*"}`), Undecided, "ForAllValues:StringLike aws:SourceArn *"},
		{"a boolean value is shown", allowIf(`"Bool":{"aws:SecureTransport":true}`), Undecided, "Bool aws:SecureTransport true"},
		{"a policy variable beside a value that fits", allowIf(`"StringEquals":{"aws:SourceAccount":["${aws:PrincipalAccount}","111122223333"]}`), Allowed, ""},
		{"a policy variable, negated, beside a value that fits", allowIf(`"StringNotEquals":{"aws:SourceAccount":["${aws:PrincipalAccount}","111122223333"]}`), Refused, "rules out"},
		{"a policy variable, negated", allowIf(`"StringNotEquals":{"aws:SourceAccount":["${aws:PrincipalAccount}","9"]}`), Undecided, "${aws:PrincipalAccount}"},
		{"a lone star is no ARN", allowIf(`"ArnLike":{"aws:SourceArn":"*"}`), Undecided, "ArnLike aws:SourceArn *"},
		{"a lone star as a text", allowIf(`"StringLike":{"aws:SourceArn":"*"}`), Allowed, ""},
		{"undecided beside decided", policyOf(allow, statementOf("Allow", `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`)), Allowed, ""},
	} {
		p, err := Parse(c.document)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		j := p.Judge(request)
		if j.Outcome != c.want || !strings.Contains(j.Reason, c.reason) || j.Reason == "" {
			t.Errorf("%s: outcome %d, reason %q", c.why, j.Outcome, j.Reason)
		}
		if (j.Outcome == Undecided) != (len(j.Unjudged) > 0) && j.Outcome != Refused {
			t.Errorf("%s: outcome %d with the unjudged conditions %q", c.why, j.Outcome, j.Unjudged)
		}
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	for document, want := range map[string]string{
		"":                "not a JSON object",
		"%zz":             "not URL-encoded",
		"[]":              "not a JSON object: it may not be a JSON array",
		"null":            "Statement: it is missing",
		"{":               "not a JSON object",
		`{"Statement":1}`: "statement 1 of the trust policy: it may not be a JSON number",
		policyOf(statementOf("Allow", ""), `{"Effect":1}`):                      "statement 2 of the trust policy: Effect may not be a JSON number",
		policyOf(statementOf("Allow", ""), `{"Effect":"allow"}`):                `statement 2 of the trust policy: the Effect "allow" is neither`,
		policyOf(`{"Effect":"Allow","Principal":[],"Action":"*"}`):              `Principal is neither "*" nor an object`,
		policyOf(`{"Effect":"Allow","Principal":{"Service":7},"Action":"*"}`):   "Principal.Service: it may not be a JSON number",
		policyOf(`{"Effect":"Allow","NotPrincipal":{"AWS":[{}]},"Action":"*"}`): "NotPrincipal.AWS: it may not be a JSON object",
		policyOf(`{"Effect":"Allow","Principal":"*","Action":[true]}`):          "Action: it may not be a JSON bool",
		policyOf(`{"Effect":"Allow","Principal":"*","NotAction":{}}`):           "NotAction: it may not be a JSON object",
		policyOf(statementOf("Allow", `,"Condition":["x"]`)):                    "Condition may not be a JSON array",
		policyOf(statementOf("Allow", `,"Condition":{"Null":{"k":[null]}}`)):    "condition Null k: a value is neither",
		"{}":                           "Statement: it is missing",
		`{"Statement":[1]}`:            "statement 1",
		`{"Statement":[{}]}`:           `Effect "" is neither`,
		policyOf(`{"Effect":"Allow"}`): "names no Principal",
		policyOf(`{"Effect":"Allow","Principal":"x","Action":"*"}`):                            `only "*" may stand alone`,
		policyOf(`{"Effect":"Allow","Principal":"*"}`):                                         "Action: it is missing",
		policyOf(`{"Effect":"Allow","Principal":"*","Action":"*","NotAction":"*"}`):            "both Action and NotAction",
		policyOf(`{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"*"}`):         "both Principal and NotPrincipal",
		policyOf(statementOf("Allow", `,"Condition":{"ArnLike":{"aws:SourceArn":{"a":"b"}}}`)): "condition ArnLike aws:SourceArn",
		strings.Repeat(" ", maxDocument+1):                                                     "larger than IAM allows",
	} {
		if _, err := Parse(document); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want %q", document, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(policyOf(statementOf("Allow", "")))
	f.Add(url.PathEscape(PodExecutionRole("aws", "us-east-1", account, "demo")))
	f.Add(allowIf(`"StringNotLikeIfExists":{"aws:SourceArn":["a*b?","${x}"]}`))
	f.Add(`{"Statement":{"Effect":"Allow","Effect":"Deny","Principal":"*","Action":"*"}}`)
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":["*"]}}`)
	f.Fuzz(func(t *testing.T, document string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", document)) }).Stop()
		p, err := Parse(document)
		if err != nil {
			return
		}
		j := p.Judge(request)
		if j.Reason == "" {
			t.Errorf("no reason for %q", document)
		}
		// A Deny for everyone, with no condition, outweighs whatever else there is.
		p.statements = append(p.statements, statement{deny: true, principals: principals{everyone: true}, actions: []string{"*"}})
		if len(p.repeated) == 0 && p.Judge(request).Outcome != Refused {
			t.Errorf("a plain Deny did not win in %q", document)
		}
	})
}
