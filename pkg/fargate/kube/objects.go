package kube

// Objects of an input that make no pods and decide about them: claims and their volumes, LimitRanges,
// SecurityGroupPolicies, and what schedulers have reported.

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate/logging"
)

// Objects gathers what decides about pods. It must not change while pods are judged; nil knows nothing.
type Objects struct {
	facts

	linked sync.Once
	missed map[string][]Missed

	sorted   sync.Once
	volume   []Volume // by name
	standard string   // the default StorageClass; empty where several of other provisioners are
	limits   map[string][]Limits
	bounds   map[string][]Bounds

	near near
}

// facts are what was read.
type facts struct {
	claims   map[ObjectName]Claim
	volumes  map[string]Volume
	classes  map[string]class
	ranges   map[ObjectName]limitRange
	policies map[ObjectName]GroupPolicy
	group    func() string
	accounts map[ObjectName]labels.Set // of ServiceAccounts
	reports  map[ObjectName][]string
	inline   map[string]bool // whether a CSI driver takes inline volumes
	services map[ObjectName]Service
	routes   map[objectKey]Route
	logging  logging.Config
	unlogged []logging.Fault
}

// put sets an entry of a map that need not be there yet.
func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}

// class is a StorageClass.
type class struct {
	provisioner string
	isDefault   bool
}

// limitRange is a LimitRange.
type limitRange struct {
	limits []Limits
	bounds []Bounds
}

// ObjectName names an object of a namespace.
type ObjectName struct{ Namespace, Name string }

// Claim is what decides where a PersistentVolumeClaim finds its storage.
type Claim struct {
	// Class is its StorageClass: nil for the default one, empty for none.
	Class *string
	// Volume is the volume that it names.
	Volume string
}

// Volume is a PersistentVolume. Driver is its CSI driver, or the name of its kind where it has none.
type Volume struct {
	Name, Class, Driver string
	// For is the claim that it is reserved for; empty for any.
	For ObjectName
}

// Limits is what a LimitRange sets in containers that say nothing themselves.
type Limits struct {
	Name             string
	Limits, Requests corev1.ResourceList
}

// Bounds is what a LimitRange demands of each container, or of the pod as a whole; admission refuses other pods.
type Bounds struct {
	Name            string
	OfPod           bool
	Min, Max, Ratio corev1.ResourceList
}

// GroupPolicy is a SecurityGroupPolicy: the pods that it selects have its groups in the place of the cluster's.
type GroupPolicy struct {
	Namespace, Name string
	Groups          []string
	// Pods chooses by the labels of pods, Accounts by those of their service accounts; a pod is to fit both. nil fits any.
	Pods, Accounts labels.Selector
}

// AddClaim notes a PersistentVolumeClaim.
func (o *Objects) AddClaim(name ObjectName, c Claim) {
	put(&o.claims, name, c)
}

// AddVolume notes a PersistentVolume.
func (o *Objects) AddVolume(v Volume) {
	put(&o.volumes, v.Name, v)
}

// AddClass notes a StorageClass.
func (o *Objects) AddClass(name, provisioner string, isDefault bool) {
	put(&o.classes, name, class{provisioner, isDefault})
}

// AddLimits notes what a LimitRange of a namespace says of containers.
func (o *Objects) AddLimits(namespace string, l Limits) {
	o.addRange(ObjectName{namespace, l.Name}, func(r *limitRange) { r.limits = append(r.limits, l) })
}

func (o *Objects) addRange(name ObjectName, add func(*limitRange)) {
	r := o.ranges[name]
	add(&r)
	put(&o.ranges, name, r)
}

// AddBounds notes what a LimitRange of a namespace demands.
func (o *Objects) AddBounds(namespace string, b Bounds) {
	o.addRange(ObjectName{namespace, b.Name}, func(r *limitRange) { r.bounds = append(r.bounds, b) })
}

// sort puts volumes, classes and LimitRanges in the order of their names, once.
func (o *Objects) sort() {
	o.sorted.Do(func() {
		for _, name := range slices.Sorted(maps.Keys(o.volumes)) {
			o.volume = append(o.volume, o.volumes[name])
		}
		isTorn := false
		for _, name := range slices.Sorted(maps.Keys(o.classes)) {
			if c := o.classes[name]; c.isDefault {
				isTorn = isTorn || o.standard != "" && o.classes[o.standard].provisioner != c.provisioner
				o.standard = name
			}
		}
		if isTorn { // the newest decides, and manifests do not show which that is
			o.standard = ""
		}
		o.limits, o.bounds = map[string][]Limits{}, map[string][]Bounds{}
		for _, name := range byName(o.ranges) {
			o.limits[name.Namespace] = append(o.limits[name.Namespace], o.ranges[name].limits...)
			o.bounds[name.Namespace] = append(o.bounds[name.Namespace], o.ranges[name].bounds...)
		}
	})
}

// byName returns the names in their order.
func byName[V any](of map[ObjectName]V) []ObjectName {
	return slices.SortedFunc(maps.Keys(of), ObjectName.compare)
}

func (n ObjectName) compare(o ObjectName) int {
	return cmp.Or(cmp.Compare(n.Namespace, o.Namespace), cmp.Compare(n.Name, o.Name))
}

// AddDriver notes a CSIDriver, and whether it takes inline volumes.
func (o *Objects) AddDriver(name string, takesInline bool) {
	put(&o.inline, name, takesInline)
}

// AddLogging notes what configures Fargate's log router.
func (o *Objects) AddLogging(c logging.Config) {
	o.logging = o.logging.With(c)
	o.unlogged = o.logging.Faults()
}

// AddPolicy notes a SecurityGroupPolicy.
func (o *Objects) AddPolicy(p GroupPolicy) {
	put(&o.policies, ObjectName{p.Namespace, p.Name}, p)
}

// AddAccount notes a ServiceAccount.
func (o *Objects) AddAccount(name ObjectName, own map[string]string) {
	put(&o.accounts, name, own)
}

// HasAccountPolicies reports whether a policy chooses by service accounts.
func (o *Objects) HasAccountPolicies() bool {
	if o == nil {
		return false
	}
	for _, p := range o.policies {
		if p.Accounts != nil {
			return true
		}
	}
	return false
}

// AddReport notes what a scheduler has reported of a pod.
func (o *Objects) AddReport(pod ObjectName, text string) {
	if known := o.reports[pod]; len(known) < mostReports && !slices.Contains(known, text) {
		put(&o.reports, pod, append(known, text))
	}
}

// mostReports is how many different texts are kept for a pod.
const mostReports = 8

// EFSDriver is the one driver whose volumes Fargate mounts (EKS User Guide, AWS Fargate considerations).
const EFSDriver = "efs.csi.aws.com"

// Storage is what is known of a claim.
type Storage struct {
	// Driver is the volume's, or that which would provision it; empty where it is not known.
	Driver string
	// From is where it stands: a volume, or a StorageClass, which would provision one.
	From string
	// IsBound reports whether it is bound to a volume that is there, IsUnlisted whether the input lacks the claim.
	IsBound, IsUnlisted bool
}

// StorageOf finds what a claim is bound to, or would be (Kubernetes, Persistent Volumes, Binding).
func (o *Objects) StorageOf(name ObjectName) Storage {
	if o == nil {
		return Storage{IsUnlisted: true}
	}
	claim, ok := o.claims[name]
	if !ok {
		return Storage{IsUnlisted: true}
	}
	return o.StorageFor(name, claim)
}

// StorageFor finds what such a claim would be bound to.
func (o *Objects) StorageFor(name ObjectName, claim Claim) Storage {
	o.sort()
	class := o.standard
	if claim.Class != nil {
		class = *claim.Class
	}
	candidates := o.volume
	if v, ok := o.volumes[claim.Volume]; claim.Volume != "" {
		if candidates = nil; ok {
			candidates = []Volume{v}
		}
	}
	var open []Storage
	for _, v := range candidates {
		s, isFree := Storage{Driver: v.Driver, From: "PersistentVolume " + v.Name, IsBound: true}, v.For == ObjectName{}
		switch {
		case v.For == name, isFree && claim.Volume != "":
			return s // what is reserved goes before what is free
		case isFree && v.Class == class && (class != "" || claim.Class != nil):
			open = append(open, s)
		}
	}
	if len(open) > 0 {
		if slices.ContainsFunc(open, func(s Storage) bool { return s.Driver != open[0].Driver }) {
			return Storage{} // sizes and access modes choose
		}
		return open[0]
	}
	if provisioner := o.classes[class].provisioner; class != "" && provisioner != noProvisioner && claim.Volume == "" {
		return Storage{Driver: provisioner, From: "StorageClass " + class}
	}
	return Storage{}
}

// noProvisioner is the provisioner of classes whose volumes are made by hand (Kubernetes, Storage Classes, Local).
const noProvisioner = "kubernetes.io/no-provisioner"

// SetClusterGroup says how the cluster's security group is read; it is read once, where a policy selects a pod.
func (o *Objects) SetClusterGroup(read func() string) { o.group = sync.OnceValue(read) }

// ClusterGroup returns the cluster's security group; empty where it is not known.
func (o *Objects) ClusterGroup() string {
	if o == nil || o.group == nil {
		return ""
	}
	return o.group()
}

// PoliciesOf returns the policies that select a pod and leave out the cluster's security group, and those that may:
// the pod's service account is not known, and they choose by that (amazon-vpc-resource-controller-k8s,
// filterPodSecurityGroups).
func (o *Objects) PoliciesOf(pod Pod) (selected, perhaps []GroupPolicy) {
	if o == nil {
		return nil, nil
	}
	account, known := o.accounts[ObjectName{
		pod.Namespace, cmp.Or(pod.Spec.ServiceAccountName, pod.Spec.DeprecatedServiceAccount, "default"),
	}]
	for _, name := range byName(o.policies) {
		p := o.policies[name]
		switch {
		case p.Namespace != pod.Namespace, p.Pods != nil && !p.Pods.Matches(labels.Set(pod.Labels)):
		case p.Accounts != nil && known && !p.Accounts.Matches(account):
		case slices.Contains(p.Groups, o.ClusterGroup()):
		case p.Accounts == nil, known:
			selected = append(selected, p)
		default:
			perhaps = append(perhaps, p)
		}
	}
	return selected, perhaps
}

// BoundsOf returns what the LimitRanges of a namespace demand.
func (o *Objects) BoundsOf(namespace string) []Bounds {
	if o == nil {
		return nil
	}
	o.sort()
	return o.bounds[namespace]
}

// RefusesInline reports whether there is a CSIDriver that takes no inline volumes.
func (o *Objects) RefusesInline(driver string) bool {
	if o == nil {
		return false
	}
	takes, known := o.inline[driver]
	return known && !takes
}

// Unlogged returns what keeps Fargate's log router from being configured.
func (o *Objects) Unlogged() []logging.Fault {
	if o == nil {
		return nil
	}
	return o.unlogged
}

// SaidOf returns the words of the schedulers about a pod: its condition's first.
func (o *Objects) SaidOf(pod Pod) []string {
	var out []string
	if text := pod.Running.Unscheduled; text != "" {
		out = append(out, text)
	}
	if o == nil {
		return out
	}
	for _, text := range o.reports[ObjectName{pod.Namespace, pod.Name}] {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// LimitsOf returns what the LimitRanges of a namespace say.
func (o *Objects) LimitsOf(namespace string) []Limits {
	if o == nil {
		return nil
	}
	o.sort()
	return o.limits[namespace]
}
