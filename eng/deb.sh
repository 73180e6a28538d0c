#!/usr/bin/env bash
# Makes the Debian package (amd64): eng/deb.sh [--version V] [--layout FOLDER] [--quick] OUTPUT-FOLDER
#   --version V       of the package, and of the programs when they are built here; default: that of the source
#   --layout FOLDER   takes a layout that eng/publish.sh made, instead of building one
#   --quick           does not compress: for tests
# Prints the path of the package, and what takes how much room on stderr.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

version= layout= compression=(-Zxz) output=
while (($#)); do
	case $1 in
	--version) version=${2:?--version needs a version}; shift ;;
	--layout) layout=${2:?--layout needs a folder}; shift ;;
	--quick) compression=(-Znone) ;;
	-*) echo "deb.sh: unknown option $1. Accepted: --version V, --layout FOLDER, --quick" >&2; exit 2 ;;
	*) output=$1 ;;
	esac
	shift
done
[[ $output ]] || { echo "usage: eng/deb.sh [--version V] [--layout FOLDER] [--quick] OUTPUT-FOLDER" >&2; exit 2; }
[[ $version ]] || version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/eng/Common.props")
[[ $version =~ ^[0-9][0-9A-Za-z.+~-]*$ ]] || { echo "deb.sh: \"$version\" is not a version of a package. Accepted: a digit, then digits, letters, . + ~ -" >&2; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ ! $layout ]]; then
	layout=$work/layout
	"$root/eng/publish.sh" "$layout" Release --version "$version" >&2
fi

# The runtime is part of the package: Debian 12 has none, and a stranger's machine must need no further package source. It is the one that built and tested
# the programs, once for all of them (AppHostRelativeDotNet in Executable.targets).
sdk=$(dirname "$(realpath "$(command -v dotnet)")")
runtime=$(dotnet --list-runtimes | sed -n 's/^Microsoft\.AspNetCore\.App \(10\.[0-9.]*\) .*/\1/p' | sort -V | tail -1)
[[ $runtime && -d $sdk/shared/Microsoft.NETCore.App/$runtime ]] || { echo "deb.sh: no .NET runtime 10 with ASP.NET Core under $sdk: install the SDK 10" >&2; exit 1; }

package=$work/package library=$work/package/usr/lib/cilium-framework
umask 022
mkdir -p "$package"/{DEBIAN,etc/cilium,usr/{bin,lib/{systemd/system,tmpfiles.d},share/doc/cilium-framework}} "$library/dotnet"/{host/fxr,shared/Microsoft.{NETCore,AspNetCore}.App}
cp -r "$layout"/{bin,plugins,profiles} "$library/"
cp -r "$sdk/host/fxr/$runtime" "$library/dotnet/host/fxr/"
for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
	cp -r "$sdk/shared/$framework/$runtime" "$library/dotnet/shared/$framework/"
done
cp "$sdk"/{LICENSE.txt,ThirdPartyNotices.txt} "$library/dotnet/"
# For compilers; and a provider of traces that would need a library more.
rm -f "$library"/bin/*.xml "$library"/dotnet/shared/*/*/*.xml "$library"/dotnet/shared/*/*/libcoreclrtraceptprovider.so
for program in cilium cilium-agent cilium-operator; do
	ln -s "../lib/cilium-framework/bin/$program" "$package/usr/bin/$program"
done
cp "$root"/deploy/systemd/{cilium-agent.service,cilium-operator.service,run-cilium-bpffs.mount} "$package/usr/lib/systemd/system/"
cp "$root/deploy/systemd/cilium-framework.tmpfiles" "$package/usr/lib/tmpfiles.d/cilium-framework.conf"
cp "$root/deploy/cilium.yaml" "$package/etc/cilium/cilium.yaml"
cp "$root/deploy/debian/copyright" "$root/CHANGELOG.md" "$root"/docs/operations/*.md "$package/usr/share/doc/cilium-framework/"
chmod -R u=rwX,go=rX "$package"
find "$library" -name '*.dll' -o -name '*.so' -o -name '*.pdb' -o -name '*.json' -o -name '*.txt' | xargs -d '\n' chmod 0644

echo /etc/cilium/cilium.yaml >"$package/DEBIAN/conffiles"
cp "$root"/deploy/debian/{postinst,prerm,postrm} "$package/DEBIAN/"
chmod 0755 "$package"/DEBIAN/{postinst,prerm,postrm}
size=$(du -sk --apparent-size --exclude=DEBIAN "$package" | cut -f1)
sed "s/@VERSION@/$version/; s/@SIZE@/$size/" "$root/deploy/debian/control" >"$package/DEBIAN/control"
(cd "$package" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

mkdir -p "$output"
file=$(cd "$output" && pwd)/cilium-framework_${version}_amd64.deb
dpkg-deb --root-owner-group "${compression[@]}" --build "$package" "$file" >&2
"$root/eng/sizes.sh" "$library" >&2
echo "$(du -h --apparent-size "$file" | cut -f1)	$(basename "$file")" >&2
echo "$file"
