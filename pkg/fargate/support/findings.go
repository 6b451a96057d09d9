package support

import "github.com/fgctl/fgctl/pkg/fargate/kube"

// rule is an entry of the table.
type rule struct {
	code  FindingCode
	judge func(kube.Pod) []Finding
	// doubt lets its warnings fall away where the scheduler has taken the pod: they only say that it might not.
	doubt  bool
	always bool // counts also for a pod that does not go to Fargate
}

// known makes a rule that holds whoever has the pod.
func known(code string, severity Severity, meaning, source string, judge func(kube.Pod) []Finding) rule {
	return rule{code: FindingCode{code, severity, meaning, source}, judge: judge}
}

// doubtful makes a rule whose warnings fall away where the scheduler has taken the pod.
func doubtful(code string, severity Severity, meaning, source string, judge func(kube.Pod) []Finding) rule {
	return rule{code: FindingCode{code, severity, meaning, source}, judge: judge, doubt: true}
}

// elsewhere makes a rule that counts also for a pod that does not go to Fargate.
func elsewhere(code string, severity Severity, meaning, source string, judge func(kube.Pod) []Finding) rule {
	return rule{code: FindingCode{code, severity, meaning, source}, judge: judge, always: true}
}

// Findings judges a pod by every rule. The findings are in the order of the rules, then of the pod's
// fields, and never nil.
func Findings(pod kube.Pod) []Finding {
	findings, taken := []Finding{}, pod.TakenByFargate()
	for i := range rules {
		r := &rules[i]
		for _, f := range r.judge(pod) {
			if r.doubt && taken && f.Severity == SeverityWarning {
				continue
			}
			f.Code, f.Elsewhere = r.code.Code, r.always
			findings = append(findings, f)
		}
	}
	return Locate(pod, findings)
}

// FindingCode describes a code.
type FindingCode struct {
	Code string
	// Severity is the gravest that a finding of the code may have.
	Severity Severity
	// Meaning is one line without a full stop.
	Meaning string
	// Source names where the rule is from.
	Source string
}

// Codes lists the codes of what is judged from a pod alone, each once, in the order in which a pod is judged.
func Codes() []FindingCode {
	codes := make([]FindingCode, 0, len(rules)+len(sizeCodes))
	for i := range rules {
		codes = append(codes, rules[i].code)
	}
	return append(codes, sizeCodes...)
}
