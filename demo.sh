#!/usr/bin/env bash
# Shows the agent at work on a bare Debian 12 machine: workloads in network namespaces, rules imported, connections tried.
#   ./demo.sh           a table of checks; ends with "demo: N of N checks as expected"
#   ./demo.sh --keep    leaves the lab running until Enter is pressed or the program is ended, and prints commands to look around
#   ./demo.sh --json    stdout carries nothing but the JSON
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for option in "$@"; do
	[[ $option == --keep || $option == --json ]] && continue
	echo "demo.sh: unknown option $option. Accepted: --keep, --json" >&2
	exit 2
done
if ((EUID != 0)); then
	echo "demo.sh: needs root: it makes network namespaces and loads BPF programs" >&2
	exit 1
fi
eng/prerequisites.sh
echo "Building and publishing the programs" >&2
eng/publish.sh artifacts/layout
dotnet build samples/Demo -c Release --nologo -v quiet >&2
exec artifacts/bin/Demo/release/cilium-demo "$PWD/artifacts/layout" "$@"
