#!/usr/bin/env bash
# Installs from Debian's packages what building and testing need, if it is missing, and fetches the servers that tests start. Leaves package sources alone.
set -euo pipefail

[[ $(dotnet --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]] || { echo "prerequisites: the .NET SDK 10 is missing: see https://dotnet.microsoft.com/download" >&2; exit 1; }
packages=(ca-certificates clang-16 llvm-16 libbpf1 libbpf-dev linux-libc-dev iproute2 iperf3 iputils-ping git systemd)
missing=()
for package in "${packages[@]}"; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if ((${#missing[@]})); then
	if ((EUID != 0)); then
		echo "prerequisites: missing ${missing[*]}; run as root: apt-get install --no-install-recommends ${missing[*]}" >&2
		exit 1
	fi
	echo "prerequisites: installing ${missing[*]}" >&2
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi
"$(dirname "${BASH_SOURCE[0]}")/etcd.sh" || echo "prerequisites: without etcd; tests that need it are skipped, or fail under CI" >&2
"$(dirname "${BASH_SOURCE[0]}")/consul.sh"
"$(dirname "${BASH_SOURCE[0]}")/bgp.sh" || echo "prerequisites: without BGP servers; tests that need them are skipped, or fail under CI" >&2
