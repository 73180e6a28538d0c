#!/usr/bin/env bash
# Runs a command under an older kernel: the distribution's own, in qemu (TCG: no hardware help is needed), on this machine's files. What it writes is
# gone afterwards. Everything is about twenty times slower than here.
#   eng/kernel.sh debian12 COMMAND...      in this folder; ends with the command's status
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kernel=${1:?usage: eng/kernel.sh debian12 COMMAND...}
shift
[[ $kernel == debian12 ]] || { echo "kernel.sh: unknown kernel $kernel. Accepted: debian12" >&2; exit 2; }
case $root in
/tmp/* | /run/* | /dev/*) echo "kernel.sh: $root: the guest has folders of its own under /tmp, /run and /dev and would not see it. Put the checkout somewhere else" >&2; exit 2 ;;
esac
grep -q '^VERSION_ID="12"' /etc/os-release || { echo "kernel.sh: the kernel of Debian 12 comes from its packages: run this on Debian 12" >&2; exit 1; }

# What the guest needs before it sees this machine's files, and what the tests need of a kernel that has it in modules. Order does not matter.
modules=(virtio virtio_ring virtio_pci virtio_pci_legacy_dev virtio_pci_modern_dev netfs fscache 9pnet 9pnet_virtio 9p overlay
	veth sch_ingress cls_bpf udp_tunnel ip6_udp_tunnel vxlan)
folder=$root/artifacts/kernels/$kernel
memory=4096

install() {
	local missing=() package
	for package in qemu-system-x86 busybox-static; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
	done
	((${#missing[@]} == 0)) && return
	apt-get update -qq >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

download() {
	local image
	[[ -d $folder/boot ]] && return
	apt-get update -qq >&2
	image=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p')
	mkdir -p "$folder"
	(cd "$folder" && apt-get -o APT::Sandbox::User=root download -qq "$image" >&2 && dpkg -x "$image"_*.deb unpacked && rm "$image"_*.deb)
	mv "$folder/unpacked/lib/modules" "$folder/modules"
	mv "$folder/unpacked/boot" "$folder/boot"
	rm -rf "$folder/unpacked"
}

first_files() { # the guest's first file system
	local files=$work/files module
	mkdir -p "$files"/{bin,modules,proc,sys,dev,host,over,machine}
	cp /bin/busybox "$files/bin/"
	for module in "${modules[@]}"; do
		find "$folder/modules" -name "$module.ko" -exec cp {} "$files/modules/" \;
	done
	cat >"$files/init" <<-EOF
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
		# An agent's node is called like its machine unless a setting says otherwise.
		hostname $kernel
		for pass in 1 2 3 4; do
			for module in /modules/*.ko; do insmod \$module 2>/dev/null; done
		done
		mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host
		mount -t tmpfs over /over; mkdir /over/upper /over/work
		mount -t overlay -o lowerdir=/host,upperdir=/over/upper,workdir=/over/work overlay /machine
		for there in proc sys dev; do mount --move /\$there /machine/\$there; done
		mkdir -p /machine/dev/pts /machine/dev/shm
		ln -s /proc/self/fd /machine/dev/fd
		mount -t devpts pts /machine/dev/pts; mount -t tmpfs shm /machine/dev/shm
		mount -t tmpfs tmp /machine/tmp; mount -t tmpfs run /machine/run; mount -t bpf bpf /machine/sys/fs/bpf; mount -t cgroup2 cgroup /machine/sys/fs/cgroup
		chroot /machine /bin/bash "$root/artifacts/kernels/command"
		poweroff -f
	EOF
	chmod +x "$files/init"
	(cd "$files" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$work/initrd")
}

install
download
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first_files
{
	printf 'ip link set lo up\nexport HOME=/root PATH=%q DOTNET_CLI_TELEMETRY_OPTOUT=1 CI=%q\ncd %q\n' "$PATH" "${CI:-}" "$root"
	printf 'echo; echo "kernel.sh: begins"\n'
	printf '%q ' "$@"
	printf '\necho "kernel.sh: ended with status $?"\n'
} >"$root/artifacts/kernels/command"

# The console ends lines with CR LF.
qemu-system-x86_64 -accel tcg,thread=multi -m "$memory" -smp 2 -nographic -nodefaults -serial stdio -no-reboot \
	-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
	-kernel "$folder"/boot/vmlinuz-* -initrd "$work/initrd" -append "console=ttyS0 quiet loglevel=3 panic=-1" </dev/null |
	sed -u 's/\r//g' | tee "$work/console" | sed -u -n '/^kernel.sh: begins/,/^kernel.sh: ended/{//!p}'
status=$(sed -n 's/^kernel.sh: ended with status //p' "$work/console" | tail -1)
[[ -n $status ]] || { tail -50 "$work/console" >&2; echo "kernel.sh: the guest ended without a status" >&2; exit 1; }
exit "$status"
