#!/usr/bin/env bash
# Fetches the BGP servers that tests run against from Debian's packages, and unpacks them into folders of the checkout: GoBGP 3 and 4, BIRD 2.
# Installs nothing; apt works in folders of its own, so that the machine's package sources stay as they are.
#   eng/bgp.sh             into artifacts/servers/gobgp3, gobgp4, bird
# Where no release on the mirror has a GoBGP any more, artifacts/servers/gobgp3.missing or gobgp4.missing says so and the tests are skipped with that reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

servers=$PWD/artifacts/servers
have() { # VERSION
	[[ -x $servers/gobgp$1/usr/bin/gobgpd && $("$servers/gobgp$1/usr/bin/gobgpd" --version 2>/dev/null) == *" $1."* ]]
}
[[ -x $servers/bird/usr/sbin/bird ]] && have 3 && { have 4 || [[ -f $servers/gobgp4.missing ]]; } && exit 0

command -v apt-get dpkg >/dev/null || { echo "bgp: apt-get and dpkg are missing: they unpack GoBGP and BIRD" >&2; exit 1; }
mkdir -p "$servers"
work=$(mktemp -d "$servers/bgp.XXXXXX")
trap 'rm -rf "$work"' EXIT
read -r uri release < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' | grep -v -- '-security\|-updates\|-backports' | head -1) || true
[[ ${release:-} ]] || { echo "bgp: the machine's package sources name no Debian mirror" >&2; exit 1; }

# Points apt at one release of the mirror, in folders of its own; succeeds when the mirror has it.
use() { # RELEASE
	local folder=$work/$1 errors
	options=(-o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder" -o Dir::Cache::Archives="$folder/archives" -o Dir::Etc::SourceList="$folder/etc/sources.list"
		-o Dir::Etc::SourceParts="$folder/etc/sources.list.d" -o Dir::Etc::PreferencesParts="$folder/etc/preferences.d" -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root)
	[[ -d $folder ]] && return 0
	mkdir -p "$folder"/{lists/partial,archives/partial,etc/preferences.d,etc/sources.list.d}
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $1 main" >"$folder/etc/sources.list"
	errors=$(apt-get "${options[@]}" update -qq --error-on=any 2>&1) && return 0
	rm -rf "$folder"
	# A mirror that answers, but not for this release, does not have it; every other failure is one.
	[[ $errors =~ (404|does not have a Release file) ]] && return 1
	echo "bgp: $errors" >&2
	exit 1
}

# Unpacks packages of the release in use; all or nothing, for whoever runs this at the same time.
unpack() { # FOLDER PACKAGE[=VERSION]...
	local folder=$1 deb
	shift
	rm -rf "$work/debs" "$work/tree"
	mkdir "$work/debs"
	(cd "$work/debs" && apt-get "${options[@]}" download -qq "$@" >&2)
	for deb in "$work"/debs/*.deb; do
		dpkg -x "$deb" "$work/tree"
	done
	chmod 0755 "$work/tree"
	rm -rf "${servers:?}/$folder" "$servers/$folder.missing"
	mv -T "$work/tree" "$servers/$folder"
}

# A Go program needs the C library only, so a release's package runs on any that is not much older.
gobgp() { # VERSION RELEASE...
	local version=$1 found release
	shift
	have "$version" && return
	for release in "$@"; do
		use "$release" || continue
		found=$(apt-cache "${options[@]}" madison gobgpd | cut -d'|' -f2 | tr -d ' ' | grep "^$version\." | head -1) || true
		if [[ $found ]]; then
			unpack "gobgp$version" "gobgpd=$found"
			return
		fi
	done
	echo "no release of the Debian mirror that was asked ($*) has the package gobgpd $version" | tee "$servers/gobgp$version.missing" >&2
}

# Needs what it was built with, so it is of the machine's release; libraries that the machine does not have come along.
bird() {
	local packages=(bird2) library i
	[[ -x $servers/bird/usr/sbin/bird ]] && return
	use "$release" || { echo "bgp: the Debian mirror does not have the machine's release $release" >&2; exit 1; }
	for ((i = 0; i < ${#packages[@]}; i++)); do
		for library in $(apt-cache "${options[@]}" depends --important "${packages[i]}" | sed -n 's/^  Depends: \(lib[a-z0-9.+-]*\)$/\1/p'); do
			[[ " ${packages[*]} " == *" $library "* ]] || installed "$library" || packages+=("$library")
		done
	done
	unpack bird "${packages[@]}"
}

installed() { # PACKAGE
	dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

bird
gobgp 3 "$release" bookworm trixie
gobgp 4 "$release" sid forky
