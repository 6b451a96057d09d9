package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/fgctl/fgctl/pkg/fargate/logging"
)

// What a claim is bound to, or would be; where several answers are possible none is given.
func TestStorageOf(t *testing.T) {
	const efs, ebs = EFSDriver, "ebs.csi.aws.com"
	web, other := ObjectName{"web", "files"}, ObjectName{"api", "files"}
	named, plain := Claim{Volume: "v"}, Claim{}
	bound := func(driver, volume string) Storage {
		return Storage{Driver: driver, From: "PersistentVolume " + volume, IsBound: true}
	}
	type class struct {
		name, provisioner string
		isDefault         bool
	}
	for _, c := range []struct {
		why     string
		claim   *Claim
		volumes []Volume
		classes []class
		want    Storage
	}{
		{"the claim is elsewhere", nil, []Volume{{Name: "v", Driver: efs}}, nil, Storage{IsUnlisted: true}},
		{"nothing else is there", &plain, nil, nil, Storage{}},
		{"bound", &named, []Volume{{Name: "a", Driver: ebs}, {Name: "v", Driver: efs}}, nil, bound(efs, "v")},
		{"bound, and reserved for it", &named, []Volume{{Name: "v", Driver: efs, For: web}}, nil, bound(efs, "v")},
		{"it names a volume that is another claim's", &named, []Volume{{Name: "v", Driver: efs, For: other}}, nil, Storage{}},
		{
			"bound to a volume that is elsewhere", &Claim{Volume: "v", Class: new("gp3")},
			[]Volume{{Name: "w", Class: "gp3", Driver: ebs}},
			[]class{{"gp3", ebs, true}},
			Storage{},
		},
		{"reserved for it, whatever the class", &Claim{Class: new("x")}, []Volume{{Name: "v", Class: "y", Driver: efs, For: web}}, nil, bound(efs, "v")},
		{"reserved for a claim of another namespace", &Claim{Class: new("")}, []Volume{{Name: "v", Driver: efs, For: other}}, nil, Storage{}},
		{
			"what is reserved goes before what is free", &Claim{Class: new("")},
			[]Volume{{Name: "a", Driver: ebs}, {Name: "v", Driver: efs, For: web}},
			nil, bound(efs, "v"),
		},
		{"a free volume of its class", &Claim{Class: new("efs")}, []Volume{{Name: "v", Class: "efs", Driver: efs}}, nil, bound(efs, "v")},
		{"a free volume of another class", &Claim{Class: new("efs")}, []Volume{{Name: "v", Class: "gp3", Driver: ebs}}, nil, Storage{From: "StorageClass efs"}},
		{"a free volume goes before a new one", &Claim{Class: new("s")}, []Volume{{Name: "v", Class: "s", Driver: efs}}, []class{{"s", ebs, false}}, bound(efs, "v")},
		{"several free ones of a driver", &Claim{Class: new("")}, []Volume{{Name: "w", Driver: efs}, {Name: "v", Driver: efs}}, nil, bound(efs, "v")},
		{"several free ones of other drivers", &Claim{Class: new("")}, []Volume{{Name: "v", Driver: efs}, {Name: "w", Driver: ebs}}, []class{{"gp3", ebs, true}}, Storage{}},
		{"no class asks for a volume without one", &Claim{Class: new("")}, []Volume{{Name: "v", Driver: efs}}, []class{{"gp3", ebs, true}}, bound(efs, "v")},
		{"the default class is not known", &plain, []Volume{{Name: "v", Driver: efs}}, nil, Storage{}},
		{"a free volume of the default class", &plain, []Volume{{Name: "v", Class: "efs", Driver: efs}}, []class{{"efs", efs, true}}, bound(efs, "v")},

		{"its class makes one", &Claim{Class: new("efs")}, nil, []class{{"efs", efs, false}, {"gp3", ebs, true}}, Storage{Driver: efs, From: "StorageClass efs"}},
		{"the default class makes one", &plain, nil, []class{{"efs", efs, false}, {"gp3", ebs, true}}, Storage{Driver: ebs, From: "StorageClass gp3"}},
		{"no class, so not the default one", &Claim{Class: new("")}, nil, []class{{"gp3", ebs, true}}, Storage{}},
		{"two default classes of a driver", &plain, nil, []class{{"gp2", ebs, true}, {"gp3", ebs, true}}, Storage{Driver: ebs, From: "StorageClass gp3"}},
		{"two default classes of other drivers", &plain, nil, []class{{"efs", efs, true}, {"gp3", ebs, true}}, Storage{}},
		{"a third one does not decide", &plain, nil, []class{{"a", ebs, true}, {"b", efs, true}, {"c", efs, true}}, Storage{}},
		{"volumes of the class are made by hand", &Claim{Class: new("local")}, nil, []class{{"local", "kubernetes.io/no-provisioner", false}}, Storage{}},
		{"the class is elsewhere", &Claim{Class: new("gp3")}, nil, nil, Storage{From: "StorageClass gp3"}},
	} {
		objects := &Objects{}
		if c.claim != nil {
			objects.AddClaim(web, *c.claim)
		}
		for _, v := range c.volumes {
			objects.AddVolume(v)
		}
		for _, class := range c.classes {
			objects.AddClass(class.name, class.provisioner, class.isDefault)
		}
		if got := objects.StorageOf(web); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.why, got, c.want)
		}
		if c.claim != nil && objects.StorageFor(web, *c.claim) != c.want {
			t.Errorf("%s: a claim like it finds %+v", c.why, objects.StorageFor(web, *c.claim))
		}
	}
}

// A policy counts where it selects the pod without the cluster's group; where the account is not known, it may.
func TestPoliciesOf(t *testing.T) {
	by := func(key, value string) labels.Selector { return labels.SelectorFromSet(labels.Set{key: value}) }
	db := by("role", "db")
	for _, c := range []struct {
		why               string
		policy            GroupPolicy
		spec              corev1.PodSpec
		accounts          map[string]string // their label role
		selected, perhaps bool
	}{
		{why: "by the pod", policy: GroupPolicy{Pods: by("app", "shop")}, selected: true},
		{why: "another pod", policy: GroupPolicy{Pods: by("app", "cart")}},
		{why: "another namespace", policy: GroupPolicy{Namespace: "api", Pods: by("app", "shop")}},
		{why: "with the cluster's group", policy: GroupPolicy{Pods: by("app", "shop"), Groups: []string{"sg-db", "sg-cluster"}}},
		{why: "by the account", policy: GroupPolicy{Accounts: db}, accounts: map[string]string{"default": "db"}, selected: true},
		{why: "another account's label", policy: GroupPolicy{Accounts: db}, accounts: map[string]string{"default": "web"}},
		{why: "the account is elsewhere", policy: GroupPolicy{Accounts: db}, accounts: map[string]string{"other": "db"}, perhaps: true},
		{
			why: "the pod names its account", policy: GroupPolicy{Accounts: db},
			spec:     corev1.PodSpec{ServiceAccountName: "own", DeprecatedServiceAccount: "old"},
			accounts: map[string]string{"own": "db", "old": "web", "default": "web"}, selected: true,
		},
		{
			why: "by the older field", policy: GroupPolicy{Accounts: db}, spec: corev1.PodSpec{DeprecatedServiceAccount: "old"},
			accounts: map[string]string{"old": "db", "default": "web"}, selected: true,
		},
		{why: "both fit", policy: GroupPolicy{Pods: by("app", "shop"), Accounts: db}, accounts: map[string]string{"default": "db"}, selected: true},
		{why: "the pod fits, its account is elsewhere", policy: GroupPolicy{Pods: by("app", "shop"), Accounts: db}, perhaps: true},
		{why: "only the account fits", policy: GroupPolicy{Pods: by("app", "cart"), Accounts: db}, accounts: map[string]string{"default": "db"}},
		{why: "with the cluster's group, the account is elsewhere", policy: GroupPolicy{Accounts: db, Groups: []string{"sg-cluster"}}},
	} {
		objects := &Objects{}
		objects.SetClusterGroup(func() string { return "sg-cluster" })
		for name, role := range c.accounts {
			objects.AddAccount(ObjectName{"web", name}, map[string]string{"role": role})
			objects.AddAccount(ObjectName{"api", name}, map[string]string{"role": "none"})
		}
		c.policy.Name = "p"
		if c.policy.Namespace == "" {
			c.policy.Namespace = "web"
		}
		if c.policy.Groups == nil {
			c.policy.Groups = []string{"sg-db"}
		}
		objects.AddPolicy(c.policy)
		if got := objects.HasAccountPolicies(); got != (c.policy.Accounts != nil) {
			t.Errorf("%s: it chooses by accounts: %t", c.why, got)
		}
		selected, perhaps := objects.PoliciesOf(Pod{Namespace: "web", Labels: map[string]string{"app": "shop"}, Spec: c.spec})
		if len(selected) == 1 != c.selected || len(perhaps) == 1 != c.perhaps {
			t.Errorf("%s: selected %v, perhaps %v", c.why, selected, perhaps)
		}
	}
}

// The cluster's group is read when the first policy selects a pod, and once; policies come by their names.
func TestClusterGroup(t *testing.T) {
	objects, reads := &Objects{}, 0
	pod := Pod{Namespace: "web"}
	for _, name := range []string{"b", "c", "a"} {
		objects.AddPolicy(GroupPolicy{Namespace: "web", Name: name, Groups: []string{name}})
	}
	names := func() (out string) {
		selected, _ := objects.PoliciesOf(pod)
		for _, p := range selected {
			out += p.Name
		}
		return out
	}
	if got := names(); got != "abc" || objects.ClusterGroup() != "" {
		t.Errorf("without a cluster: %q", got)
	}
	objects.SetClusterGroup(func() string { reads++; return "b" })
	objects.PoliciesOf(Pod{Namespace: "api"})
	if reads != 0 {
		t.Error("it is read for a pod that no policy selects")
	}
	if got := names(); got != "ac" || reads != 1 || objects.ClusterGroup() != "b" {
		t.Errorf("%q after %d readings", got, reads)
	}
}

// The LimitRanges of a namespace, in the order of their names, whatever that of the input.
func TestLimitRanges(t *testing.T) {
	objects := &Objects{}
	for _, of := range []ObjectName{{"web", "b"}, {"api", "x"}, {"web", "a"}, {"web", "b"}} {
		objects.AddLimits(of.Namespace, Limits{Name: of.Name})
	}
	for _, b := range []Bounds{{Name: "b"}, {Name: "a", OfPod: true}, {Name: "a"}} {
		objects.AddBounds("web", b)
	}
	for namespace, want := range map[string]string{"web": "a b b | a:true a:false b:false", "api": "x |", "none": " |"} {
		var limits, bounds []string
		for _, l := range objects.LimitsOf(namespace) {
			limits = append(limits, l.Name)
		}
		for _, b := range objects.BoundsOf(namespace) {
			bounds = append(bounds, fmt.Sprintf("%s:%t", b.Name, b.OfPod))
		}
		if got := strings.TrimRight(strings.Join(limits, " ")+" | "+strings.Join(bounds, " "), " "); got != want {
			t.Errorf("%s: %q, want %q", namespace, got, want)
		}
	}
}

// What schedulers say of a pod: its condition first, each text once, and of Events no more than can be of use.
func TestSaidOf(t *testing.T) {
	objects := &Objects{}
	web := ObjectName{"web", "a"}
	for _, text := range []string{"two", "one", "two"} {
		objects.AddReport(web, text)
	}
	objects.AddReport(ObjectName{"api", "a"}, "of another namespace")
	for i := range 20 {
		objects.AddReport(ObjectName{"web", "many"}, fmt.Sprint(i))
	}
	for _, c := range []struct {
		why       string
		objects   *Objects
		condition string
		name      string
		want      []string
	}{
		{"Events alone", objects, "", "a", []string{"two", "one"}},
		{"the condition has another text", objects, "three", "a", []string{"three", "two", "one"}},
		{"the condition has one of them", objects, "one", "a", []string{"one", "two"}},
		{"no Events of it", objects, "three", "b", []string{"three"}},
		{"no Events, no condition", objects, "", "b", nil},
		{"nothing else was read", nil, "three", "a", []string{"three"}},
		{"many Events", objects, "", "many", []string{"0", "1", "2", "3", "4", "5", "6", "7"}},
	} {
		got := c.objects.SaidOf(Pod{Namespace: "web", Name: c.name, Running: &Running{Unscheduled: c.condition}})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

// A driver refuses inline volumes only where its CSIDriver says so.
func TestRefusesInline(t *testing.T) {
	objects := &Objects{}
	objects.AddDriver("takes", true)
	objects.AddDriver("refuses", false)
	for driver, want := range map[string]bool{"takes": false, "refuses": true, "elsewhere": false} {
		if got := objects.RefusesInline(driver); got != want {
			t.Errorf("%s: %t", driver, got)
		}
	}
}

// The log router's configuration is judged as a whole, whatever comes first.
func TestUnlogged(t *testing.T) {
	off := map[string]string{"aws-observability": "disabled"}
	bad := logging.Config{Data: map[string]string{"output.conf": "[SERVICE]\n    Flush 1\n"}}
	for _, parts := range [][]logging.Config{{{NamespaceLabels: off}, bad}, {bad, {NamespaceLabels: off}}} {
		objects := &Objects{}
		for _, part := range parts {
			objects.AddLogging(part)
		}
		want := logging.Config{NamespaceLabels: off, Data: bad.Data}.Faults()
		if got := objects.Unlogged(); len(want) < 2 || !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// Of nil nothing is known, and nothing is found to be wrong.
func TestNoObjects(t *testing.T) {
	var none *Objects
	pod := Pod{Namespace: "web", Name: "a", Running: &Running{}}
	if selected, perhaps := none.PoliciesOf(pod); len(selected)+len(perhaps) > 0 || none.HasAccountPolicies() || none.ClusterGroup() != "" {
		t.Error("there are policies")
	}
	if got := none.StorageOf(ObjectName{"web", "a"}); got != (Storage{IsUnlisted: true}) {
		t.Errorf("a claim is %+v", got)
	}
	if len(none.LimitsOf("web"))+len(none.BoundsOf("web"))+len(none.MissedBy("web"))+len(none.Unlogged())+len(none.SaidOf(pod)) > 0 {
		t.Error("there is something")
	}
	if none.RefusesInline(EFSDriver) || none.Near("a.yaml") != nil {
		t.Error("something is known")
	}
}
