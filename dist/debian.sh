# shellcheck shell=bash
# Sourced by image.sh, package-test.sh and kernel-test.sh, after packages.sh: a minimal Debian, from wherever this machine takes its
# packages. Needs root and debootstrap.

mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1; }

in_chroot() { # DIRECTORY COMMANDS: of a shell; Java's own installation reads /proc
  unshare --mount sh -euc "mount -t proc proc '$1/proc'
    exec chroot '$1' env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive HOME=/root sh -euc '$2'"
}

# Makes the directory, from an archive that is kept beside it for the next time. Its apt knows no place to fetch from.
debian_root() { # DIRECTORY SUITE PACKAGE ...
  local root=$1 suite=$2 kept log
  shift 2
  kept=$(dirname "$root")/$suite.tar log=$(dirname "$root")/debian.log
  rm -rf "$root"
  if [ ! -f "$kept" ]; then
    echo "Debian $suite with $*; takes a minute"
    debootstrap --variant=minbase "$suite" "$root" "$(mirror)" >"$log" || fail 69 "debootstrap failed; see $log"
    cp -r "$root/etc/apt" "$root/etc/apt.kept"
    echo "deb $(mirror) $suite main" >"$root/etc/apt/sources.list"
    cp -r /etc/apt/apt.conf.d "$root/etc/apt/"
    cp /etc/resolv.conf "$root/etc/"
    in_chroot "$root" "apt-get update -qq; apt-get install -qq -y --no-install-recommends $*" >>"$log" 2>&1 ||
      fail 69 "apt-get failed; see $log"
    rm -r "$root/etc/apt" "$root/etc/resolv.conf"
    mv "$root/etc/apt.kept" "$root/etc/apt"
    : >"$root/etc/apt/sources.list"
    tar -C "$root" -cf "$kept.part" .
    mv "$kept.part" "$kept"
    return
  fi
  mkdir "$root"
  tar -C "$root" -xf "$kept"
}
