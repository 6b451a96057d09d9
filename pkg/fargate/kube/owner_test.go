package kube

import "testing"

// The workload that keeps a running pod alive, as its owner reference and the label of its ReplicaSet show it.
func TestOwnerOf(t *testing.T) {
	for _, c := range []struct{ why, kind, name, hash, want string }{
		{"nobody", "", "", "", ""},
		{"a Job", "Job", "load", "", "Job/load"},
		{"a ReplicaSet of a Deployment", "ReplicaSet", "api-5d4", "5d4", "Deployment/api"},
		{"the name has the hash twice", "ReplicaSet", "api-5d4-5d4", "5d4", "Deployment/api-5d4"},
		{"a ReplicaSet of its own", "ReplicaSet", "api-5d4", "", "ReplicaSet/api-5d4"},
		{"a label that is not its hash", "ReplicaSet", "api-5d4", "6e5", "ReplicaSet/api-5d4"},
		{"the hash without its hyphen", "ReplicaSet", "api5d4", "5d4", "ReplicaSet/api5d4"},
		{"nothing before the hash", "ReplicaSet", "-5d4", "5d4", "ReplicaSet/-5d4"},
		{"only ReplicaSets have it", "StatefulSet", "db-5d4", "5d4", "StatefulSet/db-5d4"},
	} {
		got := ""
		pod := Pod{Labels: map[string]string{HashLabel: c.hash}, Running: &Running{OwnerKind: c.kind, OwnerName: c.name}}
		if o := OwnerOf(pod); o != nil {
			got = o.String()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
	if o := OwnerOf(Pod{Kind: "Deployment", Name: "api", Workload: Workload{OwnerKind: "App", OwnerName: "a"}}); o != nil {
		t.Errorf("a manifest is owned by %s", o)
	}
}

// A workload that is known to pin its pods, by whichever of its names a pod has it.
func TestOwners(t *testing.T) {
	var owners Owners
	if owners.Pins(Pod{Running: &Running{OwnerKind: "Deployment", OwnerName: "api"}}) {
		t.Error("no workload is known yet")
	}
	pinned := map[string]string{ProfileLabel: "a"}
	owners.Note(Pod{Kind: "Deployment", Namespace: "web", Name: "api", Labels: pinned})
	owners.Note(Pod{Kind: "ReplicaSet", Namespace: "web", Name: "old-1", Labels: pinned})
	owners.Note(Pod{Kind: "Job", Namespace: "web", Name: "free"})
	owners.Note(Pod{Kind: "Pod", Namespace: "web", Name: "x", Labels: pinned, Running: &Running{}})
	for _, c := range []struct {
		namespace, kind, name, hash string
		want                        bool
	}{
		{"web", "ReplicaSet", "api-5d4", "5d4", true},
		{"web", "Deployment", "api", "", true},
		{"web", "ReplicaSet", "api-5d4", "", false},
		{"other", "ReplicaSet", "api-5d4", "5d4", false},
		{"web", "ReplicaSet", "old-1", "1", true},
		{"web", "Pod", "x", "", false},
		{"web", "StatefulSet", "api", "", false},
		{"web", "Job", "free", "", false},
		{"web", "", "", "", false},
	} {
		p := Pod{Namespace: c.namespace, Labels: map[string]string{HashLabel: c.hash}, Running: &Running{OwnerKind: c.kind, OwnerName: c.name}}
		if got := owners.Pins(p); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if owners.Pins(Pod{Kind: "Deployment", Namespace: "web", Name: "api"}) {
		t.Error("a manifest has no owner")
	}
}
