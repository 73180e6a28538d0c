#!/usr/bin/env bash
# Packs what plugin authors build with (Cilium.Framework.Abstractions, Cilium.Framework.Conformance) into a folder that NuGet takes as a source.
#   eng/pack.sh FOLDER [VERSION]     default version: that of the repository
# NuGet keeps what it has seen of a version and never looks again: give another VERSION for another content.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
feed=${1:?usage: eng/pack.sh FOLDER [VERSION]}
mkdir -p "$feed"
feed=$(cd "$feed" && pwd)
# A folder of its own for what lies between: a build of the tests at the same time is not disturbed.
options=("-property:PackageOutputPath=$feed" "-property:ArtifactsPath=$root/artifacts/pack")
[[ ${2:-} ]] && options+=("-property:Version=$2")
pack=(dotnet msbuild "$root/eng/Packages.proj" -nologo -verbosity:quiet "${options[@]}")
"${pack[@]}" -target:Restore >&2
"$root/eng/with-compiler.sh" "${pack[@]}" -target:Pack >&2
