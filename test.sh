#!/usr/bin/env bash
# Builds everything and runs the tests. Ends with one line: N passed, N failed, N skipped.
#   ./test.sh                 all suites
#   ./test.sh --fast          no servers, no namespaces, no root
#   ./test.sh --filter TEXT   only tests whose class or method name contains TEXT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fast=0 filter=
while (($#)); do
	case $1 in
	--fast) fast=1 ;;
	--filter) filter=${2:?--filter needs a text}; shift ;;
	*) echo "test.sh: unknown option $1. Accepted: --fast, --filter TEXT" >&2; exit 2 ;;
	esac
	shift
done

eng/prerequisites.sh
eng/with-compiler.sh dotnet build Cilium.Framework.sln --nologo -v quiet
((fast)) || eng/publish.sh artifacts/layout Debug --no-build

arguments=(-noColor -noLogo -longRunning 60)
((fast)) && arguments+=(-trait- Needs=Root)
[[ $filter ]] && arguments+=(-method "*$filter*")

passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run() { # PROJECT ARGUMENTS...
	local name=$1 status=0 total errors failures skips
	shift
	"artifacts/bin/$name/debug/$name" "${arguments[@]}" "$@" </dev/null 2>&1 | tee "$log" || status=$?
	read -r total errors failures skips < <(sed -nE 's/.*Total: ([0-9]+)(, Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*)?/\1 \3 \4 \5/p' "$log" | tail -1) || true
	if [[ -z ${total:-} ]] || ((status != 0 && ${errors:-0} + ${failures:-0} == 0)); then
		echo "test.sh: $name ended with status $status and without a summary" >&2
		failed=$((failed + 1))
		return
	fi
	failed=$((failed + ${errors:-0} + ${failures:-0}))
	skipped=$((skipped + ${skips:-0}))
	passed=$((passed + total - ${errors:-0} - ${failures:-0} - ${skips:-0}))
}

for project in tests/*Tests; do
	name=$(basename "$project")
	((fast)) && [[ $name == EndToEnd.Tests ]] && continue
	run "$name"
done

# Verdicts and restarts once more in the other ways to attach and to keep connections. What depends on neither is left out.
if ! ((fast)); then
	same=(-class- '*MutantTests' -class- '*LayoutTests' -class- '*SettingsTests' -class- '*MachineTests' -class- '*FullTableTests' -class- '*BpfFileSystemTests')
	for variant in tcx/table tc/lru; do
		export CILIUM_TEST_ATTACH=${variant%/*} CILIUM_TEST_CONNTRACK=${variant#*/}
		echo "== attach $CILIUM_TEST_ATTACH, conntrack $CILIUM_TEST_CONNTRACK"
		run Datapath.Bpf.Tests "${same[@]}"
		run Oracles.Tests "${same[@]}"
		run EndToEnd.Tests -class '*.RestartTests'
	done
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
