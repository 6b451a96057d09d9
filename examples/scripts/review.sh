#!/bin/sh
# Judges a change of Fargate profiles and manifests in any CI system: is the file right, where would the pods go, and what
# would the file change in AWS? All three are asked, whatever the first says.
#
#   review.sh PROFILES MANIFEST...
#   review.sh examples/clusters/cluster.yaml examples/manifests/deployment.yaml
#
# It ends with 0, or with the exit code of the last step that failed: 3 the answer is no, 2 an input is broken, 1 AWS
# failed. A difference is what a change is for, so it is shown and is no failure.
set -eu

if [ $# -lt 2 ]; then
	echo "usage: $0 PROFILES MANIFEST..." >&2
	exit 2
fi
profiles=$1
shift
manifests=$(printf '%s,' "$@")

result=0
fgctl validate -f "$profiles" || result=$?
fgctl match --profiles-from "$profiles" -f "${manifests%,}" || result=$?
status=0
fgctl diff -f "$profiles" || status=$?
case $status in
0 | 3) ;;
*) result=$status ;;
esac
exit "$result"
