#!/bin/sh
# The main job of fgctl in one go, on the sandbox: fgctl sandbox run -- sh examples/scripts/demo.sh
# make demo runs it. Every command is shown, and anything unexpected ends the demo with its exit code.
set -eu

cd "$(dirname "$0")/.."

# show prints a command as a person would type it.
show() {
	printf '\n$'
	for arg; do
		case $arg in
		*[!A-Za-z0-9_./=,:-]*) printf " '%s'" "$arg" ;;
		*) printf ' %s' "$arg" ;;
		esac
	done
	echo
}

# run shows a command and runs it; it must succeed.
run() {
	show "$@"
	"$@"
}

# refused shows a command and runs it; it must end with exit code 3, the answer is no.
refused() {
	show "$@"
	code=0
	"$@" || code=$?
	if [ "$code" -ne 3 ]; then
		echo "expected exit code 3, got $code" >&2
		exit 1
	fi
	echo "(exit code 3: the answer is no, nothing was changed)"
}

echo "A public subnet is refused before EKS hears of it:"
refused fgctl create fargateprofile web --cluster demo --namespace web --subnets subnet-0ccc0000000000001

printf '\nWith nothing but a namespace, subnets and role are found and checked:\n'
run fgctl create fargateprofile web --cluster demo --namespace web

printf '\nWhere would this Deployment run, and why?\n'
run fgctl match --cluster demo -f manifests/deployment.yaml

printf '\nA profile is immutable, so a changed one takes its place without a gap:\n'
run fgctl replace fargateprofile web --cluster demo --add-selector 'namespace=api-*' --yes
run fgctl get fargateprofile --cluster demo

printf '\nAnd away with it:\n'
run fgctl delete fargateprofile web-2 --cluster demo --yes
run fgctl get fargateprofile --cluster demo
