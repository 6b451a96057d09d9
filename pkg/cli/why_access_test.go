package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// configMap is a ConfigMap in JSON.
func configMap(namespace, name, key, text string) string {
	return fmt.Sprintf(`{"metadata":{"name":%q,"namespace":%q},"data":{%q:%q}}`, name, namespace, key, text)
}

// saved writes objects, by the name of their resource, to a file as kubectl get -o json prints them.
func saved(t *testing.T, objects map[string][]string) string {
	t.Helper()
	items := []object{}
	for _, k := range kinds {
		for _, text := range objects[k.name] {
			var o object
			if err := json.Unmarshal([]byte(text), &o); err != nil {
				t.Fatal(err)
			}
			items = append(items, typed(o, k))
		}
	}
	data, err := json.Marshal(object{"apiVersion": "v1", "kind": "List", "items": items})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "saved.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// What lets the nodes of a waiting pod's profile in: aws-auth, where no access entry decides it, and the security groups
// that policies choose by service accounts. The logs of pods that run are looked at where somebody has configured them. Of
// cases that kubectl reads in the same way some are read from what it has saved, without its starts.
func TestWhyReadsWhatPodsNeed(t *testing.T) {
	const (
		entry = "- rolearn: arn:aws:iam::111122223333:role/%s\n  username: %s\n  groups: [system:bootstrappers, system:nodes, " +
			"system:node-proxier]\n"
		policy = `{"metadata":{"name":"db","namespace":"web"},"spec":{"serviceAccountSelector":{"matchLabels":{"team":"a"}},` +
			`"securityGroups":{"groupIds":["sg-1"]}}}`
	)
	auth := func(text string) string { return configMap("kube-system", "aws-auth", "mapRoles", text) }
	account := func(team string) string {
		return fmt.Sprintf(`{"metadata":{"name":"default","namespace":"web","labels":{"team":%q}}}`, team)
	}
	silent := strings.NewReplacer(`"phase":"Pending"`, `"phase":"Running"`, `"labels":{`,
		`"annotations":{"Logging":"LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND"},"labels":{`).Replace(waitingPod("shop-7c9d-a", ""))
	namespace := `{"metadata":{"name":"aws-observability","labels":{"aws-observability":"enabled"}}}`
	dns := strings.NewReplacer(`"namespace":"web"`, `"annotations":{"eks.amazonaws.com/compute-type":"ec2"},"namespace":"kube-system"`,
		`"eks.amazonaws.com/fargate-profile":"web"`, `"k8s-app":"kube-dns"`, "fargate-scheduler", "default-scheduler").Replace(waitingPod("coredns-a", ""))
	const deployment = `{"metadata":{"name":"coredns","namespace":"kube-system"},"spec":{"template":{"metadata":{"annotations":{%s}}}}}`
	for name, c := range map[string]struct {
		mode      string
		objects   map[string][]string
		forbidden []string
		args      string
		code      int
		want      []string // that begin with ! are not to be there
	}{
		"no aws-auth":         {"CONFIG_MAP", nil, nil, "-A", 3, []string{"cause: ", "[role-unmapped]", "does not map role arn:aws:iam::111122223333:role/fargate-pods of profile web"}},
		"mapped":              {"CONFIG_MAP", map[string][]string{"configmaps": {auth(fmt.Sprintf(entry, "fargate-pods", "system:node:{{SessionName}}"))}}, nil, "-A", 3, []string{"!role-", "!not judged"}},
		"with a path":         {"CONFIG_MAP", map[string][]string{"configmaps": {auth(fmt.Sprintf(entry, "apps/fargate-pods", "x"))}}, nil, "-f", 3, []string{"[role-path]"}},
		"as of nodes":         {"CONFIG_MAP", map[string][]string{"configmaps": {auth(fmt.Sprintf(entry, "fargate-pods", "system:node:{{EC2PrivateDNSName}}"))}}, nil, "-f", 3, []string{"[role-map-groups]"}},
		"broken":              {"CONFIG_MAP", map[string][]string{"configmaps": {auth("- rolearn: [")}}, nil, "-f", 3, []string{"[role-map-broken]", "line 1"}},
		"forbidden":           {"CONFIG_MAP", nil, []string{"configmaps"}, "-A", 3, []string{"!role-", "not judged: configmap/aws-auth: kubectl get configmap/aws-auth"}},
		"only access entries": {"API", nil, nil, "-A", 3, []string{"[no-reason]", "!role-unmapped", "!not judged"}},
		"a stale entry":       {"stale", nil, nil, "-f", 3, []string{"cause: check access of profile web", "[entry-stale]", "aws eks delete-access-entry --cluster-name demo"}},
		"an entry of nodes":   {"nodes", nil, nil, "-f", 3, []string{"[role-node-entry]"}},
		"chosen account":      {"", map[string][]string{"securitygrouppolicies": {policy}, "serviceaccounts": {account("a")}}, nil, "-A", 3, []string{"[security-group-policy]", "gives the pod sg-1"}},
		"other account":       {"", map[string][]string{"securitygrouppolicies": {policy}, "serviceaccounts": {account("b")}}, nil, "-A", 3, []string{"!security-group-policy"}},
		"account forbidden":   {"", map[string][]string{"securitygrouppolicies": {policy}}, []string{"serviceaccounts"}, "-A", 3, []string{"service accounts, which were not read; it may take", "not judged: serviceaccounts"}},
		"CoreDNS, annotated":  {"", map[string][]string{"pods": {dns}, "deployments": {fmt.Sprintf(deployment, `"eks.amazonaws.com/compute-type":"ec2"`)}}, nil, "-A", 3, []string{"aws eks update-addon --cluster-name demo"}},
		"CoreDNS patched":     {"", map[string][]string{"pods": {dns}, "deployments": {fmt.Sprintf(deployment, "")}}, nil, "-f", 3, []string{"kubectl rollout restart deployment/shop -n kube-system", "Deployment coredns: does not have"}},
		"no logs wanted":      {"", map[string][]string{"pods": {silent}}, nil, "-A", 0, []string{"none waits"}},
		"no logs, asked for":  {"", map[string][]string{"pods": {silent}}, nil, "shop-7c9d-a -n web", 3, []string{"and its logs go nowhere", "[logging-off]"}},
		"logs refused":        {"", map[string][]string{"pods": {silent}, "configmaps": {configMap("aws-observability", "aws-logging", "output.conf", "[OUTPUT]\n  Name loki\n  Match *\n")}, "namespaces": {namespace}}, nil, "-A", 3, []string{`[logging-config]`, `"loki" is not a supported output`}},
		"logs unlabelled":     {"", map[string][]string{"pods": {silent}, "configmaps": {configMap("aws-observability", "aws-logging", "output.conf", "[OUTPUT]\n  Name es\n  Match *\n")}, "namespaces": {`{"metadata":{"name":"aws-observability"}}`}}, nil, "-f", 3, []string{"the label aws-observability is missing", "!logging-late"}},
		"logs too late":       {"", map[string][]string{"pods": {silent}, "configmaps": {configMap("aws-observability", "aws-logging", "output.conf", "[OUTPUT]\n  Name es\n  Match *\n")}, "namespaces": {namespace}}, nil, "-f", 3, []string{"[logging-late]", "kubectl rollout restart deployment/shop -n web"}},
	} {
		t.Run(name, func(t *testing.T) {
			objects := map[string][]string{
				"pods": {waitingPod("shop-7c9d-a", "")}, "mutatingwebhookconfigurations": {theWebhook},
				"persistentvolumeclaims": {`{"metadata":{"name":"data","namespace":"web"},"spec":{},"status":{"phase":"Bound"}}`},
			}
			for kind, all := range c.objects {
				objects[kind] = all
			}
			args := append(strings.Fields("why -c demo"), strings.Fields(c.args)...)
			if c.args == "-f" {
				args = append(args, saved(t, objects))
			} else {
				kubernetes(t, objects, c.forbidden...)
			}
			world := sandbox.DefaultWorld()
			entry := sandbox.AccessEntry{Principal: "arn:aws:iam::111122223333:role/fargate-pods", Type: "FARGATE_LINUX"}
			switch c.mode {
			case "stale":
				entry.Created = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
				world.Clusters[0].AccessEntries = append(world.Clusters[0].AccessEntries, entry)
			case "nodes":
				entry.Type = "EC2_LINUX"
				world.Clusters[0].AccessEntries = append(world.Clusters[0].AccessEntries, entry)
			default:
				world.Clusters[0].AuthenticationMode = c.mode
			}
			world.Clusters[0].Profiles = []sandbox.Profile{{
				Name: "web", Role: "fargate-pods", Status: "ACTIVE", Subnets: []string{"subnet-0aaa0000000000001"},
				Selectors: []sandbox.Selector{{Namespace: "web"}},
			}}
			inSandbox(t, world)
			var out, errs bytes.Buffer
			streams := &output.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
			code := run(t.Context(), args, streams, fastClock{time.Now()})
			text := out.String() + errs.String()
			for _, want := range c.want {
				word, unwanted := strings.CutPrefix(want, "!")
				if code != c.code || strings.Contains(text, word) == unwanted {
					t.Errorf("exit %d, want %d; %q:\n%s", code, c.code, want, text)
				}
			}
		})
	}
}
