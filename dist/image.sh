#!/bin/bash
# Makes a container image of the Debian package, without a container engine: a small Debian with its Java runtime in one layer.
#
#   [SUITE=NAME] dist/image.sh [PACKAGE.deb]          the package is what mvn package left in dist/target, if none is named
#
# The result is dist/target/intercept-VERSION-ARCH-image.tar, which docker load, podman load and ctr images import take. It runs as
# the user intercept, who is not root: the runtime has the file capabilities NET_ADMIN and NET_RAW, so a container needs these two
# (docs/container.md). Needs root and debootstrap.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh
. dist/debian.sh

[ "$(id -u)" = 0 ] || fail 77 "needs root: files of several owners are made, in a root file system of its own"
deb=${1:-$(echo dist/target/intercept_*.deb)}
[ -f "$deb" ] || fail 69 "there is no package $deb; build it with: mvn package -DskipTests"
need debootstrap debootstrap
need setcap libcap2-bin
install_missing

suite=${SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
version=$(dpkg-deb -f "$deb" Version) architecture=$(dpkg-deb -f "$deb" Architecture)
work=$PWD/dist/target/image root=$PWD/dist/target/image/root
image=$PWD/dist/target/intercept-${version//\~/-}-$architecture-image.tar
# All that is dated bears the package's date.
created=$(dpkg-deb --fsys-tarfile "$deb" | tar -tv --full-time | awk 'NR == 1 { print $4 "T" $5 "Z" }')
mkdir -p "$work"

in_root() { in_chroot "$root" "$1"; }

debian_root "$root" "$suite" default-jre-headless iptables iproute2 libpcap0.8 nftables systemd-standalone-sysusers
echo "The package"
cp "$deb" "$root/tmp/intercept.deb"
in_root 'dpkg -i /tmp/intercept.deb && rm /tmp/intercept.deb' >"$work/dpkg.log" 2>&1 || fail 70 "dpkg failed; see $work/dpkg.log"
runtime=$(in_root 'readlink -f /usr/bin/java')
# A program with file capabilities ignores where it says that its libraries are.
dirname "$runtime" | sed 's|/bin$|/lib|' >"$root/etc/ld.so.conf.d/java.conf"
in_root 'ldconfig'
setcap cap_net_admin,cap_net_raw=ep "$root$runtime"
user=$(in_root 'echo "$(id -u intercept):$(id -g intercept)"')
# Books, caches and logs that nobody reads in a container.
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/cache/debconf/*-old "$root"/var/log/* "$root"/tmp/* \
  "$root"/usr/share/doc/[!i]* "$root"/usr/share/man/[!m]* "$root"/usr/share/locale/*
: >"$root/etc/machine-id"

echo "The image"
cd "$work"
rm -rf image
mkdir image
tar -C "$root" --sort=name --mtime="$created" --clamp-mtime --numeric-owner --xattrs --xattrs-include=security.capability \
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -cf image/layer.tar .
layer=$(sha256sum image/layer.tar | cut -d ' ' -f 1)
case $architecture in arm64) go=arm64 ;; *) go=amd64 ;; esac
cat >image/config.json <<END
{
  "architecture": "$go",
  "os": "linux",
  "created": "$created",
  "config": {
    "User": "$user",
    "Entrypoint": ["/usr/bin/intercept"],
    "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "RUNTIME_DIRECTORY=/tmp/intercept"],
    "ExposedPorts": {"36524/tcp": {}},
    "StopSignal": "SIGTERM",
    "Healthcheck": {"Test": ["CMD", "/usr/bin/intercept", "status"], "Interval": 30000000000, "Timeout": 10000000000, "StartPeriod": 10000000000},
    "Labels": {
      "org.opencontainers.image.title": "intercept",
      "org.opencontainers.image.version": "$version",
      "org.opencontainers.image.licenses": "Apache-2.0"
    }
  },
  "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]},
  "history": [{"created": "$created", "created_by": "dist/image.sh"}]
}
END
printf '[{"Config": "config.json", "RepoTags": ["intercept:%s"], "Layers": ["layer.tar"]}]\n' "${version//\~/-}" >image/manifest.json # No tilde in a tag.
tar -C image --sort=name --mtime="$created" --owner=0 --group=0 --numeric-owner -cf "$image" config.json layer.tar manifest.json
rm -rf image "$root"
echo "$image: $(($(stat -c %s "$image") / 1048576)) MB, user $user"
