#!/usr/bin/env bash
# Makes the installed layout: bin/ (agent, command line), plugins/NAME/, profiles/.
#   eng/publish.sh FOLDER [CONFIGURATION]      default configuration: Release
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${1:?usage: eng/publish.sh FOLDER [CONFIGURATION]}
configuration=${2:-Release}

publish() { # PROJECT FOLDER
	dotnet publish "$root/$1" -c "$configuration" -o "$2" --nologo -v quiet >&2
}

rm -rf "$target"
mkdir -p "$target/bin" "$target/plugins" "$target/profiles"
publish src/Cli "$target/bin"
publish src/Agent "$target/bin"
for plugin in "$root"/plugins/*/; do
	name=$(basename "$plugin")
	publish "plugins/$name" "$target/plugins/$name"
done
cp "$root"/profiles/*.yaml "$target/profiles/"
chmod -R go-w "$target"
