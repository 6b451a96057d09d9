package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/output"
)

// Slips are the user's own words back: the value, what is wrong with it, and what to type instead. Nothing is sent.
func TestWrongCommandLines(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"p.yaml":   "fargateProfiles: [{name: web, selectors: [{namespace: web}]}]",
		"pod.yaml": "kind: Pod\nmetadata: {name: a}",
		"bad.yaml": "a: [",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	aws := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a request was sent: %s %s", r.Method, r.URL)
	}))
	defer aws.Close()
	for name, value := range map[string]string{
		"HOME": dir, "XDG_CONFIG_HOME": dir, "KUBECONFIG": filepath.Join(dir, "none"), "AWS_ENDPOINT_URL": aws.URL,
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "FGCTL_UPDATE_SCRIPTS": "",
	} {
		t.Setenv(name, value)
	}
	for _, test := range []struct{ line, want string }{
		{"creat fargateprofile", `unknown command "creat" for "fgctl"; did you mean create?`},
		{"get clusters", "fgctl gets Fargate profiles only; for clusters:\n    aws eks list-clusters"},
		{"get pods", "fgctl gets Fargate profiles only; for pods:\n    kubectl get pods\n  for the profile \"pods\":\n    fgctl get fargateprofile pods\n"},
		{"describe po/web-1 -n web", "for po/web-1:\n    kubectl describe po/web-1\n"},
		{"check deploy api", "for deploy:\n    kubectl get deploy api\n"},
		{"get nodegroup -c demo", "for nodegroup:\n    eksctl get nodegroup -c demo\n"},
		{"delete ns", "for ns:\n    kubectl delete ns\n"},
		{"get fargateprofil", `unknown command "fargateprofil" for "fgctl get"; did you mean fargateprofile?`},
		{"create cluster --fargate", "for clusters:\n    aws eks create-cluster"},
		{"rm fp web", `unknown command "rm" for "fgctl"; did you mean delete?`},
		{"edit fp web", `unknown command "edit" for "fgctl"; did you mean replace?`},
		{"apply --filename f.yaml", "unknown flag: --filename; did you mean --config-file?"},
		{"get fp --cluster-name demo", "unknown flag: --cluster-name; did you mean --cluster?"},
		{"delete fp web -c demo --force", "unknown flag: --force; did you mean --yes?"},
		{"delete fp web -c demo --approve", "unknown flag: --approve; did you mean --yes?"},
		{"create fp -f f.yaml --approve", "unknown flag: --approve; leave it out: only --dry-run holds a change back"},
		{"get fp -n web", "profiles belong to a cluster and to no namespace; leave it out"},
		{"get web -c demo", `for the profile "web":` + "\n    fgctl get fargateprofile web -c demo\n"},
		{"get fp -c demo --query [].name", "unknown flag: --query; pipe -o json into jq"},
		{"get fp --clster demo", "unknown flag: --clster; did you mean --cluster?"},
		{"get fp --cluster", "missing value for --cluster; write --cluster VALUE"},
		{"get fp a --name b -c demo", `the name is given twice, as argument "a" and as --name "b"; give one of them`},
		{"get fp -o csv -c demo", `invalid value "csv" for --output: must be table, `},
		{"get fp -c demo --all-clusters", "--all-clusters asks for every cluster, but one is named too; leave out one of the two"},
		{"get fp --regions all,us-east-1", "--regions all stands alone"},
		{"get fp --region a --regions b", "--region and --regions both say where to look; give one of them"},
		{"get fp -c demo --chunk-size many", `invalid value "many" for --chunk-size: must be a whole number`},
		{"get fp -c demo --max-in-flight -1", `invalid value "-1" for --max-in-flight: must not be negative`},
		{"get fp -c demo -v loud", `invalid value "loud" for --verbose: must be a whole number`},
		{"get fp -c demo --timeout 10", `invalid value "10" for --timeout: must be a duration like 90s, 25m or 1h30m`},
		{"get fp -c demo --timeout -5s", `invalid value "-5s" for --timeout: must not be negative; 0 means no limit`},
		{"get fp -c demo --color=blue", `invalid value "blue" for --color: must be true, false or fabulous`},
		{"get fp -c demo --endpoint-url localhost:1", `--endpoint-url: "localhost:1" does not start with http:// or https://`},
		{"get fp -c demo --region us_east", `region "us_east" is not the name of an AWS region` + "\n  give one like us-east-1"},
		{"get fp --cluster= web", "--cluster is given without a value; give one or leave the flag out"},
		{"create fp web --cluster= --namespace web", "--cluster is given without a value"},
		{"describe fp web --cluster=", "--cluster is given without a value"},
		{"wait fp web --cluster=", "--cluster is given without a value"},
		{"match --overlaps --cluster=", "--cluster is given without a value"},
		{"get fp web -c demo -o jsonpath={.name}", "the profiles are a list without name; for their names: jsonpath={[*].name}"},
		{"get fp", "no cluster is named, and there is no kubeconfig context; give --cluster NAME"},
		{"create fp web -c demo", "the profile has no selector; add --selector namespace=NAME"},
		{"create fp web x -c demo --namespace web", "accepts one profile name, received 2: web, x"},
		{"create fp eks-web -c demo --namespace web", `the name "eks-web" begins with "eks-", which EKS reserves; choose another prefix`},
		{"create fp we.b -c demo --namespace Web", "the input has 2 faults:\n  name: \"we.b\" is not a profile name; begin with"},
		{"create fp we.b -c demo --namespace Web", `"Web" is not a namespace; use at most 63 lower-case letters`},
		{"create fp web -c demo --selector app=api", `--selector: "app=api" has no namespace; write namespace=NAME`},
		{"create fp web -c demo --namespace web --labels app", `--labels: "app" is not KEY=VALUE; separate pairs by commas`},
		{"create fp web -c demo --namespace a --namespace b", `--namespace is given twice ("a", "b"); for several namespaces repeat --selector`},
		{"create fp web -c demo --namespace web --tags aws:x=y", `the tag key "aws:x" begins with aws:, which AWS reserves; choose another key`},
		{"create fp web -c demo --namespace web --subnets web", `"web" is not a subnet id; it looks like subnet-0123456789abcdef0`},
		{"create fp web -c demo --namespace web --pod-execution-role-arn x", `"x" is not the ARN of an IAM role; it looks like arn:aws:iam::`},
		{"create fp web -c demo --namespace web --skip-checks subnet", `invalid value "subnet" for --skip-checks: must be `},
		{"create fp web -c demo --namespace web --skip-checks subnet", "did you mean subnets?"},
		{"create fp web -c demo --namespace web --wait false", `unexpected argument "false" after --wait; did you mean --wait=false?`},
		{"create fp -f none.yaml", "none.yaml: no such file or directory\n  check the path; relative ones start at " + dir},
		{"create fp -f bad.yaml", "bad.yaml: document 1, line 1: invalid YAML"},
		{"create fp -f p.yaml --namespace web", "the file of -f says what to create, so --namespace cannot be given"},
		{"create fp -f p.yaml -f bad.yaml", `--config-file is given twice ("p.yaml", "bad.yaml"); run the command for each file`},
		{"delete fp -f p.yaml -f bad.yaml", `--config-file is given twice ("p.yaml", "bad.yaml")`},
		{"delete fp --name a --name b -c demo", `--name is given twice ("a", "b"); give one of them`},
		{"delete fp -c demo", "no profile is named; give names, --all or -f FILE"},
		{"delete fp web --all -c demo", "--all means every profile of the cluster; leave out web, or --all"},
		{"delete fp web -c demo --fail-on covered", `invalid value "covered" for --fail-on: must be uncovered` + "\n"},
		{"delete fp web -c demo -f - --pods -", "-f - and --pods - both want standard input; give one of them a file"},
		{"replace fp -c demo --namespace web", "no profile is named; give the name of the one to replace"},
		{"replace fp web -c demo --namespace web --add-selector namespace=x", "use one of the two ways"},
		{"replace fp web -c demo --namespace x --new-name web", "--new-name web is the name of the original; use --keep-name to keep it"},
		{"replace fp web -c demo --namespace x --keep-name --new-name y", "--keep-name and --new-name y exclude each other; give one of them"},
		{"replace fp web -c demo --abort --namespace x", "--abort undoes a replacement and takes no change; leave out the flags"},
		{"delete fp web,api -c demo", `"web,api" is not a profile name; separate names by spaces, not commas`},
		{"get fp web,api -c demo", `"web,api" is not a profile name; separate names by spaces, not commas`},
		{"wait fp web,api -c demo --for deleted", `name: "web,api" is not a profile name`},
		{"wait fp --name we.b -c demo --for deleted", `name: "we.b" is not a profile name; begin with`},
		{"describe fp web.x -c demo", `name: "web.x" is not a profile name; begin with`},
		{"check fp web.x -c demo", `name: "web.x" is not a profile name; begin with`},
		{"wait fp web -c demo --for ready", `invalid value "ready" for --for: must be active, deleted`},
		{"wait fp -c demo", "no profile is named; give its name"},
		{"describe fp a b -c demo", "accepts one profile name, received 2: a, b"},
		{"match", "no manifest is named; give -f FILE, or -f - to read standard input"},
		{"match pod.yaml", `unexpected argument "pod.yaml"; name files with -f:` + "\n    fgctl match -f pod.yaml\n"},
		{"match -f pod.yaml", "give --cluster NAME, or take the profiles from a file with --profiles-from"},
		{`match -f a"b.yaml`, `: a value that holds a quote stands in quotes, and its own are doubled: "a""b"`},
		{"match -f https://h/y.yaml --profiles-from p.yaml", "URLs are not read; download it first:\n    curl -fsSLO https://h/y.yaml"},
		{"match -f pod.yaml --profiles-from p.yaml -n Web", `invalid value "Web" for --namespace: must be lower-case letters, digits and -`},
		{"match -f pod.yaml --profiles-from p.yaml --only lost", `invalid value "lost" for --only: must be matched, ambiguous, unmatched or excluded`},
		{"apply -c demo", "no file is named; give -f FILE"},
		{"apply -c demo -f p.yaml --prune every", `unexpected argument "every" after --prune; did you mean --prune=every?`},
		{"diff -c demo p.yaml", `unexpected argument "p.yaml"; name files with -f:` + "\n    fgctl diff -c demo -f p.yaml\n"},
		{"version p.yaml", `unexpected argument "p.yaml"; fgctl version takes flags only`},
		{"create fp -c demo -f .", ". is a directory; name a file in it"},
		{"create fp x -c demo --namespace x --dry-run -o name", "--dry-run prints requests, so --output is json or yaml, not name"},
		{"fp web", `unknown command "fp" for "fgctl"; the verb stands first, as in fgctl get fp`},
		{"lint -f x.yaml", `unknown command "lint" for "fgctl"; did you mean validate?`},
		{"status fp web", "did you mean describe?"},
		{"--cluster demo", "unknown flag: --cluster of fgctl itself; the command is missing, as get fargateprofile"},
		{"validate", "no file is named; give -f FILE, or --schema"},
		{"check fp -c demo --fail-on never", `invalid value "never" for --fail-on: must be errors`},
		{"explain", "no text is given; paste the message in quotes, or give - to read standard input"},
		{"why -o csv", `invalid value "csv" for --output: must be text, json or yaml`},
		{"sandbox run", "missing command; name it behind --, as in fgctl sandbox run -- sh"},
		{"completion tcsh", `unknown command "tcsh" for "fgctl completion"; there are bash, fish, powershell, zsh`},
	} {
		var out, errs strings.Builder
		streams := &output.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
		code := run(t.Context(), strings.Fields(test.line), streams, fastClock{time.Now()})
		got := errs.String()
		if code != 2 || !strings.HasPrefix(got, "Error: ") || !strings.Contains(got, test.want) || out.Len() > 0 {
			t.Errorf("fgctl %s: exit %d, want %q in\n%s%s", test.line, code, test.want, got, &out)
		}
	}
}
