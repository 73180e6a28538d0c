#!/usr/bin/env bash
# Builds everything and runs the tests. Ends with one line: N passed, N failed, N skipped.
#   ./test.sh                 all suites
#   ./test.sh --fast          no servers, no namespaces, no root
#   ./test.sh --filter TEXT   only tests whose class or method name contains TEXT
#   CILIUM_FAULT_SECONDS=3600 ./test.sh --filter FaultTests   the faults of the shared store for an hour instead of a minute
#   ./test.sh --kernel debian12   verdicts and restarts under the oldest kernel that is supported, emulated: an hour and more
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fast=0 filter= kernel=
while (($#)); do
	case $1 in
	--fast) fast=1 ;;
	--filter) filter=${2:?--filter needs a text}; shift ;;
	--kernel) kernel=${2:?--kernel needs a name}; shift ;;
	--built-for-kernel) kernel=here ;;
	*) echo "test.sh: unknown option $1. Accepted: --fast, --filter TEXT, --kernel debian12" >&2; exit 2 ;;
	esac
	shift
done

build() {
	eng/prerequisites.sh
	eng/with-compiler.sh dotnet build Cilium.Framework.sln --nologo -v quiet
	# Under emulation an agent that compiles itself takes half a minute to start.
	if [[ $kernel ]]; then
		eng/publish.sh artifacts/layout Release
	elif ! ((fast)); then
		eng/publish.sh artifacts/layout Debug --no-build
	fi
}

[[ $kernel == here ]] || build
if [[ $kernel && $kernel != here ]]; then
	exec eng/kernel.sh "$kernel" env CILIUM_PATIENCE=20 ./test.sh --built-for-kernel ${filter:+--filter "$filter"}
fi

arguments=(-noColor -noLogo -longRunning 60)
((fast)) && arguments+=(-trait- Needs=Root)
[[ $filter ]] && arguments+=(-method "*$filter*")

passed=0 failed=0 skipped=0
logs=$(mktemp -d) waiting=
trap '[[ -z $waiting ]] || kill "$waiting" 2>/dev/null; rm -rf "$logs"' EXIT

run() { # PROJECT ARGUMENTS...
	local name=$1 status=0
	shift
	"artifacts/bin/$name/debug/$name" "${arguments[@]}" "$@" </dev/null 2>&1 | tee "$logs/$name" || status=$?
	count "$name" "$status"
}

count() { # PROJECT STATUS
	local name=$1 status=$2 total errors failures skips
	sed -nE '/\[FAIL\]/,+6p' "$logs/$name" >>"$logs/failures"
	read -r total errors failures skips < <(sed -nE 's/.*Total: ([0-9]+)(, Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*)?/\1 \3 \4 \5/p' "$logs/$name" | tail -1) || true
	if [[ -z ${total:-} ]] || ((status != 0 && ${errors:-0} + ${failures:-0} == 0)); then
		echo "test.sh: $name ended with status $status and without a summary" >&2
		failed=$((failed + 1))
		return
	fi
	failed=$((failed + ${errors:-0} + ${failures:-0}))
	skipped=$((skipped + ${skips:-0}))
	passed=$((passed + total - ${errors:-0} - ${failures:-0} - ${skips:-0}))
}

# Consul's sessions end ten seconds late at the soonest: its suite waits for four fifths of its time, so it does that beside others.
slow=Kvstore.Consul.Tests
start_slow() {
	(exec "artifacts/bin/$slow/debug/$slow" "${arguments[@]}") </dev/null >"$logs/$slow" 2>&1 &
	waiting=$!
}

collect_slow() {
	local status=0
	wait "$waiting" || status=$?
	waiting=
	cat "$logs/$slow"
	count "$slow" "$status"
}

# What depends on how programs are attached and connections are kept.
variants=(-class 'Cilium.Framework.Datapath.Suite.*' -class 'Cilium.Framework.Datapath.Bpf.Tests.Real.*' -class 'Cilium.Framework.Datapath.Bpf.Tests.Races.*'
	-class '*.RestartTests' -class '*.EntryTests' -class '*.AttachModeTests')

# Under emulation a second takes twenty. What is asked there: does every program load, does it judge alike, does it live through restarts and moves.
verdicts=(-class 'Cilium.Framework.Datapath.Suite.*' -class '*.RestartTests')
there=("${verdicts[@]}" -class '*.VerifierTests' -class '*.CrashTests' -class '*.AttachModeTests' -class '*.TableTests' -class '*.EntryTests' -class '*.TwoPodsTests' -class '*.MigrationTests')

choose() { # ATTACH/CONNTRACK
	export CILIUM_TEST_ATTACH=${1%/*} CILIUM_TEST_CONNTRACK=${1#*/}
	echo "== attach $CILIUM_TEST_ATTACH, conntrack $CILIUM_TEST_CONNTRACK, Linux $(uname -r)"
}

in_variant() { # ATTACH/CONNTRACK
	choose "$1"
	run Datapath.Bpf.Tests "${variants[@]}"
	# Generated cases know no way to attach: once for each way to keep connections.
	[[ $1 == tc/table ]] || run Oracles.Tests -class- '*MutantTests' -trait Needs=Root
	run EndToEnd.Tests -class '*.RestartTests'
}

under_kernel() {
	choose auto/table
	echo "left out: other suites than Datapath.Bpf.Tests, Oracles.Tests and EndToEnd.Tests; of these, other tests than ${there[*]//-class/}"
	run Datapath.Bpf.Tests "${there[@]}"
	run Oracles.Tests -trait Needs=Root
	run EndToEnd.Tests -class '*.RestartTests'
	choose tc/lru
	run Datapath.Bpf.Tests "${verdicts[@]}"
}

[[ $kernel ]] || start_slow
for project in tests/*Tests; do
	[[ $kernel ]] && break
	name=$(basename "$project")
	((fast)) && [[ $name == EndToEnd.Tests ]] && continue
	if [[ $name == "$slow" ]]; then
		collect_slow
	else
		run "$name"
	fi
done

# Verdicts and restarts once more in the other ways to attach and to keep connections.
if [[ $kernel ]]; then
	under_kernel
elif ! ((fast)); then
	in_variant tcx/lru
	in_variant tc/table
fi
if [[ -s $logs/failures ]]; then
	echo "== what failed"
	cat "$logs/failures"
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
