package main

// This file holds the text of a pod as kubectl prints it, with @WORDS@ for what differs.

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
