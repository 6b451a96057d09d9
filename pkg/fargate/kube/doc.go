// Package kube holds what the rules of fgctl need to know of a Kubernetes object: Pod, a pod or what a workload's
// template would make, and Objects, what an input says besides that decides about pods. It judges nothing.
package kube
