package cloud_test

import (
	"context"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/cloud"
)

const (
	trustJSON    = `{"Statement":[{"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:eks:*:1+2:x %41"}}}]}`
	trustEncoded = `%7B%22Statement%22%3A%5B%7B%22Condition%22%3A%7B%22ArnLike%22%3A%7B%22aws%3ASourceArn%22%3A%22arn%3Aaws%3Aeks%3A%2A%3A1+2%3Ax%20%2541%22%7D%7D%7D%5D%7D`
)

// A trust policy comes URL-encoded from IAM and leaves here as JSON, decoded once.
func TestRole(t *testing.T) {
	for name, document := range map[string]string{
		"encoded":            trustEncoded,
		"a plus is no space": strings.ReplaceAll(trustEncoded, "%2B", "+"),
		"plain":              strings.ReplaceAll(trustJSON, `"`, "&quot;"),
	} {
		t.Run(name, func(t *testing.T) {
			s := query(t, map[string]string{"GetRole": `<GetRoleResponse><GetRoleResult><Role><Path>/team/</Path><RoleName>p</RoleName>
<Arn>arn:aws:iam::111122223333:role/team/p</Arn><AssumeRolePolicyDocument>` + document + `</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`})
			got, err := client(t, s.URL).Role(context.Background(), "p")
			want := cloud.Role{Name: "p", ARN: "arn:aws:iam::111122223333:role/team/p", TrustPolicy: trustJSON}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestRoles(t *testing.T) {
	s := query(t, map[string]string{
		"ListRoles": `<ListRolesResponse><ListRolesResult><IsTruncated>true</IsTruncated><Marker>p2</Marker><Roles><member><Path>/</Path><RoleName>z</RoleName>
<Arn>arn:z</Arn><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></member></Roles></ListRolesResult></ListRolesResponse>`,
		// A marker without IsTruncated is no next page.
		"ListRolesp2": `<ListRolesResponse><ListRolesResult><IsTruncated>false</IsTruncated><Marker>p3</Marker><Roles><member><Path>/</Path><RoleName>a</RoleName>
<Arn>arn:a</Arn><AssumeRolePolicyDocument>%zz</AssumeRolePolicyDocument></member></Roles></ListRolesResult></ListRolesResponse>`,
	})
	got, err := client(t, s.URL).Roles(context.Background())
	want := []cloud.Role{{Name: "a", ARN: "arn:a", TrustPolicy: "%zz"}, {Name: "z", ARN: "arn:z", TrustPolicy: "{}"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAttachedPolicies(t *testing.T) {
	page := func(truncated, arn string) string {
		return `<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><IsTruncated>` + truncated + `</IsTruncated><Marker>p2</Marker>
<AttachedPolicies><member><PolicyName>x</PolicyName><PolicyArn>` + arn + `</PolicyArn></member></AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>`
	}
	s := query(t, map[string]string{"ListAttachedRolePolicies": page("true", "arn:z"), "ListAttachedRolePoliciesp2": page("false", "arn:a")})
	got, err := client(t, s.URL).AttachedPolicies(context.Background(), "p")
	if err != nil || !slices.Equal(got, []string{"arn:a", "arn:z"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCreateRole(t *testing.T) {
	s := query(t, map[string]string{
		"CreateRole": `<CreateRoleResponse><CreateRoleResult><Role><Path>/</Path><RoleName>p</RoleName><Arn>arn:p</Arn>
<AssumeRolePolicyDocument>` + trustEncoded + `</AssumeRolePolicyDocument></Role></CreateRoleResult></CreateRoleResponse>`,
		"AttachRolePolicy": `<AttachRolePolicyResponse/>`,
	})
	c := client(t, s.URL)
	got, err := c.CreateRole(context.Background(), "p", trustJSON, "", map[string]string{"b": "2", "a": "1"})
	if err != nil || got.ARN != "arn:p" || got.TrustPolicy != trustJSON {
		t.Errorf("%+v, %v", got, err)
	}
	if err := c.AttachPolicy(context.Background(), "p", "arn:policy"); err != nil {
		t.Error(err)
	}
	form, err := url.ParseQuery(s.requests()[0])
	if err != nil {
		t.Fatal(err)
	}
	if form.Get("AssumeRolePolicyDocument") != trustJSON || form.Get("Tags.member.1.Key") != "a" || form.Has("Description") || form.Has("Path") {
		t.Errorf("%v", form)
	}
}

func TestCaller(t *testing.T) {
	s := query(t, map[string]string{"GetCallerIdentity": `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
<Arn>arn:aws:iam::111122223333:user/u</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`})
	got, err := client(t, s.URL).Caller(context.Background())
	if err != nil || got != (cloud.Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/u"}) {
		t.Errorf("%+v, %v", got, err)
	}
}
