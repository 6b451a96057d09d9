package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// slowStart is how old a pod may get without a word before its waiting is worth one: Fargate takes about a minute.
const slowStart = 5 * time.Minute

// anew is the command that makes the pod anew, by its owner where kubectl can restart that.
func (s *subject) anew() string {
	if o := kube.OwnerOf(s.pod); o != nil && !s.pod.Running.OwnerForeign {
		switch o.Kind {
		case "Deployment", "DaemonSet":
			return fmt.Sprintf("kubectl rollout restart %s/%s -n %s", lower(o.Kind), o.Name, s.pod.Namespace)
		}
	}
	return s.delete()
}

// command fills the names of this case into a command of the table of messages.
func (s *subject) command(text string) string {
	switch {
	case strings.HasPrefix(text, "kubectl get pvc "):
		return text + " -n " + s.pod.Namespace
	case text == "fgctl match -f pod.yaml":
		return fmt.Sprintf("kubectl get pod %s -n %s -o json | fgctl match -f -", s.pod.Name, s.pod.Namespace)
	case s.ev.Cluster == "":
		return text
	case strings.HasPrefix(text, "fgctl get fargateprofile"):
		return text + " --cluster " + s.ev.Cluster
	}
	return strings.ReplaceAll(text, "CLUSTER", s.ev.Cluster)
}

func (s *subject) describe() string {
	return fmt.Sprintf("kubectl describe pod %s -n %s", s.pod.Name, s.pod.Namespace)
}

func (s *subject) delete() string {
	return fmt.Sprintf("kubectl delete pod %s -n %s", s.pod.Name, s.pod.Namespace)
}

func lower(kind string) string {
	if kind == "Deployment" {
		return "deployment"
	}
	return "daemonset"
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
