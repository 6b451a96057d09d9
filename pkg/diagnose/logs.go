package diagnose

import (
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate/logging"
	"github.com/fgctl/fgctl/pkg/fargate/message"
)

// loggingAnnotation is written by Fargate's scheduler: LoggingEnabled, or LoggingDisabled with the reason.
const loggingAnnotation = "Logging"

// losesLogs reports whether a pod runs on Fargate and its logs go nowhere.
func (s *subject) losesLogs() bool {
	return s.taken() && !s.waits() && strings.HasPrefix(s.pod.Annotations[loggingAnnotation], "LoggingDisabled")
}

// ofLogs reports whether a meaning is about logs, which no pod waits for.
func ofLogs(m message.Meaning) bool { return strings.HasPrefix(m.Code, "logging-") }

// logs judges why the pod's logs go nowhere.
func (s *subject) logs() {
	if !s.losesLogs() {
		return
	}
	text := s.pod.Annotations[loggingAnnotation]
	s.fact("annotation "+loggingAnnotation+" of the pod", "%s", text)
	if s.ev.Logging == nil {
		for _, m := range message.Explain(text) {
			s.add(causeOf(m, m.Command))
		}
		return
	}
	const (
		edit  = "kubectl edit configmap " + logging.ConfigMap + " -n " + logging.Namespace
		label = "kubectl label namespace " + logging.Namespace + " --overwrite " +
			logging.Namespace + "=" + logging.LabelValue
	)
	faults := s.ev.Logging.Faults()
	for _, f := range faults {
		c := Cause{
			Code: "logging-config", Certain: true,
			Text: "the logs go nowhere, for Fargate does not take their configuration: " +
				strings.TrimSuffix(f.String(), "; "+f.Hint),
			Cure: f.Hint + "; then make the pod anew", Command: edit, Source: logging.Source,
		}
		if strings.HasPrefix(f.Object, "Namespace") {
			c.Command = label
		}
		s.add(c)
	}
	if len(faults) == 0 {
		s.add(Cause{
			Code: "logging-late", Certain: false,
			Text: "nothing is wrong with the ConfigMap " + logging.ConfigMap + " by now, but the pod was scheduled without it",
			Cure: "make the pod anew", Command: s.anew(), Source: logging.Source,
		})
	}
}
