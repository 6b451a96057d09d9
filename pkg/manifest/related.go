package manifest

// Objects that decide about the pods of the same input.

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
)

// MayRelate reports whether a text may have an object that Related reads.
func MayRelate(text []byte) bool {
	return slices.ContainsFunc(relatedWords, func(word string) bool { return bytes.Contains(text, []byte(word)) }) ||
		mayHaveService(text)
}

var relatedWords = []string{
	"PersistentVolume", "StorageClass", "CSIDriver", "LimitRange", "SecurityGroupPolicy", "FailedScheduling", "Ingress",
	"TargetGroupBinding", logging.Namespace,
}

// mayHaveService looks for a Service where a value may begin: every pod has enableServiceLinks.
func mayHaveService(text []byte) bool {
	for {
		before, after, found := bytes.Cut(text, []byte("Service"))
		if !found {
			return false
		}
		if len(before) == 0 || bytes.IndexByte([]byte(" \t:\"'"), before[len(before)-1]) >= 0 {
			return true
		}
		text = after
	}
}

// Related reads objects that decide about pods into objects. One that cannot be read is left out, so that what depends
// on it stays undecided; so is one of another API group.
func Related(objects *kube.Objects) map[string]func(Object) error {
	readers := map[string]func(Object) error{}
	for kind, read := range related {
		readers[kind] = func(o Object) error {
			if o.Group == "" || o.Group == read.group {
				read.into(o, objects)
			}
			return nil
		}
	}
	return readers
}

// related are the kinds that Related reads.
var related = map[string]struct {
	group string
	into  func(Object, *kube.Objects)
}{
	"PersistentVolumeClaim": {"", readClaim},
	"PersistentVolume":      {"", readVolume},
	"StorageClass":          {"storage.k8s.io", readClass},
	"CSIDriver":             {"storage.k8s.io", readDriver},
	"LimitRange":            {"", readLimits},
	"ServiceAccount":        {"", leftOut(ReadAccount)},
	"SecurityGroupPolicy":   {"vpcresources.k8s.aws", leftOut(ReadPolicy)},
	"Event":                 {"events.k8s.io", readEvent},
	"Service":               {"", readService},
	"Ingress":               {"networking.k8s.io", readIngress},
	"TargetGroupBinding":    {"elbv2.k8s.aws", readBinding},
	"ConfigMap":             {"", readLogging},
	"Namespace":             {"", readLogging},
}

// leftOut makes a reader that leaves out what cannot be read.
func leftOut(read func(Object, *kube.Objects) error) func(Object, *kube.Objects) {
	return func(o Object, into *kube.Objects) { _ = read(o, into) }
}

func readClaim(o Object, into *kube.Objects) {
	var spec struct {
		StorageClassName *string `json:"storageClassName"`
		VolumeName       string  `json:"volumeName"`
	}
	if o.Decode("spec", &spec) == nil {
		into.AddClaim(o.name(), kube.Claim{Class: spec.StorageClassName, Volume: spec.VolumeName})
	}
}

func readVolume(o Object, into *kube.Objects) {
	var spec corev1.PersistentVolumeSpec
	if o.Decode("spec", &spec) != nil {
		return
	}
	v := kube.Volume{Name: o.Name, Class: spec.StorageClassName, Driver: sourceKind(spec.PersistentVolumeSource)}
	if spec.CSI != nil {
		v.Driver = spec.CSI.Driver
	}
	if spec.ClaimRef != nil {
		v.For = kube.ObjectName{Namespace: spec.ClaimRef.Namespace, Name: spec.ClaimRef.Name}
	}
	into.AddVolume(v)
}

// sourceKind names the kind of a volume's source: nfs, hostPath.
func sourceKind(source corev1.PersistentVolumeSource) string {
	of := reflect.ValueOf(source)
	for i := range of.NumField() {
		if !of.Field(i).IsNil() {
			name, _, _ := strings.Cut(of.Type().Field(i).Tag.Get("json"), ",")
			return name
		}
	}
	return ""
}

func readClass(o Object, into *kube.Objects) {
	var class struct {
		Provisioner string `json:"provisioner"`
	}
	if o.Decode("", &class) == nil {
		into.AddClass(o.Name, class.Provisioner, o.Annotations["storageclass.kubernetes.io/is-default-class"] == "true")
	}
}

// readLimits reads what a LimitRange says of containers and pods, with the defaults of defaults: a request is the
// limit, else the minimum; a limit is the maximum (Kubernetes API, LimitRangeItem).
func readLimits(o Object, into *kube.Objects) {
	var spec corev1.LimitRangeSpec
	if o.Decode("spec", &spec) != nil {
		return
	}
	for _, item := range spec.Limits {
		if item.Type != corev1.LimitTypeContainer && item.Type != corev1.LimitTypePod {
			continue
		}
		if len(item.Min)+len(item.Max)+len(item.MaxLimitRequestRatio) > 0 {
			into.AddBounds(o.Namespace, kube.Bounds{
				Name: o.Name, OfPod: item.Type == corev1.LimitTypePod, Min: item.Min, Max: item.Max,
				Ratio: item.MaxLimitRequestRatio,
			})
		}
		if item.Type == corev1.LimitTypePod {
			continue
		}
		limits := overlaid(item.Max, item.Default)
		requests := overlaid(item.Min, limits, item.DefaultRequest)
		into.AddLimits(o.Namespace, kube.Limits{Name: o.Name, Limits: limits, Requests: requests})
	}
}

// overlaid returns the amounts of lists, of which later ones count.
func overlaid(lists ...corev1.ResourceList) corev1.ResourceList {
	out := corev1.ResourceList{}
	for _, list := range lists {
		maps.Copy(out, list)
	}
	return out
}

// ReadPolicy reads a SecurityGroupPolicy (vpcresources.k8s.aws/v1beta1). One without selectors or without groups is
// void.
func ReadPolicy(o Object, into *kube.Objects) error {
	var spec struct {
		PodSelector            *metav1.LabelSelector `json:"podSelector"`
		ServiceAccountSelector *metav1.LabelSelector `json:"serviceAccountSelector"`
		SecurityGroups         struct {
			GroupIDs []string `json:"groupIds"`
		} `json:"securityGroups"`
	}
	if err := o.Decode("spec", &spec); err != nil {
		return err
	}
	p := kube.GroupPolicy{Namespace: o.Namespace, Name: o.Name, Groups: spec.SecurityGroups.GroupIDs}
	var faults [2]error
	p.Pods, faults[0] = selectorOf(spec.PodSelector)
	p.Accounts, faults[1] = selectorOf(spec.ServiceAccountSelector)
	if err := errors.Join(faults[:]...); err != nil {
		return err
	}
	if len(p.Groups) > 0 && (p.Pods != nil || p.Accounts != nil) {
		into.AddPolicy(p)
	}
	return nil
}

// selectorOf returns nil for none.
func selectorOf(s *metav1.LabelSelector) (labels.Selector, error) {
	if s == nil {
		return nil, nil
	}
	return metav1.LabelSelectorAsSelector(s)
}

// ReadAccount reads a ServiceAccount.
func ReadAccount(o Object, into *kube.Objects) error {
	into.AddAccount(o.name(), o.Labels)
	return nil
}

// readEvent reads an Event of the core group, or of events.k8s.io, whose fields are called otherwise (Kubernetes API).
func readEvent(o Object, into *kube.Objects) {
	var event struct {
		Reason         string                 `json:"reason"`
		Message        string                 `json:"message"`
		Note           string                 `json:"note"`
		InvolvedObject corev1.ObjectReference `json:"involvedObject"`
		Regarding      corev1.ObjectReference `json:"regarding"`
	}
	err := o.Decode("", &event)
	of := cmp.Or(event.InvolvedObject, event.Regarding)
	if err == nil && event.Reason == "FailedScheduling" && of.Kind == "Pod" {
		into.AddReport(kube.ObjectName{Namespace: of.Namespace, Name: of.Name}, cmp.Or(event.Message, event.Note))
	}
}
