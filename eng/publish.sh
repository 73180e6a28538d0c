#!/usr/bin/env bash
# Makes the installed layout: bin/ (agent, operator, command line), plugins/NAME/, profiles/.
#   eng/publish.sh FOLDER [CONFIGURATION] [--no-build | --version V]     default configuration: Release; --no-build: it has been built
# Prints what takes how much room on stderr.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${1:?usage: eng/publish.sh FOLDER [CONFIGURATION] [--no-build | --version V]}
configuration=${2:-Release}
built=false
[[ ${3:-} == --no-build ]] && built=true
version=()
[[ ${3:-} == --version ]] && version=("-property:Version=${4:?--version needs a version}")

rm -rf "$target"
mkdir -p "$target/profiles"
target=$(cd "$target" && pwd)
layout=(dotnet msbuild "$root/eng/Layout.proj" -nologo -verbosity:quiet "-property:Configuration=$configuration" "-property:LayoutFolder=$target" "${version[@]}")
$built || "${layout[@]}" -target:Restore >&2
"$root/eng/with-compiler.sh" "${layout[@]}" -target:Publish "-property:NoBuild=$built" >&2
cp "$root"/profiles/*.yaml "$target/profiles/"
chmod -R go-w "$target"
"$root/eng/sizes.sh" "$target" >&2
