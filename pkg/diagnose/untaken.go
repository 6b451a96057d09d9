package diagnose

// Pods that no profile has taken.

import (
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/shell"
)

// untaken is a pod that no profile took when it was made.
func (s *subject) untaken() {
	s.noteNodes()
	switch {
	case s.waits() && s.pod.Running.NodeName != "" && !s.x.OnFargate():
		s.otherNode()
	case s.x.Verdict == fargate.VerdictExcluded:
		s.excluded()
	case s.x.OnFargate():
		s.tooLate()
	default:
		s.unmatched()
	}
}

func (s *subject) excluded() {
	if !s.waits() {
		return
	}
	c := Cause{
		Code: "kept-off", Certain: true,
		Text: fmt.Sprintf("the annotation %s: %s keeps the pod off Fargate, and no other node takes it",
			kube.ComputeTypeAnnotation, kube.ComputeTypeEC2),
		Cure: "take the annotation out of the pod template, where the pod is to run on Fargate", Source: guideProfile,
	}
	if s.pod.IsCoreDNS() {
		c.Code = "coredns-on-ec2"
		c.Cure = "let CoreDNS run on Fargate: of the managed add-on by its configuration, of a self-managed one by " +
			"taking the annotation out of its pod template"
		c.Command = s.command("aws eks update-addon --cluster-name CLUSTER --addon-name coredns " +
			`--configuration-values '{"computeType":"Fargate"}'`)
		c.Source = "EKS User Guide, Get started with Fargate; user-guide#775"
		if kept := s.ev.CoreDNSKept; kept != nil && !*kept {
			s.fact("Deployment coredns", "does not have the annotation any more")
			c.Cure, c.Command = "make the pod anew", s.anew()
		}
	}
	s.add(c)
	if s.pod.IsCoreDNS() && s.ev.Profiles != nil &&
		!slices.ContainsFunc(s.x.Profiles, func(p fargate.ProfileMatch) bool { return p.Matches && p.Status.TakesPods() }) {
		s.noProfile()
	}
}

// tooLate is a pod that a profile matches and has not taken: it was made before the profile was ACTIVE, or where the
// webhook was not there.
func (s *subject) tooLate() {
	if s.pod.Running.OwnerKind == "Node" {
		s.add(Cause{
			Code: "not-taken", Certain: true,
			Text: fmt.Sprintf("profile %s matches the pod, but it shows a static pod, which stays with the kubelet that made it",
				s.x.Profile),
			Cure: "read its events; where it is to run on Fargate, make it by a workload", Command: s.describe(),
			Source: "Kubernetes, Create static Pods",
		})
		return
	}
	if s.ev.Webhook != nil && !*s.ev.Webhook {
		s.add(Cause{
			Code: "webhook-absent", Certain: true,
			Text: "the webhook that gives pods to profiles is not in the cluster, so no pod gets onto Fargate",
			Cure: "see whether somebody deleted the MutatingWebhookConfiguration " +
				"0500-amazon-eks-fargate-mutation.amazonaws.com; EKS makes it with the first profile, so make one anew",
			Command: "kubectl get mutatingwebhookconfigurations", Source: "sample-apex-skills PR#210",
		})
	}
	s.findings()
}

func (s *subject) unmatched() {
	if !s.waits() {
		return
	}
	if s.ev.Profiles == nil {
		s.add(Cause{
			Code: "profiles-unread", Certain: false,
			Text: "no profile took the pod; which profiles there are was not read",
			Cure: "give --cluster, or the profiles by --profiles-from", Source: guideProfile,
		})
		return
	}
	inactive := false
	for _, p := range s.x.Profiles {
		if p.Matches && !p.Status.TakesPods() {
			inactive = true
			s.fact("profile "+p.Name, "matches the pod and is %s", p.Status)
			s.add(Cause{
				Code: "profile-not-active", Certain: true,
				Text: fmt.Sprintf("profile %s matches the pod, but is %s", p.Name, p.Status),
				Cure: active(p.Status) + "; then make the pod anew", Command: s.anew(), Source: guideProfile,
			})
			if of := fargate.Named(s.ev.Profiles, p.Name); of != nil {
				s.health(*of)
			}
		}
	}
	if !inactive || s.x.Pinned != "" {
		s.noProfile()
	}
}

// noProfile is a pod that no profile takes that is ACTIVE.
func (s *subject) noProfile() {
	c := Cause{
		Code: "no-profile", Certain: !s.has("no-room") && s.otherNodes() == 0,
		Text: "no ACTIVE profile matches the pod: " + s.x.Reason, Source: guideProfile,
	}
	switch {
	case s.x.Pinned != "":
		c.Code = "pinned"
	case s.x.Verdict == fargate.VerdictExcluded:
		c.Text = "no ACTIVE profile matches the pod, with the annotation or without"
	}
	c.Cure = "let a profile match it, then make the pod anew; or leave it, where it is not to run on Fargate"
	if n := s.x.Nearest; n != nil && n.AddSelector != "" {
		c.Cure = fmt.Sprintf("let a profile match it (nearest is selector %d of %s), then make the pod anew",
			n.Selector, n.Profile)
		if c.Command = "fgctl replace fargateprofile " + shell.Quote(n.Profile) + " --add-selector " +
			shell.Quote(n.AddSelector); n.Full {
			c.Command = "fgctl create fargateprofile --selector " + shell.Quote(n.AddSelector)
		}
	} else if len(s.ev.Profiles) == 0 || s.x.Verdict == fargate.VerdictExcluded {
		selector := "namespace=" + s.pod.Namespace
		if s.pod.IsCoreDNS() {
			selector += ",k8s-app=kube-dns"
		}
		c.Cure = "create one, then make the pod anew; or leave it, where it is not to run on Fargate"
		c.Command = "fgctl create fargateprofile --selector " + shell.Quote(selector)
	}
	if c.Command != "" && s.ev.Cluster != "" {
		c.Command += " --cluster " + shell.Quote(s.ev.Cluster)
	}
	s.add(c)
}
