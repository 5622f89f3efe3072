#!/bin/bash
# Boots kernels of Debian's archives in an emulated machine, and tries there what depends on the kernel: the selftest of each backend,
# rules by nft and iptables, the service with a restart of the machine. docs/kernels.md has what came of it. Takes root, Debian,
# 2 GB of memory and, without hardware's help, ten minutes for each kernel; not part of dist/test.sh.
#
#   [SUITES="NAME ..."] [REQUESTS=N] [LIMIT_S=N] dist/kernel-test.sh [KERNEL ...]
#
# A kernel is named as its package is, without linux-image-: 6.1.0-56-amd64. Without names it is the newest of each series that the
# suites have, the oldest series first. All take the program from what mvn package has left in dist/target.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh
. dist/debian.sh

[ "$(id -u)" = 0 ] || fail 77 "needs root: files of several owners are made, in a root file system of its own"
suites=${SUITES:-bullseye bullseye-security bookworm bookworm-security bookworm-backports trixie trixie-security trixie-backports testing sid}
requests=${REQUESTS:-50}
limit_s=${LIMIT_S:-3600}
userland=bookworm # One for all kernels.
work=$PWD/dist/target/kernel-test
it=dist/package/src/it
machine=
trap 'end_machine; rm -rf "$work"/{root,tree,initramfs,initramfs.gz,system.img,modules.img,kernel}' EXIT

end_machine() {
  [ -z "$machine" ] || kill "$machine" 2>/dev/null || :
  machine=
}

# apt-get or apt-cache, with lists of the suites in a place of their own, and an index of them, which some systems switch off.
apt() {
  APT_CONFIG=$work/apt/apt.conf "apt-$1" -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin "${@:2}"
}

read_lists() {
  local suite at
  at=$(mirror)
  mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
  for suite in $suites; do
    case $suite in
      *-security) echo "deb ${at%/}-security $suite main" ;;
      *) echo "deb $at $suite main" ;;
    esac
  done >"$work/apt/sources.list"
  cat >"$work/apt/apt.conf" <<END
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$work/apt/lists";
Dir::Cache "$work/apt";
Acquire::Languages "none";
APT::Sandbox::User "root";
END
  apt get update -qq >"$work/apt.log" 2>&1 || grep '^[EW]:' "$work/apt.log"
}

# Newer kernels come in several. In <> is what the archive does not have any more.
packages() { # KERNEL
  echo "linux-image-$1"
  apt cache depends "linux-image-$1" | sed -n "s/.*Depends: \(<*linux-[a-z]*-$1>*\)$/\1/p"
}

newest_of_each_series() {
  local kernel series seen=
  apt cache pkgnames linux-image- | sed -n 's/^linux-image-\([0-9]*\.[0-9]*\.[0-9].*-amd64\)$/\1/p' | grep -v -e rt -e cloud | sort -rV |
    while read -r kernel; do
      series=$(cut -d . -f 1,2 <<<"$kernel")
      [ "$seen" != "$series" ] && [[ $(packages "$kernel") != *"<"* ]] || continue
      seen=$series
      echo "$kernel"
    done | sort -V
}

# The system on its disk, the same for all kernels.
make_system() {
  local root=$work/root
  debian_root "$root" $userland default-jre-headless iptables iproute2 libpcap0.8 nftables systemd kmod
  cp "$deb" "$root/root/intercept.deb"
  in_chroot "$root" 'dpkg -i /root/intercept.deb' >"$work/dpkg.log" 2>&1 || fail 70 "dpkg failed; see $work/dpkg.log"
  mkdir "$root/usr/lib/modules"
  cp $it/kernel/in-guest.sh $it/service/answer.pl "$root/root/"
  echo "$requests" >"$root/root/requests"
  echo $((limit_s / 4)) >"$root/root/patience"
  cp $it/kernel/kernel-test.service "$root/etc/systemd/system/"
  in_chroot "$root" 'systemctl -q enable kernel-test; systemctl -q mask serial-getty@ttyS0 getty@tty1'
  mke2fs -q -F -t ext4 -d "$root" "$work/system.img" 3G
  rm -rf "$root"
}

# The kernel, its modules on a disk, and those that the disks need in its initramfs.
make_kernel() { # KERNEL
  local tree=$work/tree initramfs=$work/initramfs package module n=10
  rm -rf "$tree" "$initramfs"
  mkdir -p "$tree/usr/lib" "$work/packages" "$initramfs"/{bin,dev,modules,proc,system}
  ln -s usr/lib "$tree/lib"
  # shellcheck disable=SC2046
  (cd "$work/packages" && apt get download -qq $(packages "$1"))
  for package in "$work/packages"/*-"$1"_*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$tree" --keep-directory-symlink --exclude='*/drivers/gpu' --exclude='*/drivers/media' \
      --exclude='*/drivers/net/ethernet' --exclude='*/drivers/net/wireless' --exclude='*/sound' --exclude='./usr/share'
  done
  mv "$tree/boot/vmlinuz-$1" "$work/kernel" 2>/dev/null || mv "$tree/usr/lib/modules/$1/vmlinuz" "$work/kernel"
  depmod -b "$tree" "$1"
  mke2fs -q -F -t ext4 -d "$tree/usr/lib/modules" "$work/modules.img" 2G

  cp $it/kernel/init "$initramfs/"
  dpkg-deb --fsys-tarfile "$work"/packages/busybox-static_*.deb | tar -xO --wildcards '*bin/busybox' >"$initramfs/bin/busybox"
  chmod +x "$initramfs/bin/busybox"
  for module in virtio_pci virtio_blk crc32c_generic ext4; do # Built in, or gone, in some.
    modprobe -d "$tree" -S "$1" --show-depends $module 2>/dev/null || :
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
    n=$((n + 1))
    case $module in
      *.xz) xz -dc "$module" ;;
      *) cat "$module" ;;
    esac >"$initramfs/modules/$n-$(basename "${module%.xz}")"
  done
  (cd "$initramfs" && find . | cpio -o -H newc --quiet) | gzip -1 >"$work/initramfs.gz"
}

# Until the machine ends by itself; what it writes to its disks, all but a restart of its own, ends with it.
run_machine() { # KERNEL
  local results=$work/results/$1.txt console=$work/results/$1.console
  mkdir -p "$work/results"
  : >"$results"
  TMPDIR=$work nice -n 10 qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off -smp 2 -m 2048 -nodefaults -no-user-config -display none \
    -kernel "$work/kernel" -initrd "$work/initramfs.gz" -append "console=ttyS0 quiet systemd.show_status=no" \
    -drive "file=$work/system.img,if=virtio,format=raw,snapshot=on" \
    -drive "file=$work/modules.img,if=virtio,format=raw,readonly=on" \
    -serial "file:$console" -serial "file:$results" </dev/null &
  machine=$!
  timeout "$limit_s" tail -n +1 -f --pid=$machine "$results" || :
  grep -q '^end ' "$results" || echo "FAIL  the machine did not come to its end within $limit_s s; see $console" | tee -a "$results"
  end_machine
}

deb=$(echo dist/target/intercept_*.deb)
[ -f "$deb" ] || fail 69 "there is no package in dist/target; build it with: mvn package -DskipTests"
need qemu-system-x86_64 qemu-system-x86
need debootstrap debootstrap
need mke2fs e2fsprogs
need depmod kmod
need cpio cpio
install_missing
mkdir -p "$work/packages"
read_lists
(cd "$work/packages" && apt-get download -qq busybox-static)
make_system
kernels=${*:-$(newest_of_each_series)}
for kernel in $kernels; do
  printf '\n== %s\n' "$kernel"
  make_kernel "$kernel"
  run_machine "$kernel"
done
! grep -l '^FAIL' "$work"/results/*.txt || fail 70 "these have steps that failed"
