#!/bin/sh
# Changes the selector of a Fargate profile, unattended: makes sure that the profile exists, shows where
# the pods of some manifests run, replaces the profile by one with the other selector, and shows that
# every pod has a place again.
#
#   rotate-profile.sh CLUSTER PROFILE OLD-SELECTOR NEW-SELECTOR MANIFEST...
#   rotate-profile.sh demo web namespace=web,compute=fargate 'namespace=web*' deployment.yaml
#
# It may be stopped at any moment and run again: fgctl keeps the state of a replacement in AWS. The name of the
# profile that is there at the end goes to standard output, everything else to standard error.
#
# Exit codes are fgctl's: 2 wrong usage, 3 the answer is no, 4 timed out, 1 AWS failed.
set -eu

if [ $# -lt 5 ]; then
	echo "usage: $0 CLUSTER PROFILE OLD-SELECTOR NEW-SELECTOR MANIFEST..." >&2
	exit 2
fi
cluster=$1 profile=$2 old=$3 new=$4
shift 4

# where_pods_run MANIFEST...: 0 when every pod has exactly one profile, 3 when one has not. A broken
# manifest (2) or a failing AWS (1) ends the script.
where_pods_run() {
	manifests=$(printf '%s,' "$@")
	status=0
	fgctl match --cluster "$cluster" --filename "${manifests%,}" >&2 || status=$?
	case $status in
	0 | 3) return "$status" ;;
	*) exit "$status" ;;
	esac
}

# 1. The profile is there, or its successor from an earlier run (web-2 for web).
names=$(fgctl get fargateprofile --cluster "$cluster" --output name)
if ! echo "$names" | grep -Eqx "$profile(-[0-9]+)?"; then
	fgctl create fargateprofile "$profile" --cluster "$cluster" --selector "$old" >&2
fi

# 2. Where do the pods run now? That one has no place yet is worth a word, but no reason to stop.
where_pods_run "$@" || echo "not every pod has a profile before the change" >&2

# 3. The replacement. The successor is ACTIVE before the original is deleted. After a failure of AWS (1)
#    or a time-out (4) the same command goes on where it stopped; any other answer ends the script.
tries=3
while :; do
	status=0
	successor=$(fgctl replace fargateprofile "$profile" --cluster "$cluster" --selector "$new" --yes --output name) || status=$?
	case $status in
	0) break ;;
	1 | 4)
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || exit "$status"
		echo "replace ended with exit code $status; it goes on where it stopped" >&2
		;;
	*) exit "$status" ;;
	esac
done

# 4. Every pod has a place again. If not, say so with the exit code.
where_pods_run "$@" || {
	echo "after the change not every pod has exactly one profile" >&2
	exit 3
}
echo "$successor"
