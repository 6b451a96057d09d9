package trust

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every operator, plain and with IfExists, in Allow and in Deny, for a value that fits and one that does not.
func TestOperators(t *testing.T) {
	const (
		like    = "arn:aws:eks:*:111122223333:fargateprofile/demo/*"
		other   = "arn:aws:eks:*:111122223333:fargateprofile/prod/*"
		shouted = "ARN:AWS:EKS:US-EAST-1:111122223333:FARGATEPROFILE/DEMO/WEB/00000000-0000-0000-0000-000000000000"
	)
	for _, c := range []struct {
		operator, value string
		holds           bool
	}{
		{"ArnLike", like, true},
		{"ArnLike", other, false},
		{"ArnLike", shouted, false},
		{"ArnEquals", like, true},
		{"ArnEquals", other, false},
		{"ArnNotLike", like, false},
		{"ArnNotLike", other, true},
		{"ArnNotEquals", like, false},
		{"ArnNotEquals", other, true},
		{"StringEquals", arn, true},
		{"StringEquals", like, false},
		{"StringEquals", shouted, false},
		{"StringNotEquals", arn, false},
		{"StringNotEquals", like, true},
		{"StringLike", like, true},
		{"StringLike", other, false},
		{"StringLike", shouted, false},
		{"StringNotLike", like, false},
		{"StringNotLike", other, true},
		{"StringEqualsIgnoreCase", shouted, true},
		{"StringEqualsIgnoreCase", like, false},
		{"StringNotEqualsIgnoreCase", shouted, false},
		{"StringNotEqualsIgnoreCase", like, true},
	} {
		for _, operator := range []string{c.operator, c.operator + "IfExists"} {
			condition := fmt.Sprintf(`,"Condition":{%q:{"aws:SourceArn":%q}}`, operator, c.value)
			if got := outcomeOf(t, policyOf(statementOf("Allow", condition)), request); (got == Allowed) != c.holds || got == Undecided {
				t.Errorf("Allow if %s %s: outcome %d", operator, c.value, got)
			}
			if got := outcomeOf(t, policyOf(statementOf("Allow", ""), statementOf("Deny", condition)), request); (got == Refused) != c.holds || got == Undecided {
				t.Errorf("Deny if %s %s: outcome %d", operator, c.value, got)
			}
			// What the caller does not know may be there all the same: nothing follows from it.
			if got := outcomeOf(t, policyOf(statementOf("Allow", condition)), Request{Service: Service, Action: Action}); got != Undecided {
				t.Errorf("%s of an unknown ARN: outcome %d", operator, got)
			}
		}
	}
}

func outcomeOf(t *testing.T, document string, r Request) Outcome {
	t.Helper()
	p, err := Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	return p.Judge(r).Outcome
}

func TestConjunction(t *testing.T) {
	const met, unmet, open = `"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:*:fargateprofile/demo/*"}`, `"StringEquals":{"aws:SourceAccount":"9"}`, `"Bool":{"aws:SecureTransport":"true"}`
	// Conditions are judged in the order of their operators' names; this one comes last and holds.
	const late = `,"StringLike":{"aws:SourceAccount":"1*"}`
	for conditions, want := range map[string]Outcome{
		met:                            Allowed,
		met + "," + unmet:              Refused,
		met + "," + open:               Undecided,
		unmet + "," + open:             Refused,
		met + "," + unmet + "," + open: Refused,
	} {
		for _, all := range []string{conditions, conditions + late} {
			if got := outcomeOf(t, allowIf(all), request); got != want {
				t.Errorf("%s: outcome %d, want %d", all, got, want)
			}
		}
	}
}

// The judgement names what is trusted, and of the open conditions only those that matter.
func TestJudgementNames(t *testing.T) {
	allowA := statementOf("Allow", `,"Condition":{"Bool":{"key:a":"true"}}`)
	denyB := statementOf("Deny", `,"Condition":{"Bool":{"key:b":"true"}}`)
	plain := statementOf("Allow", "")
	for _, c := range []struct {
		why, document     string
		trusted, unjudged []string
	}{
		{"one", policyOf(plain), []string{Service}, nil},
		{"everyone", policyOf(`{"Effect":"Allow","Principal":"*","Action":"*"}`), []string{"*"}, nil},
		{"all but one", policyOf(`{"Effect":"Allow","NotPrincipal":{"AWS":"1"},"Action":"*"}`), []string{"all but 1"}, nil},
		{"kinds in order, each once", policyOf(plain, `{"Effect":"Allow","Principal":{"Service":"`+Service+`","AWS":"arn:aws:iam::1:root"},"Action":"*"}`), []string{Service, "arn:aws:iam::1:root"}, nil},
		{"a Deny trusts nobody", policyOf(plain, `{"Effect":"Deny","Principal":{"Service":"ec2.amazonaws.com"},"Action":"*"}`), []string{Service}, nil},
		{"an open Allow", policyOf(allowA), []string{Service}, []string{"Bool key:a true"}},
		{"an open Allow beside a plain one", policyOf(plain, allowA), []string{Service}, nil},
		{"an open Deny", policyOf(plain, allowA, denyB), []string{Service}, []string{"Bool key:b true"}},
		{"both open", policyOf(allowA, denyB), []string{Service}, []string{"Bool key:a true", "Bool key:b true"}},
		{"denied whatever else", policyOf(allowA, denyB, statementOf("Deny", "")), []string{Service}, nil},
	} {
		p, err := Parse(c.document)
		if err != nil {
			t.Fatalf("%s: %v", c.why, err)
		}
		if j := p.Judge(request); !slices.Equal(j.Trusted, c.trusted) || !slices.Equal(j.Unjudged, c.unjudged) {
			t.Errorf("%s: trusted %q, unjudged %q", c.why, j.Trusted, j.Unjudged)
		}
	}
}

func TestFitsARN(t *testing.T) {
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:*:*:*:*:*", arn, true},
		{"arn:aws:eks:us-east-?:*:fargateprofile/demo/web/*", arn, true},
		{"arn:aws:eks:us-east-1:111122223333:fargateprofile/demo", arn, false},
		{"arn:aws:eks:*:fargateprofile/demo/*", arn, false},
		{"arn:aws:eks:us-east-1::fargateprofile/demo/*", arn, false},
		// The example of the IAM User Guide, Amazon Resource Name condition operators.
		{"arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", false},
		{"arn:aws:a:b:c:d:*", "arn:aws:a:b:c:d:e:f", true},
		{"arn:*:*:*:*:*", "web", false},
		{"", "", false},
	} {
		if got := fitsARN(c.pattern, c.arn); got != c.want {
			t.Errorf("%s against %s: %v", c.pattern, c.arn, got)
		}
	}
}

// Every pattern and text of up to four characters, against a regular expression.
func TestGlobIsTheRegularExpression(t *testing.T) {
	words := func(alphabet string) []string {
		all, last := []string{""}, []string{""}
		for range 4 {
			var next []string
			for _, w := range last {
				for _, letter := range alphabet {
					next = append(next, w+string(letter))
				}
			}
			all, last = append(all, next...), next
		}
		return all
	}
	texts := words("aé*")
	for _, pattern := range words("aé*?") {
		same := regexp.MustCompile("^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$")
		for _, text := range texts {
			if glob(pattern, text) != same.MatchString(text) {
				t.Errorf("glob(%q, %q) is %v", pattern, text, glob(pattern, text))
			}
		}
	}
}

// A character of three bytes is one character, also where the match is tried again from within it.
func TestGlobCountsCharacters(t *testing.T) {
	for pattern, want := range map[string]bool{"?bc": true, "*?bc": true, "*??bc": false, "??bc": false, "*c": true} {
		if glob(pattern, "€bc") != want {
			t.Errorf("%s against €bc: %v", pattern, !want)
		}
	}
}

// The document to create is the one of the EKS User Guide, lets every profile of the cluster through in
// every partition, and no other cluster's, region's or account's.
func TestPodExecutionRole(t *testing.T) {
	for _, partition := range []string{"aws", "aws-cn", "aws-us-gov"} {
		document := PodExecutionRole(partition, "us-east-1", account, "demo")
		var got map[string]any
		if err := json.Unmarshal([]byte(document), &got); err != nil || got["Version"] != "2012-10-17" {
			t.Fatalf("%v in %s", err, document)
		}
		for _, c := range []struct {
			region, account, cluster string
			want                     Outcome
		}{
			{"us-east-1", account, "demo", Allowed},
			{"us-east-2", account, "demo", Refused},
			{"us-east-1", "999999999999", "demo", Refused},
			{"us-east-1", account, "demo-2", Refused},
		} {
			r := Request{
				Service: Service, Action: Action, SourceAccount: c.account,
				SourceARN: fmt.Sprintf("arn:%s:eks:%s:%s:fargateprofile/%s/web/0", partition, c.region, c.account, c.cluster),
			}
			for _, wire := range []string{document, url.QueryEscape(strings.ReplaceAll(document, " ", "")), url.PathEscape(document)} {
				if got := outcomeOf(t, wire, r); got != c.want {
					t.Errorf("%v for %s: outcome %d", c, partition, got)
				}
			}
		}
	}
	if odd := PodExecutionRole("aws", "*", account, `a","b":"`); !json.Valid([]byte(odd)) {
		t.Errorf("a quote gets out: %s", odd)
	}
}
