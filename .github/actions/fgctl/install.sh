#!/usr/bin/env bash
# Downloads a release of fgctl, checks its sum, and puts it into the PATH of the steps that follow.
set -euo pipefail

version=${FGCTL_ACTION_VERSION#v}
case $version in
	'' | *[!0-9A-Za-z.+-]*) echo "::error::version is '$FGCTL_ACTION_VERSION'; give a release such as v0.1.0" && exit 2 ;;
esac
case $(uname -s) in
	Linux) system=linux ending=tar.gz ;;
	Darwin) system=darwin ending=tar.gz ;;
	MINGW* | MSYS* | CYGWIN*) system=windows ending=zip ;;
	*) echo "::error::there is no release of fgctl for $(uname -s)" && exit 2 ;;
esac
case $(uname -m) in
	x86_64 | amd64) machine=amd64 ;;
	aarch64 | arm64) machine=arm64 ;;
	*) echo "::error::there is no release of fgctl for $(uname -m)" && exit 2 ;;
esac

base=${FGCTL_ACTION_BASE:-https://github.com/fgctl/fgctl/releases/download}/v$version
archive=fgctl_${version}_${system}_$machine.$ending
dir=$(mktemp -d)
fetch() { curl --fail --silent --show-error --location --retry 3 --output "$dir/$1" "$base/$1"; }
fetch "$archive"
sum=${FGCTL_ACTION_CHECKSUM:-}
if [ -z "$sum" ]; then
	fetch checksums.txt
	sum=$(awk -v name="$archive" '$2 == name { print $1 }' "$dir/checksums.txt")
	[ -n "$sum" ] || { echo "::error::checksums.txt of v$version does not name $archive" && exit 1; }
fi
found=$(openssl dgst -sha256 -r "$dir/$archive" | cut -d' ' -f1)
if [ "$found" != "$sum" ]; then
	echo "::error::$archive has the SHA-256 $found, not $sum"
	exit 1
fi
mkdir "$dir/bin"
if [ "$ending" = zip ]; then unzip -q "$dir/$archive" -d "$dir/bin"; else tar -xzf "$dir/$archive" -C "$dir/bin"; fi
cygpath -w "$dir/bin" 2>/dev/null >>"$GITHUB_PATH" || echo "$dir/bin" >>"$GITHUB_PATH" # Windows wants its own form
"$dir/bin/fgctl" version
