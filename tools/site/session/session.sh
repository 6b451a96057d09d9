#!/bin/sh
# What the recorded session shows: make session runs it on the sandbox, in a terminal of 80 by 24.
cd "$(dirname "$0")/../../.."

# type shows a command as a person types it, and runs it.
type() {
	printf '\033[32m$\033[0m '
	printf '%s' "$1" | while IFS= read -r -n1 letter; do
		printf '%s' "${letter:- }"
		sleep 0.03
	done
	sleep 0.4
	echo
	eval "$1"
	sleep 2.5
	echo
}

stty rows 24 cols 80
type "fgctl create fargateprofile web -c demo --namespace web"
type "fgctl match -c demo -f examples/manifests/deployment.yaml"
type "fgctl replace fargateprofile web -c demo --add-selector 'namespace=api-*' --yes"
type "fgctl get fargateprofile -c demo"
