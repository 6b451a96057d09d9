package iam

import (
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// STS returns the operations of STS that the sandbox knows.
func STS() []account.Operation {
	return []account.Operation{
		{Name: "GetCallerIdentity", Run: getCallerIdentity},
		{Name: "AssumeRole", On: func(c *account.Call) string { return c.Query.Get("RoleArn") }, Run: assumeRole},
		{Name: "GetAccessKeyInfo", On: func(*account.Call) string { return "*" }, Run: getAccessKeyInfo},
	}
}

// getCallerIdentity needs no permission (STS API, GetCallerIdentity).
func getCallerIdentity(c *account.Call) (any, *wire.Refusal) {
	who, assumed := c.Sessions[c.AccessKey]
	if !assumed {
		who = account.Session{ID: "AIDASANDBOX0000000001", ARN: c.Caller()}
	}
	return struct {
		ARN     string `xml:"Arn"`
		ID      string `xml:"UserId"`
		Account string `xml:"Account"`
	}{who.ARN, who.ID, c.World.Account}, nil
}

// assumeRole returns credentials for a role that trusts the caller. The sandbox takes every key, so they are the
// caller's own rights under another name.
func assumeRole(c *account.Call) (any, *wire.Refusal) {
	arn, session := c.Query.Get("RoleArn"), c.Query.Get("RoleSessionName")
	if len(session) < 2 || !entityName(session, 64) {
		// AWS's text for wrong characters; what it says of the length is not kept apart.
		return nil, wire.BadRequest("ValidationError", "1 validation error detected: Value '"+session+"' at "+
			"'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*")
	}
	role := c.RoleOf(arn)
	// AWS does not say whether the role is missing or does not trust the caller.
	request := policy.Request{Caller: c.Caller(), Action: "sts:AssumeRole", Keys: map[string]string{}}
	if c.Query.Has("ExternalId") {
		request.Keys["sts:externalid"] = c.Query.Get("ExternalId")
	}
	if role == nil || !policy.Trusts(role.Trust, request) {
		return nil, &wire.Refusal{
			Status: 403, Code: "AccessDenied",
			Message: "User: " + c.Caller() + " is not authorized to perform: sts:AssumeRole on resource: " + arn,
		}
	}
	seconds, ok := c.Number("DurationSeconds", 3600, 900, role.MaxSession)
	if !ok {
		return nil, wire.BadRequest("ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	type credentials struct {
		Key     string `xml:"AccessKeyId"`
		Secret  string `xml:"SecretAccessKey"`
		Token   string `xml:"SessionToken"`
		Expires string `xml:"Expiration"`
	}
	type user struct {
		ID  string `xml:"AssumedRoleId"`
		ARN string `xml:"Arn"`
	}
	key := "ASIASANDBOX" + strings.ToUpper(c.UUID()[:8]) + "0"
	who := account.Session{ID: role.ID + ":" + session, ARN: c.ARN("sts", "", "assumed-role/"+role.Name+"/"+session)}
	c.Sessions[key] = who
	return struct {
		Credentials     credentials
		AssumedRoleUser user
	}{
		credentials{
			key, "sandbox", "sandbox",
			c.Now.Add(time.Duration(seconds) * time.Second).UTC().Format(time.RFC3339),
		},
		user(who),
	}, nil
}

func getAccessKeyInfo(c *account.Call) (any, *wire.Refusal) {
	return struct{ Account string }{c.World.Account}, nil
}
