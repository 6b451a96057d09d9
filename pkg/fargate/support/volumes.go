package support

// What Fargate refuses in the volumes of a pod, and what is risky there.

import (
	"reflect"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// Fargate's scheduler on volumes.
const (
	volumes    = `"Pod not supported on Fargate: volumes not supported: %s `
	badVolume  = volumes + `is of an unsupported volume Type"`
	notAllowed = volumes + `not supported because: PVC %s not bound"`
)

// volumeKinds are the names of the sources that a volume may have, in the order of their fields.
var volumeKinds = sync.OnceValue(func() []string {
	sources := reflect.TypeFor[corev1.VolumeSource]()
	names := make([]string, sources.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(sources.Field(i).Tag.Get("json"), ",")
	}
	return names
})

// volumeKind returns the name of a volume's source (emptyDir, hostPath), and nothing where it has none, which means
// emptyDir.
func volumeKind(v *corev1.Volume) string {
	source := reflect.ValueOf(&v.VolumeSource).Elem()
	for i, name := range volumeKinds() {
		if !source.Field(i).IsNil() {
			return name
		}
	}
	return ""
}

func hostPath(v *corev1.Volume, at place) []Finding {
	if v.HostPath == nil {
		return nil
	}
	return refused(at.path("hostPath"), "use emptyDir for scratch space, or EFS for files that outlive the pod",
		"volume %s is a path of the host: "+badVolume, v.Name, v.Name)
}

// volumeType knows what is refused: inline CSI volumes by report, EBS by the User Guide. Of other kinds
// no list is published. An inline volume of the EFS driver was not found in any report.
func volumeType(v *corev1.Volume, at place) []Finding {
	kind := volumeKind(v)
	switch kind {
	case "", "emptyDir", "configMap", "secret", "projected", "downwardAPI", "hostPath", "ephemeral",
		"persistentVolumeClaim":
		return nil
	case "awsElasticBlockStore":
		return refused(at.path(kind), useEFS, "volume %s is on EBS, which pods on Fargate cannot mount", v.Name)
	case "azureDisk", "cinder", "gcePersistentDisk", "photonPersistentDisk", "vsphereVolume":
		return refused(at.path(kind), useEFS, "volume %s is a disk of another cloud (%s), which no node of AWS can attach",
			v.Name, kind)
	case "csi":
		if v.CSI.Driver != kube.EFSDriver {
			return refused(at.path(kind), "bring its content into the pod as a secret or configMap volume, or use a "+
				"persistentVolumeClaim of EFS",
				"volume %s is an inline volume of the CSI driver %s: "+badVolume, v.Name, v.CSI.Driver, v.Name)
		}
	}
	return risky(at.path(kind), useEFS,
		"volume %s is of the kind %s; known to work are emptyDir, configMap, secret, projected, downwardAPI and claims "+
			"of EFS, and AWS publishes no list", v.Name, kind)
}

func ephemeralVolume(v *corev1.Volume, at place) []Finding {
	if v.Ephemeral == nil {
		return nil
	}
	return refused(at.path("ephemeral"), "use emptyDir (the pod has 20 GiB of storage, more by requests of "+
		"ephemeral-storage), or a claim of EFS",
		"volume %s would be provisioned when the pod starts, and dynamic provisioning does not work on Fargate", v.Name)
}

// claims judges claims by what the input has of them. Where it has nothing, it is said what must hold.
func claims(pod kube.Pod) []Finding {
	var found []Finding
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if v.PersistentVolumeClaim == nil {
			continue
		}
		name, path := v.PersistentVolumeClaim.ClaimName, place{pod.SpecPath, "volumes", i}.path("persistentVolumeClaim")
		switch s := pod.Objects.StorageOf(kube.ObjectName{Namespace: pod.Namespace, Name: name}); {
		case s.Driver == kube.EFSDriver && s.IsBound:
		case s.Driver == kube.EFSDriver:
			found = append(found, risky(path, "make the claim first and see that it is bound, or use a volume that was made by "+
				"hand; if the pod was refused once, delete it",
				"volume %s waits for %s to provision EFS for the claim %s, and the claim must be bound when the pod is made; "+
					"else "+notAllowed, v.Name, s.From, name, v.Name, name)...)
		case s.Driver != "":
			found = append(found, refused(path, useEFS, "volume %s is the claim %s, whose %s is of %s; Fargate mounts EFS "+
				"alone", v.Name, name, s.From, s.Driver)...)
		default:
			found = append(found, risky(path, useEFS,
				"volume %s works only if the claim %s is bound to a PersistentVolume of EFS that was made by hand; else "+
					notAllowed, v.Name, name, v.Name, name)...)
		}
	}
	return found
}

// claimTemplates cannot see whether somebody has made a PersistentVolume for each claim, unless the class is of another
// driver.
func claimTemplates(pod kube.Pod) []Finding {
	var found []Finding
	for i, name := range pod.Workload.ClaimTemplates {
		path := "spec.volumeClaimTemplates" + kube.Index(i)
		if pod.Objects != nil {
			own := kube.ObjectName{Namespace: pod.Namespace, Name: name + "-" + pod.Name + "-0"}
			s := pod.Objects.StorageFor(own, kube.Claim{Class: pod.Workload.ClaimClasses[name]})
			if s.Driver == kube.EFSDriver && s.IsBound {
				continue
			}
			if s.Driver != "" && s.Driver != kube.EFSDriver {
				found = append(found, refused(path, useEFS, "every pod gets a claim of its own from the template %s, whose %s is "+
					"of %s; Fargate mounts EFS alone", name, s.From, s.Driver)...)
				continue
			}
		}
		found = append(found, risky(path, "make a PersistentVolume of EFS for the claim "+
			"of each pod beforehand (driver efs.csi.aws.com); other storage needs EC2 nodes",
			"every pod gets a claim of its own from the template %s; such claims are as a rule provisioned "+
				"dynamically, which does not work on Fargate: only EFS, statically provisioned, does", name)...)
	}
	return found
}
