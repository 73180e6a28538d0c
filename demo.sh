#!/usr/bin/env bash
# Shows the agent at work on a bare Debian 12 machine: workloads in network namespaces, rules imported, connections tried.
#   ./demo.sh           a table of checks; ends with "demo: N of N checks as expected"
#   ./demo.sh --profile NAME    three nodes that share a real server, instead of one on its own (standalone):
#                       etcd-direct, consul-direct    the network routes the pod ranges
#                       etcd-vxlan, consul-vxlan      packets between the nodes are wrapped
#                       direct                        the nodes route to each other
#                       kube-router                   gobgpd on every node, and a stand-in for kube-router that writes the routes
#   ./demo.sh --keep    leaves the lab running until Enter is pressed or the program is ended, and prints commands to look around
#   ./demo.sh --json    stdout carries nothing but the JSON
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

options=("$@")
while (($#)); do
	case $1 in
	--keep | --json) ;;
	--profile)
		[[ ${2:-} =~ ^(standalone|etcd-direct|consul-direct|etcd-vxlan|consul-vxlan|direct|kube-router)$ ]] || {
			echo "demo.sh: there is no demo of the profile \"${2:-}\". Accepted: standalone, etcd-direct, consul-direct, etcd-vxlan, consul-vxlan, direct, kube-router" >&2
			exit 2
		}
		shift
		;;
	*) echo "demo.sh: unknown option $1. Accepted: --profile NAME, --keep, --json" >&2; exit 2 ;;
	esac
	shift
done
if ((EUID != 0)); then
	echo "demo.sh: needs root: it makes network namespaces and loads BPF programs" >&2
	exit 1
fi
eng/prerequisites.sh
echo "Building and publishing the programs" >&2
eng/publish.sh artifacts/layout
dotnet build samples/Demo -c Release --nologo -v quiet >&2
exec artifacts/bin/Demo/release/cilium-demo "$PWD/artifacts/layout" "${options[@]}"
