package support

// What Fargate refuses in a container, and what is risky there.

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Fargate's scheduler on security contexts and ports.
const (
	invalidContext = `"Pod not supported on Fargate: invalid SecurityContext fields: `
	hostsPort      = `"Pod not supported on Fargate: port contains HostIP or HostPort"`
)

func isTrue(b *bool) bool { return b != nil && *b }

func privileged(c *corev1.Container, at place) []Finding {
	if c.SecurityContext == nil || !isTrue(c.SecurityContext.Privileged) {
		return nil
	}
	return refused(at.path("securityContext.privileged"), removeIt,
		"container %s is privileged: "+invalidContext+`Privileged"`, c.Name)
}

// capabilitiesAdded finds every capability but NET_BIND_SERVICE, which CoreDNS adds and runs on Fargate with: the Best
// Practices Guide says that capabilities can only be dropped, and refusals of several were seen.
func capabilitiesAdded(c *corev1.Container, at place) []Finding {
	if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
		return nil
	}
	var found []Finding
	for i, name := range c.SecurityContext.Capabilities.Add {
		if strings.TrimPrefix(string(name), "CAP_") == "NET_BIND_SERVICE" {
			continue
		}
		found = append(found, refused(at.path("securityContext.capabilities.add"+kube.Index(i)), "drop it; "+keepOff,
			"container %s adds the capability %s: "+invalidContext+`Capabilities added: %s"`, c.Name, name, name)...)
	}
	return found
}

// privilegeEscalation warns only: it was refused in 2020, and nothing later was found.
func privilegeEscalation(c *corev1.Container, at place) []Finding {
	if c.SecurityContext == nil || !isTrue(c.SecurityContext.AllowPrivilegeEscalation) {
		return nil
	}
	return risky(at.path("securityContext.allowPrivilegeEscalation"), "set it to false, or leave it out",
		"container %s allows privilege escalation, which was refused in 2020: "+
			invalidContext+`AllowPrivilegeEscalation"`, c.Name)
}

func hostPort(c *corev1.Container, at place) []Finding {
	var found []Finding
	for i := range c.Ports {
		if port := c.Ports[i].HostPort; port != 0 {
			found = append(found, refused(at.path("ports"+kube.Index(i)+".hostPort"),
				"remove it; other pods reach the containerPort at the pod's own address, or through a Service",
				"container %s takes port %d of the host: "+hostsPort, c.Name, port)...)
		}
	}
	return found
}

func hostIP(c *corev1.Container, at place) []Finding {
	var found []Finding
	for i := range c.Ports {
		if ip := c.Ports[i].HostIP; ip != "" {
			found = append(found, refused(at.path("ports"+kube.Index(i)+".hostIP"),
				"remove it; on Fargate a pod has addresses of its own",
				"container %s binds a port to the host's address %s: "+hostsPort, c.Name, ip)...)
		}
	}
	return found
}

// reservedPort finds a container that declares the kubelet's port, or else one whose arguments say that it listens
// there.
func reservedPort(c *corev1.Container, at place) []Finding {
	const hint = "listen on another port, such as 10251, and let Services follow"
	var found []Finding
	for i := range c.Ports {
		if c.Ports[i].ContainerPort == 10250 {
			found = append(found, risky(at.path("ports"+kube.Index(i)+".containerPort"), hint,
				"container %s listens on port 10250, which is reserved on Fargate", c.Name)...)
		}
	}
	if found != nil {
		return found
	}
	for _, list := range [...]struct {
		field string
		words []string
	}{{"command", c.Command}, {"args", c.Args}} {
		if i := listensOn(list.words, "10250"); i >= 0 {
			return risky(at.path(list.field+kube.Index(i)), hint,
				"container %s is to listen on port 10250, which is reserved on Fargate", c.Name)
		}
	}
	return nil
}

// listensOn returns the place of a word of a command line that makes a program listen on the port, -1 for none:
// --secure-port=10250, --bind-address 0.0.0.0:10250. The kubelet's own port, which clients name, is another matter.
func listensOn(words []string, port string) int {
	for i, word := range words {
		if !strings.HasSuffix(word, port) {
			continue
		}
		flag, value, ok := strings.Cut(word, "=")
		if !ok && i > 0 {
			flag, value = words[i-1], word
		}
		flag = strings.ToLower(flag)
		isFlag := strings.HasPrefix(flag, "-") && !strings.Contains(flag, "kubelet") &&
			(strings.Contains(flag, "port") || strings.Contains(flag, "listen") || strings.Contains(flag, "addr") ||
				strings.Contains(flag, "bind"))
		if isFlag && (value == port || strings.HasSuffix(value, ":"+port)) {
			return i
		}
	}
	return -1
}

func blockVolume(c *corev1.Container, at place) []Finding {
	found := make([]Finding, 0, len(c.VolumeDevices))
	for i := range c.VolumeDevices {
		found = append(found, refused(at.path("volumeDevices"+kube.Index(i)), useEFS,
			"container %s uses %s as a raw block device; the only volumes that Fargate can mount are file systems "+
				"of EFS", c.Name, c.VolumeDevices[i].Name)...)
	}
	return found
}

func windowsContainer(c *corev1.Container, at place) []Finding {
	if c.SecurityContext == nil || c.SecurityContext.WindowsOptions == nil {
		return nil
	}
	return windowsOptions(c.SecurityContext.WindowsOptions, "container "+c.Name, at.path("securityContext.windowsOptions"))
}

// windowsOptions alone do not send a pod to Windows, a process on a Windows host does.
func windowsOptions(o *corev1.WindowsSecurityContextOptions, whose, path string) []Finding {
	switch {
	case o == nil:
		return nil
	case isTrue(o.HostProcess):
		return refused(path+".hostProcess", keepOff,
			"%s is to run on a Windows host; EKS on Fargate has Linux only", whose)
	}
	return risky(path, keepOff,
		"%s has options for Windows, which mean nothing on Linux, and EKS on Fargate has Linux only", whose)
}

// devices finds what is asked for beyond the three resources that every node has, by name. The User Guide names GPUs
// and Inferentia. Any other device needs a plugin on its node, which is a DaemonSet; what Fargate's scheduler says to
// a pod that asks for one was not found. A limit is reported rather than a request; an amount of zero asks for
// nothing, one that is no quantity asks.
func devices(r *corev1.ResourceRequirements, of amounts) []Finding {
	if usual(r.Requests) && usual(r.Limits) {
		return nil
	}
	paths := map[corev1.ResourceName]string{}
	for _, list := range []struct {
		name    string
		amounts corev1.ResourceList
	}{{"requests", r.Requests}, {"limits", r.Limits}} {
		for name, amount := range list.amounts {
			path := of.path(list.name, name)
			if !isUsual(name) && name != podENI && (!amount.IsZero() || of.isBad(path)) {
				paths[name] = path
			}
		}
	}
	var found []Finding
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		switch path := paths[name]; {
		case accelerator(string(name)):
			found = append(found, refused(path, keepOff,
				"%s asks for %s; Fargate has neither GPUs nor other accelerators", of.whose(), name)...)
		case strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix):
			found = append(found, risky(path, keepOff,
				"%s asks for %s; nothing says that Fargate's nodes have huge pages", of.whose(), name)...)
		default:
			found = append(found, risky(path, keepOff,
				"%s asks for %s; such a device comes from a plugin that runs as a DaemonSet, and those do not run on "+
					"Fargate", of.whose(), name)...)
		}
	}
	return found
}

// podENI is what AWS's own webhook writes into a pod that gets security groups on EC2. It is not asked for on
// Fargate, where they come by an annotation (EKS Best Practices Guide, Security Groups per Pod).
const podENI = "vpc.amazonaws.com/pod-eni"

// accelerator recognises the resources of GPUs and of AWS's own accelerators.
func accelerator(name string) bool {
	domain, device, _ := strings.Cut(name, "/")
	return domain == "nvidia.com" || strings.HasPrefix(device, "neuron") ||
		strings.Contains(domain, "gpu") || strings.Contains(device, "gpu")
}

func isUsual(name corev1.ResourceName) bool { return slices.Contains(sized[:], name) }

// usual reports whether only resources are named that every node has.
func usual(list corev1.ResourceList) bool {
	for name := range list {
		if !isUsual(name) {
			return false
		}
	}
	return true
}

// requestsUnlikeLimits finds the requests of CPU and memory that are not the limits: the User Guide says that pods
// run with guaranteed priority, so the requested CPU and memory must be equal to the limit. So a request without a
// limit is reported too; only what has limits alone is well, as Kubernetes sets its requests to them. Many such pods
// run, hence a warning. What is no quantity is a finding of its own.
func requestsUnlikeLimits(r *corev1.ResourceRequirements, of amounts) []Finding {
	const hint = "give limits alone; Kubernetes then sets requests to them"
	var found []Finding
	for _, name := range sized[:2] {
		request, requested := r.Requests[name]
		limit, limited := r.Limits[name]
		order := request.Cmp(limit)
		if !requested || limited && order == 0 || len(of.bad) > 0 &&
			(of.isBad(of.path("requests", name)) || of.isBad(of.path("limits", name))) {
			continue
		}
		var says string
		list, values := "limits", []any{of.whose(), request.String(), name, limit.String()}
		switch {
		case !limited:
			list, says, values = "requests", "%s requests %s %s and has no limit; on Fargate both should be equal, and "+
				"the size follows requests", values[:3]
		case order < 0:
			says = "%s requests %s %s, but its limit is %s; on Fargate both should be equal, and the size follows " +
				"requests, so more may not be there"
		default:
			says = "%s requests %s %s, but its limit is only %s; on Fargate both should be equal, and Kubernetes " +
				"refuses a limit below the request"
		}
		found = append(found, minor(risky(of.path(list, name), hint, says, values...))...)
	}
	return found
}
