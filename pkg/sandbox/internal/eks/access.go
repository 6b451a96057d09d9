package eks

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// withEntries refuses what is about access entries where the cluster has none.
func withEntries(run clusterRun) clusterRun {
	return func(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
		if cl.AuthenticationMode == "CONFIG_MAP" {
			return nil, exception(c, invalidRequest, "The cluster's authentication mode must be set to one of "+
				"[API, API_AND_CONFIG_MAP] to perform this operation.")
		}
		return run(c, cl)
	}
}

// withEntry finds the access entry that a request names, by its index.
func withEntry(run func(*account.Call, *account.Cluster, int) (any, *wire.Refusal)) clusterRun {
	return withEntries(func(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
		i := cl.AccessEntryOf(c.Resource)
		if i < 0 {
			// Not AWS's text.
			return nil, exception(c, notFound, "No access entry found for principal: "+c.Resource)
		}
		return run(c, cl, i)
	})
}

// entryTypes are those of access entries (EKS API, CreateAccessEntry).
var entryTypes = []string{
	"STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX",
}

// groupsOf refuses groups of an entry of nodes; the text is not AWS's.
func groupsOf(c *account.Call, kind string, groups []string) *wire.Refusal {
	if strings.HasPrefix(kind, "EC2_") && len(groups) > 0 {
		return exception(c, invalidParameter, "An access entry of the type "+kind+" has no kubernetesGroups.")
	}
	return nil
}

func createAccessEntry(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	var request struct {
		Principal string            `json:"principalArn"`
		Groups    []string          `json:"kubernetesGroups"`
		Username  string            `json:"username"`
		Type      string            `json:"type"`
		Tags      map[string]string `json:"tags"`
		Token     string            `json:"clientRequestToken"`
	}
	if refused := read(c, &request); refused != nil {
		return nil, refused
	}
	if !principal(c, request.Principal) {
		return nil, exception(c, invalidParameter, "The specified principalArn is invalid: invalid principal.")
	}
	if request.Type != "" && !slices.Contains(entryTypes, request.Type) {
		// Not AWS's text.
		return nil, exception(c, invalidParameter, "The type "+request.Type+" is none of "+strings.Join(entryTypes, ", ")+".")
	}
	if refused := groupsOf(c, request.Type, request.Groups); refused != nil {
		return nil, refused
	}
	if i := cl.AccessEntryOf(request.Principal); i >= 0 {
		if _, again := sentBefore(c, cl, request.Token); again {
			return showEntry(c, cl, cl.AccessEntries[i]), nil
		}
		return nil, exception(c, inUse, "The specified access entry resource is already in use on this cluster.")
	}
	e := world.AccessEntry{
		Principal: request.Principal, Type: cmp.Or(request.Type, "STANDARD"),
		Username: cmp.Or(request.Username, request.Principal), Groups: request.Groups,
		Tags: maps.Clone(request.Tags), Created: c.Now,
	}
	if request.Username == "" && e.Type != "STANDARD" {
		e.Username = account.NodeName
	}
	cl.AccessEntries = append(cl.AccessEntries, e)
	remember(c, cl, request.Token, e.Principal)
	return showEntry(c, cl, e), nil
}

// principal reports whether an ARN is that of a user, or of a role, which must exist where it is the account's own.
func principal(c *account.Call, arn string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" {
		return false
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	if kind == "role" && parts[4] == c.World.Account {
		return c.RoleOf(arn) != nil
	}
	return (kind == "role" || kind == "user") && name != ""
}

// entryARN returns the ARN of an access entry.
func entryARN(c *account.Call, cl *account.Cluster, e world.AccessEntry) string {
	principal := strings.SplitN(e.Principal, ":", 6)
	resource := "access-entry/" + cl.Name + "/" + principal[len(principal)-1] + "/sandbox"
	if len(principal) == 6 {
		kind, name, _ := strings.Cut(principal[5], "/")
		name = name[strings.LastIndex(name, "/")+1:]
		resource = "access-entry/" + cl.Name + "/" + kind + "/" + principal[4] + "/" + name + "/sandbox"
	}
	return c.ARN("eks", cl.Region, resource)
}

func showEntry(c *account.Call, cl *account.Cluster, e world.AccessEntry) any {
	created := e.Created
	if created.IsZero() {
		created = cl.Created.Add(time.Minute)
	}
	return map[string]any{"accessEntry": map[string]any{
		"clusterName": cl.Name, "principalArn": e.Principal, "kubernetesGroups": append([]string{}, e.Groups...),
		"accessEntryArn": entryARN(c, cl, e),
		"createdAt":      wire.Epoch(created), "modifiedAt": wire.Epoch(created),
		"tags": account.Tags(e.Tags), "username": cmp.Or(e.Username, e.Principal), "type": cmp.Or(e.Type, "STANDARD"),
	}}
}

func listAccessEntries(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	if c.Query.Has("associatedPolicyArn") {
		return nil, exception(c, invalidParameter, "The fgctl sandbox does not know which access policies entries have.")
	}
	principals := make([]string, len(cl.AccessEntries))
	for i, e := range cl.AccessEntries {
		principals[i] = e.Principal
	}
	return nameList(c, "accessEntries", principals)
}

func describeAccessEntry(c *account.Call, cl *account.Cluster, i int) (any, *wire.Refusal) {
	return showEntry(c, cl, cl.AccessEntries[i]), nil
}

// updateAccessEntry changes what a request states; entries of nodes have no groups, as at their creation.
func updateAccessEntry(c *account.Call, cl *account.Cluster, i int) (any, *wire.Refusal) {
	var request struct {
		Groups   []string `json:"kubernetesGroups"`
		Username string   `json:"username"`
	}
	if refused := read(c, &request); refused != nil {
		return nil, refused
	}
	e := &cl.AccessEntries[i]
	if refused := groupsOf(c, e.Type, request.Groups); refused != nil {
		return nil, refused
	}
	if request.Groups != nil {
		e.Groups = request.Groups
	}
	e.Username = cmp.Or(request.Username, e.Username)
	return showEntry(c, cl, *e), nil
}

func deleteAccessEntry(_ *account.Call, cl *account.Cluster, i int) (any, *wire.Refusal) {
	cl.AccessEntries = slices.Delete(slices.Clone(cl.AccessEntries), i, i+1)
	return nil, nil
}
