package support

// What a pod wants of its node that nobody can give to a Fargate node: it takes no arguments of the kubelet, no files
// and no DaemonSets (EKS User Guide, AWS Fargate considerations).

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// nodeName: a pod that exists has its node from a scheduler.
func nodeName(pod kube.Pod) []Finding {
	if pod.Spec.NodeName == "" || pod.Running != nil {
		return nil
	}
	return risky(pod.Field("nodeName"), removeIt, "the pod names its node, %s; schedulers leave such a pod alone, and a "+
		"Fargate node is made by Fargate's own for its pod", pod.Spec.NodeName)
}

// safeSysctls are those that the kubelet sets without being told (Kubernetes, Using sysctls in a Kubernetes Cluster).
var safeSysctls = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}

func unsafeSysctls(pod kube.Pod) []Finding {
	if pod.Spec.SecurityContext == nil {
		return nil
	}
	var found []Finding
	for i, s := range pod.Spec.SecurityContext.Sysctls {
		if !slices.Contains(safeSysctls, strings.ReplaceAll(s.Name, "/", ".")) {
			found = append(found, refused(pod.Field("securityContext.sysctls"+kube.Index(i)), removeIt,
				"the pod sets %s, which a kubelet refuses (SysctlForbidden) unless its arguments allow it, and the kubelets of "+
					"Fargate take none", s.Name)...)
		}
	}
	return found
}

// localhostProfile finds profiles that have to lie on the node.
func localhostProfile(pod kube.Pod) []Finding {
	c := pod.Spec.SecurityContext
	if c == nil || c.SeccompProfile == nil && c.AppArmorProfile == nil {
		return nil
	}
	return localhost(c.SeccompProfile, c.AppArmorProfile, "the pod", pod.Field("securityContext"))
}

func localhostProfileOf(c *corev1.Container, at place) []Finding {
	s := c.SecurityContext
	if s == nil || s.SeccompProfile == nil && s.AppArmorProfile == nil {
		return nil
	}
	return localhost(s.SeccompProfile, s.AppArmorProfile, "container "+c.Name, at.path("securityContext"))
}

func localhost(seccomp *corev1.SeccompProfile, appArmor *corev1.AppArmorProfile, whose, path string) []Finding {
	const hint = "use RuntimeDefault"
	const says = "%s wants a profile of %s that lies on the node; nobody can bring one onto a Fargate node"
	var found []Finding
	if seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeLocalhost {
		found = risky(path+".seccompProfile", hint, says, whose, "seccomp")
	}
	if appArmor != nil && appArmor.Type == corev1.AppArmorProfileTypeLocalhost {
		found = append(found, risky(path+".appArmorProfile", hint, says, whose, "AppArmor")...)
	}
	return found
}

func runtimeClass(pod kube.Pod) []Finding {
	if pod.Spec.RuntimeClassName == nil || *pod.Spec.RuntimeClassName == "" {
		return nil
	}
	return risky(pod.Field("runtimeClassName"), removeIt, "the RuntimeClass %s names a handler that the container "+
		"runtime of the node must be set up for; nobody can set up a Fargate node, and what overhead the class has is not "+
		"in the size", *pod.Spec.RuntimeClassName)
}

// resourceClaims: devices that are claimed come from a driver that runs on the node (Kubernetes, Dynamic Resource
// Allocation).
func resourceClaims(pod kube.Pod) []Finding {
	var found []Finding //nolint:prealloc // a clean pod costs no memory
	for i, c := range pod.Spec.ResourceClaims {
		found = append(found, risky(pod.Field("resourceClaims"+kube.Index(i)), keepOff,
			"the pod claims the device %s; the driver of such a device runs as a DaemonSet, and those do not run on Fargate",
			c.Name)...)
	}
	return found
}
