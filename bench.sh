#!/usr/bin/env bash
# Measures one group. With --json stdout carries nothing but JSON; build and progress go to stderr.
#   ./bench.sh datapath [--json] [--rounds N] [--conntrack table|lru] [--flows A,B]     nanoseconds per packet of the BPF programs (needs root)
#   ./bench.sh datapath --plot FOLDER [--rounds N]        F1 against what the maps hold, as a picture and a table
#   ./bench.sh node [--json] [--attach auto|tcx|tc]                       an agent with 1,000 endpoints (needs root)
#   ./bench.sh routing [--json] [--only vxlan,direct] [--pairs N] [--seconds N]     throughput between nodes, beside the kernel's own ways (needs root; up to half an hour)
#   ./bench.sh routing --scale [--json] [--only vxlan,direct]     one node of 1,000 with 100,000 pods, fed through etcd
#   ./bench.sh kvstore [--json] [--rounds N] [--seconds N] [--only allocate,list,watch]     the agent's way to the stores, beside the raw figures of the same servers
#   ./bench.sh fuzz [--json] [--seconds N] [--seed N]     damaged policies, requests and packets, for 10 minutes or N seconds (packets through the kernel as root)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

declare -A projects=([datapath]=bench/Datapath/Datapath.Bench.csproj [node]=bench/Node/Node.Bench.csproj [routing]=bench/Routing/Routing.Bench.csproj [kvstore]=bench/Kvstore/Kvstore.Bench.csproj [fuzz]=bench/Fuzz/Fuzz.Bench.csproj)
group=${1:-}
if [[ -z ${projects[$group]:-} ]]; then
	echo "bench.sh: \"$group\" is not a group. Accepted: ${!projects[*]}" >&2
	exit 2
fi
shift
eng/prerequisites.sh >&2
dotnet build "${projects[$group]}" -c Release --nologo -v quiet >&2
if [[ $group == node || $group == routing ]]; then
	eng/publish.sh artifacts/bench-layout
	set -- artifacts/bench-layout "$@"
elif [[ $group == fuzz ]]; then
	# The real agent is fuzzed, as it is installed.
	export CILIUM_FUZZ_LAYOUT=$PWD/artifacts/fuzz-layout CILIUM_FUZZ_CORPUS=$PWD/bench/corpus
	eng/publish.sh "$CILIUM_FUZZ_LAYOUT" Release >&2
fi
exec "artifacts/bin/$(basename "${projects[$group]}" .csproj)/release/$(basename "${projects[$group]}" .csproj)" "$@"
