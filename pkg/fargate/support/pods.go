package support

// What Fargate refuses in a pod as a whole, and what is risky there.

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

func hostNetwork(pod kube.Pod) []Finding {
	if !pod.Spec.HostNetwork {
		return nil
	}
	return refused(pod.Field("hostNetwork"), removeIt,
		`the pod uses the host's network: "Pod not supported on Fargate: fields not supported: HostNetwork"`)
}

// hostNamespace makes a rule of a namespace shared with the host. hostPID and hostIPC are of the kind of hostNetwork:
// there is no host to share. No report of either was found, so that they are refused is inferred.
func hostNamespace(field, what string, isShared func(*corev1.PodSpec) bool) func(kube.Pod) []Finding {
	return func(pod kube.Pod) []Finding {
		if !isShared(&pod.Spec) {
			return nil
		}
		return risky(pod.Field(field), removeIt, "the pod uses the host's %s; on Fargate there is no host to share, but "+
			"what its scheduler does with such a pod is not known", what)
	}
}

// CodeDaemonSet is the code of a DaemonSet's pods.
const CodeDaemonSet = "daemonset"

func daemonSet(pod kube.Pod) []Finding {
	if !pod.MadeByDaemonSet() {
		return nil
	}
	path := "kind"
	if pod.Running != nil {
		path = "metadata.ownerReferences"
	}
	return refused(path, "run it as a sidecar container in the pods that need it, and keep the DaemonSet off Fargate by "+
		"a profile that does not select it", "DaemonSets do not run on Fargate")
}

func windowsPod(pod kube.Pod) []Finding {
	var found []Finding
	for _, key := range unmetNodeLabels(pod, systemLabels...) {
		found = append(found, refused(kube.KeyPath(pod.Field("nodeSelector"), key), keepOff,
			"the pod wants nodes with %s=%s; EKS on Fargate has Linux only", key, pod.Spec.NodeSelector[key])...)
	}
	if os := pod.Spec.OS; os != nil && os.Name != "" && os.Name != corev1.Linux {
		found = append(found, refused(pod.Field("os.name"), keepOff,
			"the pod is for %s; EKS on Fargate has Linux only", os.Name)...)
	}
	if pod.Spec.SecurityContext != nil {
		found = append(found, windowsOptions(pod.Spec.SecurityContext.WindowsOptions, "the pod",
			pod.Field("securityContext.windowsOptions"))...)
	}
	return found
}

func topologySpread(pod kube.Pod) []Finding {
	if len(pod.Spec.TopologySpreadConstraints) == 0 {
		return nil
	}
	return risky(pod.Field("topologySpreadConstraints"), spread,
		"Fargate does not honour topology spread constraints; the pods may all be in one zone")
}

func podAffinity(pod kube.Pod) []Finding {
	if pod.Spec.Affinity == nil {
		return nil
	}
	path, keys := pod.Field("affinity.podAffinity"), topologyKeys(pod.Spec.Affinity.PodAffinity)
	switch {
	case len(keys) == 0:
		return nil
	case onlyHosts(keys):
		return risky(path, "put what must be together into one pod",
			"the pod wants to share a node with others; every pod on Fargate has a node of its own")
	}
	return risky(path, "to keep pods in one zone, select it by nodeSelector, which is honoured, or use a profile of one "+
		"subnet", "Fargate does not honour affinity to other pods")
}

func podAntiAffinity(pod kube.Pod) []Finding {
	if pod.Spec.Affinity == nil {
		return nil
	}
	path := pod.Field("affinity.podAntiAffinity")
	keys := topologyKeys((*corev1.PodAffinity)(pod.Spec.Affinity.PodAntiAffinity))
	switch {
	case len(keys) == 0:
		return nil
	case onlyHosts(keys):
		return minor(risky(path, "nothing is lost: every pod on Fargate has a node of its own; "+spread,
			"Fargate does not honour anti-affinity to other pods, and by host none is needed"))
	}
	return risky(path, spread, "Fargate does not honour anti-affinity to other pods; they may all be in one zone")
}

// topologyKeys returns over which parts of a cluster pods are to stay together or apart.
func topologyKeys(a *corev1.PodAffinity) []string {
	if a == nil {
		return nil
	}
	var keys []string
	for i := range a.RequiredDuringSchedulingIgnoredDuringExecution {
		keys = append(keys, a.RequiredDuringSchedulingIgnoredDuringExecution[i].TopologyKey)
	}
	for i := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		keys = append(keys, a.PreferredDuringSchedulingIgnoredDuringExecution[i].PodAffinityTerm.TopologyKey)
	}
	return keys
}

// onlyHosts reports whether an affinity to pods is about sharing hosts alone, not zones.
func onlyHosts(keys []string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool { return key != corev1.LabelHostname })
}

// schedulerName: in a pod that runs, the webhook has written fargate-scheduler; in a manifest somebody.
func schedulerName(pod kube.Pod) []Finding {
	switch name := pod.Spec.SchedulerName; {
	case name == "" || name == kube.DefaultScheduler || name == kube.Scheduler && pod.Running != nil:
		return nil
	case name == kube.Scheduler:
		return risky(pod.Field("schedulerName"), "remove it; EKS's webhook writes it into the pods that a profile takes",
			"the manifest names the scheduler %s; a pod that matches no profile then stays Pending", name)
	default:
		return risky(pod.Field("schedulerName"), removeIt, "the pod wants the scheduler %s; EKS's webhook writes %s into "+
			"the pods that a profile takes", name, kube.Scheduler)
	}
}

func finishedPods(pod kube.Pod) []Finding {
	if !pod.Workload.KeepsFinished {
		return nil
	}
	return risky(strings.TrimSuffix(pod.SpecPath, "template.spec")+"ttlSecondsAfterFinished",
		"set ttlSecondsAfterFinished in the Job's spec",
		"nothing removes the Job when it has finished, and its pods keep their Fargate nodes, which cost")
}

// moveCoreDNS are the User Guide's commands; without the annotation the pods are to be recreated.
var moveCoreDNS = []string{
	`kubectl patch deployment coredns -n kube-system --type json ` +
		`-p='[{"op":"remove","path":"/spec/template/metadata/annotations/eks.amazonaws.com~1compute-type"}]'`,
	`kubectl rollout restart -n kube-system deployment coredns`,
}

func coreDNSOnEC2(pod kube.Pod) []Finding {
	if !pod.IsCoreDNS() || pod.Annotations[kube.ComputeTypeAnnotation] != kube.ComputeTypeEC2 {
		return nil
	}
	found := risky(kube.KeyPath(metadata(pod, "annotations"), kube.ComputeTypeAnnotation),
		"make a profile that selects kube-system and k8s-app: kube-dns; then, where CoreDNS is the managed add-on, set its "+
			`configuration value {"computeType":"Fargate"} (a patch is undone by the add-on's next update); where it is your `+
			"own, patch its Deployment",
		"CoreDNS is annotated for EC2; in a cluster without EC2 nodes it stays Pending, and no name resolves")
	found[0].Commands = moveCoreDNS
	return found
}
