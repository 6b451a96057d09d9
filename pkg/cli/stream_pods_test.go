//go:build unix

package cli

// This file makes the pods of the benchmark: a large cluster's, as kubectl prints them.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// writePods writes a list of pods as kubectl get pods -A -o json prints it, the same for the same seed, about 5 kB each. Pods of one ReplicaSet follow each other, as the API server's order by name has
// it; most are on Fargate, some on nodes, and a few wait.
func writePods(w io.Writer, pods int, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	choose := rand.New(rand.NewPCG(seed, seed)) // the text has to be the same every time
	if _, err := out.WriteString("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n"); err != nil {
		return err
	}
	for i := 0; i < pods; {
		owner := newReplicaSet(choose, i)
		for range min(1+choose.IntN(8), pods-i) {
			if i > 0 {
				if _, err := out.WriteString(",\n"); err != nil {
					return err
				}
			}
			if _, err := out.WriteString(owner.pod(choose, i)); err != nil {
				return err
			}
			i++
		}
	}
	if _, err := out.WriteString("\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n"); err != nil {
		return err
	}
	return out.Flush()
}

// replicaSet is a Deployment's.
type replicaSet struct {
	namespace, app, hash, uid string
	fargate                   bool
	cpu, memory               string
}

func newReplicaSet(choose *rand.Rand, i int) replicaSet {
	return replicaSet{
		namespace: fmt.Sprintf("%s-%d", pickOne(choose, "web", "shop", "jobs", "team", "data"), choose.IntN(20)),
		app:       fmt.Sprintf("%s-%d", pickOne(choose, "api", "cart", "checkout", "worker", "frontend", "search"), i),
		hash:      randomLetters(choose, "bcdfghjklmnpqrstvwxz2456789", 9),
		uid:       randomUID(choose),
		fargate:   choose.IntN(10) < 7,
		cpu:       pickOne(choose, "100m", "250m", "500m", "1", "2"),
		memory:    pickOne(choose, "256Mi", "512Mi", "1Gi", "2Gi", "4Gi"),
	}
}

// pod writes one pod, indented as an element of kubectl's list is.
func (o replicaSet) pod(choose *rand.Rand, i int) string {
	name := fmt.Sprintf("%s-%s-%s", o.app, o.hash, randomLetters(choose, "bcdfghjklmnpqrstvwxz2456789", 5))
	scheduler, node, label := "default-scheduler", fmt.Sprintf("ip-10-%d-%d-%d.ec2.internal", i%250, i/250%250, i%200), ""
	if o.fargate {
		scheduler, node = "fargate-scheduler", "fargate-"+node
		label = ",\n                    \"eks.amazonaws.com/fargate-profile\": \"fp-" + strings.SplitN(o.namespace, "-", 2)[0] + "\""
	}
	text := strings.NewReplacer(
		"@NAME@", name, "@NAMESPACE@", o.namespace, "@APP@", o.app, "@HASH@", o.hash, "@OWNERUID@", o.uid,
		"@UID@", randomUID(choose), "@LABEL@", label, "@SCHEDULER@", scheduler, "@NODE@", node,
		"@CPU@", o.cpu, "@MEMORY@", o.memory, "@VERSION@", fmt.Sprint(1+choose.IntN(90)),
		"@TOKEN@", randomLetters(choose, "bcdfghjklmnpqrstvwxz2456789", 5), "@IP@", fmt.Sprintf("10.%d.%d.%d", i%250, i/250%250, 1+i%200),
		"@DIGEST@", randomLetters(choose, "0123456789abcdef", 64), "@DAY@", fmt.Sprintf("%02d", 1+choose.IntN(28)),
	).Replace(podText)
	return strings.TrimRight(text, "\n")
}

func pickOne(choose *rand.Rand, of ...string) string { return of[choose.IntN(len(of))] }

func randomLetters(choose *rand.Rand, of string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = of[choose.IntN(len(of))]
	}
	return string(out)
}

func randomUID(choose *rand.Rand) string {
	const hex = "0123456789abcdef"
	return randomLetters(choose, hex, 8) + "-" + randomLetters(choose, hex, 4) + "-4" + randomLetters(choose, hex, 3) + "-a" + randomLetters(choose, hex, 3) + "-" + randomLetters(choose, hex, 12)
}

// The list is what kubectl prints as far as match is concerned: a List of pods of a cluster, the same for
// the same seed, about 5 kB each.
func TestWritePods(t *testing.T) {
	var first, second bytes.Buffer
	if writePods(&first, 100, 1) != nil || writePods(&second, 100, 1) != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same seed gave two texts")
	}
	if size := first.Len() / 100; size < 4_500 || size > 5_500 || !json.Valid(first.Bytes()) {
		t.Errorf("a pod has %d bytes", size)
	}
	pods := 0
	if err := manifest.Read("-", &first, manifest.Options{}, func(p kube.Pod) error {
		if pods++; p.Running == nil || p.Running.OwnerKind != "ReplicaSet" || len(p.Spec.Containers) != 1 || p.Labels["pod-template-hash"] == "" {
			t.Errorf("pod %d: %+v", pods, p)
		}
		return nil
	}); err != nil || pods != 100 {
		t.Errorf("%d pods, %v", pods, err)
	}
}

// podText is the text of a pod as kubectl prints it, with @WORDS@ for what differs.
const podText = `        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "annotations": {
                    "CapacityProvisioned": "0.5vCPU 1GB",
                    "Logging": "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND",
                    "prometheus.io/port": "8080",
                    "prometheus.io/scrape": "true"
                },
                "creationTimestamp": "2026-01-@DAY@T09:12:45Z",
                "generateName": "@APP@-@HASH@-",
                "labels": {
                    "app.kubernetes.io/component": "server",
                    "app.kubernetes.io/instance": "@APP@",
                    "app.kubernetes.io/managed-by": "Helm",
                    "app.kubernetes.io/name": "@APP@",
                    "pod-template-hash": "@HASH@"@LABEL@
                },
                "name": "@NAME@",
                "namespace": "@NAMESPACE@",
                "ownerReferences": [
                    {
                        "apiVersion": "apps/v1",
                        "blockOwnerDeletion": true,
                        "controller": true,
                        "kind": "ReplicaSet",
                        "name": "@APP@-@HASH@",
                        "uid": "@OWNERUID@"
                    }
                ],
                "resourceVersion": "18@VERSION@44291",
                "uid": "@UID@"
            },
            "spec": {
                "containers": [
                    {
                        "env": [
                            {
                                "name": "DATABASE_URL",
                                "value": "postgres://app@db.@NAMESPACE@.svc.cluster.local:5432/app?sslmode=require"
                            }
                        ],
                        "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/@APP@:1.@VERSION@.0",
                        "name": "@APP@",
                        "ports": [
                            {
                                "containerPort": 8080,
                                "name": "http",
                                "protocol": "TCP"
                            }
                        ],
                        "resources": {
                            "limits": {
                                "cpu": "@CPU@",
                                "memory": "@MEMORY@"
                            },
                            "requests": {
                                "cpu": "@CPU@",
                                "memory": "@MEMORY@"
                            }
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": false,
                            "capabilities": {
                                "drop": [
                                    "ALL"
                                ]
                            }
                        },
                        "volumeMounts": [
                            {
                                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                                "name": "kube-api-access-@TOKEN@",
                                "readOnly": true
                            }
                        ]
                    }
                ],
                "dnsPolicy": "ClusterFirst",
                "enableServiceLinks": true,
                "nodeName": "@NODE@",
                "restartPolicy": "Always",
                "schedulerName": "@SCHEDULER@",
                "securityContext": {
                    "runAsNonRoot": true,
                    "runAsUser": 1000
                },
                "serviceAccount": "@APP@",
                "serviceAccountName": "@APP@",
                "terminationGracePeriodSeconds": 30,
                "volumes": [
                    {
                        "name": "kube-api-access-@TOKEN@",
                        "projected": {
                            "defaultMode": 420,
                            "sources": [
                                {
                                    "serviceAccountToken": {
                                        "expirationSeconds": 3607,
                                        "path": "token"
                                    }
                                }
                            ]
                        }
                    }
                ]
            },
            "status": {
                "conditions": [
                    {
                        "lastProbeTime": null,
                        "lastTransitionTime": "2026-01-@DAY@T09:13:31Z",
                        "status": "True",
                        "type": "Initialized"
                    }
                ],
                "containerStatuses": [
                    {
                        "lastState": {},
                        "name": "@APP@",
                        "ready": true,
                        "restartCount": 0,
                        "started": true
                    }
                ],
                "hostIP": "@IP@",
                "phase": "Running",
                "podIP": "@IP@",
                "qosClass": "Guaranteed",
                "startTime": "2026-01-@DAY@T09:13:31Z"
            }
        }
`
