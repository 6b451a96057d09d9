package kube

import "testing"

// A claim that several files have is that of the pod's own file, else of the nearest directory; where two are as near
// and differ, it is not known.
func TestNear(t *testing.T) {
	objects := &Objects{}
	web := ObjectName{"web", "data"}
	for _, f := range []struct{ source, driver string }{
		{"repo/dev/a.yaml", "ebs"},
		{"repo/dev/b.yaml", "efs"},
		{"repo/prod/claim.yaml", "efs"},
		{"repo/same/a.yaml", "nfs"},
		{"repo/same/b.yaml", "nfs"},
		{"other/claim.yaml", "ebs"},
	} {
		of := &Objects{}
		of.AddClaim(web, Claim{Volume: f.driver})
		of.AddVolume(Volume{Name: f.driver, Driver: f.driver})
		objects.AddFile(f.source, of)
	}
	rest := &Objects{}
	rest.AddClaim(ObjectName{"web", "single"}, Claim{Volume: "ebs"})
	objects.AddFile("far/away.yaml", rest)
	for source, want := range map[string]string{
		"repo/dev/a.yaml": "ebs", "repo/dev/b.yaml": "efs", "repo/dev/pod.yaml": "", "repo/prod/app/pod.yaml": "efs",
		"repo/same/pod.yaml": "nfs", "repo/production/pod.yaml": "", "other/pod.yaml": "ebs", "-": "", "pod.yaml": "",
	} {
		near := objects.Near(source)
		if got := near.StorageOf(web); got.Driver != want || got.IsUnlisted != (want == "") {
			t.Errorf("%s: got %+v, want %q", source, got, want)
		}
		if near != objects.Near(source) {
			t.Errorf("%s: it is put together twice", source)
		}
		if got := near.StorageOf(ObjectName{"web", "single"}); got.Driver != "ebs" {
			t.Errorf("%s: what one file has alone is lost: %+v", source, got)
		}
	}
}
