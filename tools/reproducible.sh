#!/usr/bin/env bash
# Makes the release of the current commit for this machine's platform twice, in two directories and with two build caches,
# and compares every file of it: make reproducible. It takes minutes, since the second time everything is compiled again.
set -euo pipefail

goreleaser=$1
root=$(git rev-parse --show-toplevel)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

GOBIN=$dir go install "$goreleaser"
sed -E "s/^( *goos:).*/\1 [$(go env GOOS)]/; s/^( *goarch:).*/\1 [$(go env GOARCH)]/" "$root/.goreleaser.yaml" >"$dir/release.yaml"
for build in one another/place; do
	git clone --quiet "$root" "$dir/$build"
	(
		cd "$dir/$build"
		[ "$build" = one ] || export GOCACHE=$dir/cache
		export CGO_ENABLED=0 GOFLAGS=-trimpath # as the release has it, so that its hooks compile nothing twice
		# What is skipped needs other programs, hosts or the archives of other platforms.
		"$dir/goreleaser" release --snapshot --clean --config "$dir/release.yaml" --skip=ko,sbom,sign,homebrew,scoop,winget >&2
		cd dist
		find . -type f ! -name '*.json' ! -name config.yaml -exec sha256sum {} + | sort -k2
	) >"$dir/$(basename "$build").sums"
done
if ! diff "$dir/one.sums" "$dir/place.sums"; then
	echo "the same commit made different bytes" >&2
	exit 1
fi
cat "$dir/one.sums"
