package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/message"
	"github.com/fgctl/fgctl/pkg/fargate/support"
)

const (
	guideProfile = "EKS User Guide, Define which Pods use AWS Fargate when launched"
	guideSGP     = "EKS User Guide, Assign security groups to individual Pods; eksctl#4486, amazon-vpc-cni-k8s#1695"
	daemonSets   = "cloudwatch-agent-operator#183, tigera/operator#2874"
)

// keepOff is the affinity that keeps a DaemonSet's pods off Fargate nodes, as it stands in a pod template.
const keepOff = `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ` +
	`[{matchExpressions: [{key: eks.amazonaws.com/compute-type, operator: NotIn, values: [fargate]}]}]}}}`

// judge finds the causes, and puts the certain ones first.
func (s *subject) judge() {
	s.words()
	switch {
	case s.pod.Running.OwnerKind == "DaemonSet" && !s.taken():
		s.daemonSet()
	case s.taken():
		s.misleads()
		s.profile()
		s.spec()
		s.claims()
		s.network()
	default:
		s.untaken()
	}
	s.logs()
	rank := map[bool]int{true: 0, false: 1}
	slices.SortStableFunc(s.causes, func(a, b Cause) int { return cmp.Compare(rank[a.Certain], rank[b.Certain]) })
}

func (s *subject) add(c Cause) {
	if !slices.ContainsFunc(s.causes, func(o Cause) bool { return o.Code == c.Code && o.Text == c.Text }) {
		s.causes = append(s.causes, c)
	}
}

func (s *subject) fact(from, format string, args ...any) {
	s.facts = append(s.facts, Fact{from, fmt.Sprintf(format, args...)})
}

// has reports whether the schedulers' words mean one of the codes.
func (s *subject) has(codes ...string) bool {
	return slices.ContainsFunc(s.said, func(m message.Meaning) bool { return slices.Contains(codes, m.Code) })
}

// words are the causes that the schedulers state themselves. That a taint was met only shows that no profile took the
// pod, which untaken explains.
func (s *subject) words() {
	ofDaemonSet := s.pod.MadeByDaemonSet() && !s.taken()
	for _, m := range s.said {
		c := causeOf(m, s.command(m.Command))
		switch {
		case m.Code == "untouched", ofLogs(m) && !s.losesLogs(), m.Code == "image-pull" && !s.taken(),
			ofDaemonSet && (s.forFargate() || m.Code == "other-nodes"):
			continue // its words are no cause of Fargate's, or daemonSet explains what the pod meets on a Fargate node
		case ofDaemonSet && m.Code == "no-room":
			c.Text, c.Cure = "the node that the pod is made for has no room for it", "give the node room, or request less"
		}
		s.add(c)
	}
}

func causeOf(m message.Meaning, command string) Cause {
	return Cause{Code: m.Code, Certain: true, Text: m.Cause, Cure: m.Cure, Command: command, Source: m.Source}
}

// daemonSet is a DaemonSet's pod: each waits for a node of its own, which on Fargate takes it never.
func (s *subject) daemonSet() {
	if !s.waits() {
		return
	}
	if s.known(false) {
		s.otherNode()
		return
	}
	s.add(Cause{
		Code: "daemonset-on-fargate", Certain: s.has("untouched") || s.forFargate(),
		Text:   "a DaemonSet makes a pod for every node, Fargate's too, and no Fargate node takes a second pod",
		Cure:   "keep its pods off Fargate nodes by this affinity in its pod template: " + keepOff,
		Source: daemonSets,
	})
}

// otherNode is a pod that has a node, or is made for one, which is not Fargate's.
func (s *subject) otherNode() {
	s.add(Cause{
		Code: "other-node", Certain: true,
		Text: "the pod has, or is made for, a node that is not Fargate's, so that neither Fargate nor a profile is why it " +
			"waits",
		Cure: "read its events", Command: s.describe(), Source: daemonSets,
	})
}

// profile judges the profile that took the pod.
func (s *subject) profile() {
	name := s.pod.Labels[kube.ProfileLabel]
	if s.ev.Profiles != nil {
		switch p := fargate.Named(s.ev.Profiles, name); {
		case name == "":
		case p == nil:
			s.add(Cause{
				Code: "profile-gone", Certain: true,
				Text: fmt.Sprintf("profile %s, which took the pod, does not exist any more", name),
				Cure: "make the pod anew, so that another profile can take it", Command: s.anew(), Source: guideProfile,
			})
		default:
			s.judgeProfile(*p)
			s.access(*p)
		}
	}
	s.findings()
}

func (s *subject) judgeProfile(p fargate.Profile) {
	if !p.Status.TakesPods() {
		s.fact("profile "+p.Name, "is %s", p.Status)
		s.add(Cause{
			Code: "profile-not-active", Certain: true,
			Text: fmt.Sprintf("profile %s is %s and starts no new pods", p.Name, p.Status),
			Cure: active(p.Status) + ", or let another profile take the pod; then make the pod anew", Command: s.anew(),
			Source: guideProfile,
		})
	}
	s.health(p)
}

// active says how a profile with such a status, or one in its place, gets ACTIVE.
func active(status fargate.Status) string {
	switch status {
	case fargate.StatusCreating:
		return "wait until it is ACTIVE"
	case fargate.StatusDeleting:
		return "create another profile when it is gone"
	}
	return "delete the profile and create it anew"
}

// health is what EKS reports of a profile.
func (s *subject) health(p fargate.Profile) {
	for _, issue := range p.Issues {
		s.fact("health of profile "+p.Name, "%s", issue)
		s.add(Cause{
			Code: "profile-health", Certain: true, Text: fmt.Sprintf("EKS reports of profile %s: %s", p.Name, issue),
			Cure: cmp.Or(issue.Remedy(), "mend what EKS names"), Source: "EKS API reference, FargateProfileIssue",
		})
	}
}

// findings are what match says of a running pod.
func (s *subject) findings() {
	for _, f := range s.x.Findings {
		// That it waits is the question, not the answer; what the schedulers say is read elsewhere.
		if misplaced(f) && f.Code != fargate.CodePendingOnFargate && f.Code != fargate.CodeProfileGone &&
			(f.Code != fargate.CodeWouldNotReturn || !s.waits()) {
			s.add(Cause{
				Code: f.Code, Certain: true, Text: f.Message, Cure: f.Hint, Command: command(f), Source: guideProfile,
			})
		}
	}
}

// misplaced reports whether a finding is about where a pod is.
func misplaced(f support.Finding) bool {
	return f.Elsewhere && f.Code != fargate.CodeSchedulerSays && f.Code != fargate.CodeOtherSize
}

// command is the command line of a finding, where it is one alone.
func command(f support.Finding) string {
	if len(f.Commands) != 1 {
		return ""
	}
	return f.Commands[0]
}

// spec judges what Fargate refuses in the pod; where the scheduler has said so itself, that is enough.
func (s *subject) spec() {
	if !s.waits() || s.pod.Running.NodeName != "" || s.refused() {
		return
	}
	for _, f := range s.x.Findings {
		if f.Severity == support.SeverityError && !f.Elsewhere {
			s.add(Cause{
				Code: f.Code, Certain: false, Text: fmt.Sprintf("%s: %s", f.Path, f.Message), Cure: f.Hint,
				Command: command(f), Source: "fgctl findings, docs/findings.md#" + f.Code,
			})
		}
	}
}

// refused reports whether the scheduler has named a fault of the spec.
func (s *subject) refused() bool {
	return s.has("privileged", "capability", "privilege-escalation", "field", "host-port", "claim-driver", "volume-type",
		"too-large", "node-selector", "unsupported")
}

// claims judges the claims of the pod.
func (s *subject) claims() {
	if s.ev.Claims == nil || !s.waits() || s.pod.Running.NodeName != "" {
		return
	}
	for _, v := range s.pod.Spec.Volumes {
		if v.PersistentVolumeClaim == nil {
			continue
		}
		name := v.PersistentVolumeClaim.ClaimName
		claim, known := s.ev.Claims[Key(s.pod.Namespace, name)]
		switch {
		case !known && !s.has("claim-missing"):
			s.add(Cause{
				Code: "claim-missing", Certain: true,
				Text:    fmt.Sprintf("there is no claim %s in namespace %s", name, s.pod.Namespace),
				Cure:    "make the claim, see that it gets bound, then delete the pod once",
				Command: "kubectl get pvc -n " + s.pod.Namespace, Source: "containers-roadmap#1382",
			})
		case known && claim.Phase != "Bound":
			s.fact("claim "+name, "is %s", claim.Phase)
			if !s.has("claim-not-bound") {
				s.add(Cause{
					Code: "claim-not-bound", Certain: true,
					Text:    fmt.Sprintf("the claim %s is %s, and must be Bound when the pod is judged", name, claim.Phase),
					Cure:    "see that the claim gets bound, then delete the pod once",
					Command: fmt.Sprintf("kubectl describe pvc %s -n %s", name, s.pod.Namespace),
					Source:  "aws-efs-csi-driver#793",
				})
			}
		case known && s.has("claim-not-bound"):
			s.fact("claim "+name, "is Bound by now")
			s.add(Cause{
				Code: "claim-bound-late", Certain: true,
				Text: fmt.Sprintf("the claim %s is bound by now, but the pod was judged before", name),
				Cure: "delete the pod once", Command: s.delete(), Source: "aws-efs-csi-driver#793, langfuse README (2026)",
			})
		}
	}
}

// waiting is a pod of which nothing is known but that it waits.
func (s *subject) waiting(profile string) {
	if s.unknown != "" {
		s.add(Cause{
			Code: "other-words", Certain: true,
			Text: fmt.Sprintf("what is said of the pod is not known here: %q", s.unknown),
			Cure: "mend what it names; a pod that fargate-scheduler has refused is then made anew", Command: s.describe(),
			Source: "containers-roadmap#2654",
		})
		return
	}
	made := s.pod.Running.CreatedAt
	if made.IsZero() || s.ev.Now.Sub(made) < slowStart {
		s.add(Cause{
			Code: "starting", Certain: false,
			Text: "Fargate needs about a minute to make a node, and nothing speaks against the pod",
			Cure: "look again in some minutes", Source: "containers-roadmap#649",
		})
		return
	}
	s.add(Cause{
		Code: "no-reason", Certain: false,
		Text: fmt.Sprintf("neither the pod nor its events say why it waits (made at %s), and nothing was found in "+
			"profile %s", made.UTC().Format(time.RFC3339), profile),
		Cure:    "delete the pod, so that it is judged once more, and read its events soon: they are kept for an hour",
		Command: s.delete(), Source: "containers-roadmap#2654",
	})
}
