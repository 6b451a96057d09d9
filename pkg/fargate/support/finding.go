package support

// Severity says how bad a finding is.
type Severity string

// The severities.
const (
	// SeverityError: the pod stays Pending.
	SeverityError Severity = "error"
	// SeverityWarning: the pod may run, but not as its manifest says, or not for sure.
	SeverityWarning Severity = "warning"
)

// Finding is one thing in a pod that Fargate would refuse or that is risky there.
type Finding struct {
	// Code is stable and documented; FindingCodes lists them all.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// Path is the place in the manifest: names joined by dots, list indexes from 0 and keys that hold a
	// dot or a slash in brackets (metadata.annotations[eks.amazonaws.com/compute-type]).
	Path string `json:"path"`
	// Line is that of Path in the source, counted from 1; 0 where unknown.
	Line int `json:"line"`
	// Message says what is wrong; what stands in double quotes are the words of Fargate's scheduler.
	Message string `json:"message"`
	Hint    string `json:"hint"`
	// Commands are command lines that do what the hint says, in their order, complete.
	Commands []string `json:"commands,omitempty"`
	// Paste is what the hint wants in a manifest, as YAML.
	Paste string `json:"paste,omitempty"`
	// IsCause reports whether the finding is why the pod waits.
	IsCause bool `json:"cause,omitempty"`
	// IsMinor reports whether the pod most likely runs as it should all the same. IsShared reports whether the cause lies
	// outside of the pod and is the same for every one.
	IsMinor  bool `json:"-"`
	IsShared bool `json:"-"`
	// Elsewhere reports whether the finding counts although no profile takes the pod; the others are about
	// what would be if one did.
	Elsewhere bool `json:"-"`
}
