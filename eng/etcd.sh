#!/usr/bin/env bash
# Unpacks Debian's etcd below artifacts/servers/etcd, for tests, demo and benchmarks. Installs nothing and starts nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=artifacts/servers/etcd
if [[ -x $folder/bin/etcd && -x $folder/bin/etcdctl ]]; then
	exit 0
fi
command -v apt-get dpkg >/dev/null || { echo "etcd: apt-get and dpkg are missing: put etcd 3.4 or newer and etcdctl into $folder/bin" >&2; exit 1; }
mkdir -p "$(dirname "$folder")"
unpacked=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$unpacked"' EXIT
# Downloaded as this user: the folder is not one that apt's own may write to.
fetch() { (cd "$unpacked" && apt-get download -qq -o APT::Sandbox::User=root etcd-server etcd-client); }
if ! fetch 2>/dev/null; then
	((EUID == 0)) || { echo "etcd: the packages etcd-server and etcd-client are not known: run as root: apt-get update" >&2; exit 1; }
	apt-get update -qq >&2
	fetch
fi
for package in "$unpacked"/*.deb; do
	dpkg -x "$package" "$unpacked/tree"
done
mkdir "$unpacked/bin"
mv "$unpacked"/tree/usr/bin/{etcd,etcdctl} "$unpacked/bin/"
rm -rf "$unpacked/tree" "$unpacked"/*.deb
# In one step: whoever runs this at the same time finds all or nothing.
rm -rf "$folder"
mv -T "$unpacked" "$folder"
chmod 0755 "$folder"
trap - EXIT
