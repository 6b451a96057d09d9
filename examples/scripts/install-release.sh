#!/bin/sh
# Installs a release of fgctl for Linux or macOS, and only if its archive has the checksum that is asked for.
#
#   install-release.sh VERSION SHA256 DIRECTORY
#   install-release.sh v0.1.0 "$CHECKSUM" bin
#
# The checksum of each platform's archive is in checksums.txt of the release. Keep it beside the version, in your own
# repository: a list that is fetched together with the archive would be changed together with it.
set -eu

if [ $# -ne 3 ] || [ -z "$1" ] || [ -z "$2" ]; then
	echo "usage: $0 VERSION SHA256 DIRECTORY" >&2
	exit 2
fi
version=${1#v} sum=$2 directory=$3

system=$(uname -s | tr '[:upper:]' '[:lower:]')
machine=$(uname -m)
case $machine in
x86_64) machine=amd64 ;;
aarch64) machine=arm64 ;;
esac
archive=fgctl_${version}_${system}_$machine.tar.gz

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl --fail --silent --show-error --location --retry 3 --output "$work/$archive" \
	"https://github.com/fgctl/fgctl/releases/download/v$version/$archive"

if command -v sha256sum >/dev/null; then tool=sha256sum; else tool='shasum -a 256'; fi
found=$($tool "$work/$archive" | cut -d' ' -f1)
if [ "$found" != "$sum" ]; then
	echo "$archive has the SHA-256 $found, not $sum; nothing was installed" >&2
	exit 1
fi
mkdir -p "$directory"
tar -xzf "$work/$archive" -C "$directory" fgctl
"$directory/fgctl" version
