#!/usr/bin/env bash
# Measures one group. With --json stdout carries nothing but JSON; build and progress go to stderr.
#   ./bench.sh datapath [--json] [--rounds N] [--conntrack table|lru]     nanoseconds per packet of the BPF programs (needs root)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

declare -A projects=([datapath]=bench/Datapath/Datapath.Bench.csproj)
group=${1:-}
if [[ -z ${projects[$group]:-} ]]; then
	echo "bench.sh: \"$group\" is not a group. Accepted: ${!projects[*]}" >&2
	exit 2
fi
shift
eng/prerequisites.sh >&2
dotnet build "${projects[$group]}" -c Release --nologo -v quiet >&2
exec "artifacts/bin/$(basename "${projects[$group]}" .csproj)/release/$(basename "${projects[$group]}" .csproj)" "$@"
