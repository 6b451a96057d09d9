package cli

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// place is where an object keeps a pod: the template, with * for each entry. Where it is partial the operator makes the
// pod, and labels is where its labels are.
type place struct {
	at, part string
	partial  bool
	labels   string
}

// template is a complete one, partial one that an operator completes.
func template(at string) []place { return []place{{at: at}} }

func partial(at, labels string) []place { return []place{{at: at, partial: true, labels: labels}} }

var oraclePlaces = map[string][]place{
	"Pod v1":                                  template(""),
	"Revision serving.knative.dev":            template(""),
	"Deployment apps":                         template("spec.template"),
	"StatefulSet apps":                        template("spec.template"),
	"DaemonSet apps":                          template("spec.template"),
	"ReplicaSet apps":                         template("spec.template"),
	"ReplicationController v1":                template("spec.template"),
	"Job batch":                               template("spec.template"),
	"CronJob batch":                           template("spec.jobTemplate.spec.template"),
	"PodTemplate v1":                          template("template"),
	"Rollout argoproj.io":                     template("spec.template"),
	"Service serving.knative.dev":             template("spec.template"),
	"DeploymentConfig apps.openshift.io":      template("spec.template"),
	"CloneSet apps.kruise.io":                 template("spec.template"),
	"RunnerDeployment actions.summerwind.dev": partial("spec.template", ""),
	"ScaledJob keda.sh":                       template("spec.jobTargetRef.template"),
	"Fleet agones.dev":                        template("spec.template.spec.template"),
	"PyTorchJob kubeflow.org":                 template("spec.pytorchReplicaSpecs.*.template"),
	"Job batch.volcano.sh":                    template("spec.tasks.*.template"),
	"JobSet jobset.x-k8s.io":                  template("spec.replicatedJobs.*.template.spec.template"),
	"LeaderWorkerSet leaderworkerset.x-k8s.io": {
		{at: "spec.leaderWorkerTemplate.workerTemplate", part: "worker"},
	},
	"RayCluster ray.io": {
		{at: "spec.headGroupSpec.template", part: "head"},
		{at: "spec.workerGroupSpecs.*.template"},
	},
	"Workflow argoproj.io":         partial("spec.templates.*.container|script", ""),
	"WorkflowTemplate argoproj.io": partial("spec.templates.*.container|script", ""),
	"CronWorkflow argoproj.io": partial(
		"spec.workflowSpec.templates.*.container|script", "spec.workflowSpec.podMetadata.labels"),
	"Task tekton.dev":    partial("spec", ""),
	"TaskRun tekton.dev": partial("spec", ""),
	"SparkApplication sparkoperator.k8s.io": {
		{at: "spec.driver", part: "driver", partial: true, labels: "spec.driver.labels"},
		{at: "spec.executor", part: "executor", partial: true, labels: "spec.executor.labels"},
	},
	"Prometheus monitoring.coreos.com":           partial("spec", "spec.podMetadata.labels"),
	"Alertmanager monitoring.coreos.com":         partial("spec", ""),
	"Elasticsearch elasticsearch.k8s.elastic.co": partial("spec.nodeSets.*", ""),
	"Kibana kibana.k8s.elastic.co":               partial("spec", "spec.podTemplate.metadata.labels"),
	"FlinkDeployment flink.apache.org": {
		{at: "spec.jobManager", part: "jobManager", partial: true},
		{at: "spec.taskManager", part: "taskManager", partial: true},
	},
}

// oraclePods are the oracle's answers for a file.
func oraclePods(t *testing.T, file string, profiles []any) map[string]string {
	t.Helper()
	var objects []any
	for _, tree := range oracleTrees(t, file) {
		if items, ok := dig(tree, "items").([]any); ok {
			objects = append(objects, items...)
			continue
		}
		objects = append(objects, tree)
	}
	out := map[string]string{}
	for _, o := range objects {
		group, _, _ := strings.Cut(text(o, "apiVersion"), "/")
		annotations := table(o, "metadata.annotations")
		for _, place := range oraclePlaces[text(o, "kind")+" "+group] {
			for _, pod := range walk(o, place.at, place.part) {
				labels, spec, size := table(pod.tree, "metadata.labels"), dig(pod.tree, "spec"), "no size"
				if place.labels != "" {
					labels = table(o, place.labels)
				}
				namespace := cmp.Or(text(o, "metadata.namespace"), "default")
				if !place.partial {
					size = oracleSize(spec, oracleLimits(objects, namespace))
				}
				verdict, profile := oracleVerdict(profiles, namespace, labels, table(pod.tree, "metadata.annotations"))
				codes, ok := annotations["example.com/findings"+strings.TrimSuffix("-"+pod.part, "-")]
				if !ok {
					codes = annotations["example.com/findings"]
				}
				name := cmp.Or(text(o, "metadata.name"), text(o, "metadata.generateName")) + " " + pod.part
				out[name] = oracleLine(verdict, profile, size, codes)
			}
		}
	}
	return out
}

func oracleVerdict(profiles []any, namespace string, labels, annotations map[string]string) (verdict, profile string) {
	var candidates []string
	pin := labels["eks.amazonaws.com/fargate-profile"]
	for _, p := range profiles {
		name, matches := text(p, "name"), false
		for _, s := range dig(p, "selectors").([]any) {
			all := glob(text(s, "namespace"), namespace)
			for key, value := range table(s, "labels") {
				met := false
				for k, v := range labels {
					met = met || glob(key, k) && glob(value, v)
				}
				all = all && met
			}
			matches = matches || all
		}
		if matches && text(p, "status") == "ACTIVE" && (pin == "" || pin == name) {
			candidates = append(candidates, name)
		}
	}
	slices.Sort(candidates)
	switch {
	case annotations["eks.amazonaws.com/compute-type"] == "ec2":
		return "excluded", ""
	case len(candidates) == 0:
		return "unmatched", ""
	case len(candidates) == 1:
		return "matched", candidates[0]
	}
	return "ambiguous", candidates[0]
}

func glob(pattern, text string) bool {
	p := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("^(?:" + p + ")$").MatchString(text)
}

// sum is an amount of each resource; nil where the pod has one that is none.
type sum map[string]*big.Rat

func (s sum) add(more sum) sum {
	out := maps.Clone(s)
	for name, amount := range more {
		if out[name] = new(big.Rat).Set(amount); s[name] != nil {
			out[name].Add(out[name], s[name])
		}
	}
	return out
}

func (s sum) most(other sum) sum {
	out := maps.Clone(s)
	for name, amount := range other {
		if out[name] == nil || out[name].Cmp(amount) < 0 {
			out[name] = amount
		}
	}
	return out
}

var oracleTiers = []struct {
	vcpu     string
	memories []int64
}{
	{"1/4", []int64{1, 2, 4}},
	{"1/2", []int64{2, 4, 6, 8}},
	{"1", steps(2, 8, 1)},
	{"2", steps(4, 16, 1)},
	{"4", steps(8, 30, 1)},
	{"8", steps(16, 60, 4)},
	{"16", steps(32, 120, 8)},
}

// steps are sizes in halves of a GB.
func steps(from, to, by int64) (out []int64) {
	for n := from; n <= to; n += by {
		out = append(out, 2*n)
	}
	return out
}

func oracleSize(spec any, limits [2]map[string]string) string {
	bad := false
	amounts := func(texts map[string]string) sum {
		out := sum{}
		for name, text := range texts {
			if name == "cpu" || name == "memory" || name == "ephemeral-storage" {
				amount, ok := oracleQuantity(text)
				if !ok {
					bad, amount = true, new(big.Rat)
				}
				out[name] = amount
			}
		}
		return out
	}
	requests := func(c any) sum {
		own, limit := amounts(table(c, "resources.requests")), amounts(table(c, "resources.limits"))
		for name, amount := range limit {
			own[name] = cmp.Or(own[name], amount)
		}
		for name, amount := range amounts(limits[1]) { // the default request
			own[name] = cmp.Or(own[name], amount)
		}
		for name, amount := range amounts(limits[0]) { // the default limit, which is the request's default
			own[name] = cmp.Or(own[name], amount)
		}
		return own
	}
	running, starting, beside := sum{}, sum{}, sum{}
	for _, c := range list(spec, "containers") {
		running = running.add(requests(c))
	}
	for _, c := range list(spec, "initContainers") {
		own := requests(c)
		if text(c, "restartPolicy") == "Always" {
			beside = beside.add(own)
			starting = starting.most(beside)
			continue
		}
		starting = starting.most(beside.add(own))
	}
	total := running.add(beside).most(starting)
	ofPod := amounts(table(spec, "resources.requests"))
	for name, amount := range amounts(table(spec, "resources.limits")) {
		if ofPod[name] == nil && (total[name] == nil || total[name].Sign() == 0) {
			ofPod[name] = amount
		}
	}
	maps.Copy(total, ofPod)
	total = total.add(amounts(table(spec, "overhead")))
	if bad {
		return "no size"
	}
	for _, tier := range oracleTiers {
		vcpu, _ := new(big.Rat).SetString(tier.vcpu)
		if asked := total["cpu"]; asked != nil && roundUp(asked, 1000).Cmp(vcpu) > 0 {
			continue
		}
		need := big.NewRat(1, 4) // GB
		if asked := total["memory"]; asked != nil {
			need.Add(need, new(big.Rat).Quo(roundUp(asked, 1), big.NewRat(1<<30, 1)))
		}
		for _, halves := range tier.memories {
			if memory := big.NewRat(halves, 2); memory.Cmp(need) >= 0 {
				v, _ := vcpu.Float64()
				m, _ := memory.Float64()
				return fmt.Sprintf("%g/%g", v, m)
			}
		}
	}
	return "no size"
}

// roundUp rounds up to a fraction of 1.
func roundUp(r *big.Rat, parts int64) *big.Rat {
	scaled := new(big.Rat).Mul(r, big.NewRat(parts, 1))
	whole, rest := new(big.Int).DivMod(scaled.Num(), scaled.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		whole.Add(whole, big.NewInt(1))
	}
	return new(big.Rat).Quo(new(big.Rat).SetInt(whole), big.NewRat(parts, 1))
}

var quantityForm = regexp.MustCompile(`^\+?(\d+\.?\d*|\.\d+)(|[numkMGTPE]|[KMGTPE]i|[eE][-+]?\d{1,2})$`)

func oracleQuantity(text string) (*big.Rat, bool) {
	m := quantityForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return nil, false
	}
	out, _ := new(big.Rat).SetString(m[1])
	unit, power := int64(1000), strings.Index("num kMGTPE", cmp.Or(m[2], " "))-3
	switch {
	case len(m[2]) > 1 && (m[2][0] == 'e' || m[2][0] == 'E'):
		out, _ = new(big.Rat).SetString(m[1] + m[2])
		power = 0
	case strings.HasSuffix(m[2], "i"):
		unit, power = 1024, strings.Index("KMGTPE", m[2][:1])+1
	}
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(unit), big.NewInt(int64(max(power, -power))), nil))
	if power < 0 {
		scale.Inv(scale)
	}
	return out.Mul(out, scale), true
}

// oracleLimits are the default limits and requests of the LimitRanges of a namespace.
func oracleLimits(objects []any, namespace string) (out [2]map[string]string) {
	for _, o := range objects {
		if text(o, "kind") != "LimitRange" || text(o, "metadata.namespace") != namespace {
			continue
		}
		for _, item := range list(o, "spec.limits") {
			if text(item, "type") != "Container" {
				continue
			}
			out[0], out[1] = map[string]string{}, map[string]string{}
			maps.Copy(out[0], table(item, "max"))
			maps.Copy(out[0], table(item, "default"))
			maps.Copy(out[1], table(item, "min"))
			maps.Copy(out[1], out[0])
			maps.Copy(out[1], table(item, "defaultRequest"))
		}
	}
	return out
}
