#!/usr/bin/env bash
# Fetches the Consul server that tests run against from Debian's packages, and unpacks it into a folder of the checkout. Installs nothing;
# apt works in folders of its own, so that the machine's package sources stay as they are.
#   eng/consul.sh             into artifacts/servers/consul
# When the release that has it is gone from the mirror, artifacts/servers/consul.missing says so and the tests are skipped with that reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

suite=bullseye package=consul version=1.8.7
servers=$PWD/artifacts/servers
program=$servers/consul/usr/bin/consul
[[ -x $program && $("$program" version 2>/dev/null) == "Consul v$version"* ]] && exit 0

mkdir -p "$servers"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,archives/partial,etc/preferences.d,etc/sources.list.d}

uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -v -- '-security' | head -1)
[[ $uri ]] || { echo "consul: the machine's package sources name no Debian mirror" >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$work/etc/sources.list"
options=(-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Dir::Cache::Archives="$work/archives" -o Dir::Etc::SourceList="$work/etc/sources.list"
	-o Dir::Etc::SourceParts="$work/etc/sources.list.d" -o Dir::Etc::PreferencesParts="$work/etc/preferences.d" -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root)

gone() { # WHY
	echo "$1" | tee "$servers/consul.missing" >&2
	exit 0
}

# A mirror that answers, but not for this release, no longer has it; every other failure is one.
if ! errors=$(apt-get "${options[@]}" update -qq --error-on=any 2>&1); then
	[[ $errors =~ (404|does not have a Release file) ]] && gone "the release $suite, which has consul $version, is gone from the Debian mirror"
	echo "consul: $errors" >&2
	exit 1
fi
found=$(apt-cache "${options[@]}" madison "$package" | cut -d'|' -f2 | tr -d ' ' | head -1)
[[ $found == "$version"* ]] || gone "the package $package $version is gone from the release $suite of the Debian mirror"
(cd "$work/archives" && apt-get "${options[@]}" download -qq "$package=$found" >&2)
rm -rf "$servers/consul" "$servers/consul.missing"
dpkg -x "$work"/archives/consul_*.deb "$work/consul"
mv "$work/consul" "$servers/consul"
