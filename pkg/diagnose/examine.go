package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/message"
)

// Examiner gathers the pods of a cluster of which something is the matter, and then the cases.
type Examiner struct {
	matcher  *fargate.Matcher
	subjects []*subject
	// Named says that the user asked for the pods by name: that they run without logs is worth a word, even where nobody
	// has configured logs.
	Named bool
	// Looked counts the pods that were looked at.
	Looked int
}

// New returns an examiner of the pods of a cluster with these profiles.
func New(profiles []fargate.Profile) *Examiner {
	return &Examiner{matcher: fargate.NewMatcher(profiles)}
}

// Add looks at a pod, and keeps it where something is the matter. Finished pods and those that are being deleted are
// left alone.
func (e *Examiner) Add(pod kube.Pod) {
	r := pod.Running
	if r == nil || r.Terminating || r.Phase == "Succeeded" || r.Phase == "Failed" {
		return
	}
	e.Looked++
	s := &subject{pod: pod, x: e.matcher.Explain(pod)}
	s.pod.LineOf = nil
	switch {
	case s.concerns(), s.strays():
		e.subjects = append(e.subjects, s)
	case s.losesLogs(): // of which there may be very many
		scheduler := s.pod.Spec.SchedulerName
		s.pod.Spec, s.x = kube.Pod{}.Spec, fargate.Explanation{}
		s.pod.Spec.SchedulerName = scheduler
		e.subjects = append(e.subjects, s)
	}
}

// Profiles returns the names of the profiles that have taken pods that wait.
func (e *Examiner) Profiles() []string {
	var out []string
	for _, s := range e.subjects {
		if name := s.pod.Labels[kube.ProfileLabel]; s.waits() && s.taken() && name != "" &&
			!slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// LosesLogs reports whether the logs of any pod go nowhere.
func (e *Examiner) LosesLogs() bool { return slices.ContainsFunc(e.subjects, (*subject).losesLogs) }

// KeepsCoreDNS reports whether a pod of CoreDNS waits that its annotation keeps off Fargate.
func (e *Examiner) KeepsCoreDNS() bool {
	return slices.ContainsFunc(e.subjects, func(s *subject) bool {
		return s.waits() && s.pod.IsCoreDNS() && s.x.Verdict == fargate.VerdictExcluded
	})
}

// Cases judges the pods by what else is known of the cluster, and returns what is the matter, the pods of one owner
// together, by namespace and owner. It is never nil.
func (e *Examiner) Cases(ev Evidence) []Case {
	out, known := []Case{}, map[string]int{}
	for _, s := range e.subjects {
		// Without the profiles, where a pod belongs is not known.
		s.ev = &ev
		concerns := s.waits() || s.misled() || s.fails() ||
			ev.Profiles != nil && s.concerns() && (s.taken() || !s.known(true))
		if !concerns && (!s.losesLogs() || ev.Logging == nil && !e.Named) {
			continue
		}
		s.read()
		s.judge()
		c := Case{
			Namespace: s.pod.Namespace, Owner: s.owner(), Pods: []string{s.pod.Name}, Nodes: s.nodes(), State: s.state(),
			Evidence: append([]Fact{}, s.facts...), Causes: append([]Cause{}, s.causes...),
		}
		key := strings.Join([]string{c.Namespace, c.Owner, c.State, codes(c.Causes)}, "\x00")
		if i, ok := known[key]; ok {
			out[i].Pods = append(out[i].Pods, s.pod.Name)
			for _, node := range c.Nodes {
				if !slices.Contains(out[i].Nodes, node) {
					out[i].Nodes = append(out[i].Nodes, node)
				}
			}
			continue
		}
		known[key] = len(out)
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Owner, b.Owner))
	})
	return out
}

func codes(causes []Cause) string {
	out := make([]string, len(causes))
	for i, c := range causes {
		out[i] = c.Code
	}
	return strings.Join(out, ",")
}

// subject is a pod under examination.
type subject struct {
	ev  *Evidence
	pod kube.Pod
	x   fargate.Explanation

	facts  []Fact
	causes []Cause
	// said is what the words of schedulers and of others mean; unknown is the last of those whose meaning is not known.
	said    []message.Meaning
	unknown string
}

// read gathers what the cluster says of the pod.
func (s *subject) read() {
	r := s.pod.Running
	var texts []string
	note := func(from, text string) {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			s.facts = append(s.facts, Fact{from, text})
			texts = append(texts, text)
			isFault := !strings.HasPrefix(from, "event ") || strings.HasPrefix(from, "event Failed")
			if isFault && text != "Unschedulable" && len(message.Explain(text)) == 0 {
				s.unknown = text
			}
		}
	}
	if r.Unscheduled != "" {
		note("condition PodScheduled of the pod", r.Unscheduled)
	}
	for _, text := range r.Stuck {
		note("status of the pod", text)
	}
	for _, event := range s.ev.Events[Key(s.pod.Namespace, s.pod.Name)] {
		if strings.HasPrefix(event.Reason, "Failed") || event.From == kube.Scheduler ||
			len(message.Explain(event.Message)) > 0 {
			note(fmt.Sprintf("event %s of %s", event.Reason, event.From), event.Message)
		}
	}
	s.said = message.Explain(strings.Join(texts, "; "))
}

// concerns reports whether something is the matter with the pod: it waits, or it is on the wrong side.
func (s *subject) concerns() bool {
	return s.waits() || s.fails() || slices.ContainsFunc(s.x.Findings, misplaced)
}

// fails reports whether a container of a pod on Fargate does not run, and its state says something that is known.
func (s *subject) fails() bool {
	return s.taken() && len(message.Explain(strings.Join(s.pod.Running.Stuck, "; "))) > 0
}

func (s *subject) waits() bool { return s.pod.Running.Phase == "Pending" }

// taken reports whether a profile took the pod when it was made: the webhook writes the scheduler's name.
func (s *subject) taken() bool { return s.pod.Spec.SchedulerName == kube.Scheduler }

// owner names the workload of the pod.
func (s *subject) owner() string {
	if o := kube.OwnerOf(s.pod); o != nil {
		return o.String()
	}
	return "Pod/" + s.pod.Name
}

// state says what is the case.
func (s *subject) state() string {
	profile := s.pod.Labels[kube.ProfileLabel]
	switch {
	case s.waits() && s.taken() && profile != "":
		if s.pod.Running.NodeName != "" {
			return fmt.Sprintf("Pending on the Fargate node of profile %s", profile)
		}
		return fmt.Sprintf("Pending, taken by profile %s, without a node", profile)
	case s.waits() && s.taken():
		return "Pending, with fargate-scheduler, taken by no profile"
	case s.waits() && s.forFargate():
		return "Pending, made for a Fargate node"
	case s.waits() && s.known(false):
		return "Pending, made for a node that is not Fargate's"
	case s.waits():
		return fmt.Sprintf("Pending with %s", cmp.Or(s.pod.Spec.SchedulerName, kube.DefaultScheduler))
	case s.known(false):
		return s.pod.Running.Phase + " on a node that is not Fargate's"
	case s.losesLogs():
		return fmt.Sprintf("%s on profile %s, and its logs go nowhere", s.pod.Running.Phase, profile)
	case s.taken():
		return fmt.Sprintf("%s on profile %s", s.pod.Running.Phase, profile)
	}
	return fmt.Sprintf("%s, not on Fargate (node %s)", s.pod.Running.Phase, cmp.Or(s.pod.Running.NodeName, "unknown"))
}

// slowStart is how old a pod may get without a word before its waiting is worth one: Fargate takes about a minute.
const slowStart = 5 * time.Minute

// anew is the command that makes the pod anew, by its owner where kubectl can restart that.
func (s *subject) anew() string {
	if rollout := s.rollout("Deployment", "DaemonSet"); rollout != "" {
		return "kubectl rollout restart " + rollout
	}
	return s.delete()
}

// rollout names the pod's owner for kubectl rollout; empty where it is not of one of the kinds.
func (s *subject) rollout(kinds ...string) string {
	o := kube.OwnerOf(s.pod)
	if o == nil || s.pod.Running.OwnerForeign || !slices.Contains(kinds, o.Kind) {
		return ""
	}
	return fmt.Sprintf("%s/%s -n %s", strings.ToLower(o.Kind), o.Name, s.pod.Namespace)
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
