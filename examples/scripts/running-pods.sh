#!/bin/sh
# Where the pods of a cluster are, where new ones would go, and the command that mends a difference.
#
#   running-pods.sh CLUSTER          asks kubectl, whose context must be that cluster
#   running-pods.sh CLUSTER FILE     takes what kubectl get pods -A -o json has printed to FILE
#
# It ends with exit code 3 when a pod would stay Pending where it is, or when several profiles match it.
# A pod that no profile takes is no fault here: in a cluster with EC2 nodes many are meant to be there.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: $0 CLUSTER [FILE]" >&2
	exit 2
fi
cluster=$1

# The workloads come before the pods: the label eks.amazonaws.com/fargate-profile of a running pod was
# written by EKS unless the workload's template has it too, and only the template shows that. Workloads have
# rows of their own and are counted beside their pods; for sums, and fewer rows, give the pods alone.
if [ $# -eq 2 ]; then
	objects() { cat "$2"; }
elif command -v kubectl >/dev/null; then
	objects() {
		kubectl get deployments,statefulsets,jobs -A -o json
		kubectl get pods -A -o json
	}
else
	echo "kubectl is not there; give a file with what it has printed" >&2
	exit 2
fi

objects "$@" | fgctl match --cluster "$cluster" -f - --only matched,ambiguous --fail-on ambiguous,errors
