#!/bin/bash
# Tries the packages as users would: builds them twice and compares, checks them, installs the Debian package in a fresh root,
# starts it there as the service does, and purges it; then the same under a systemd that boots there, which starts, watches,
# restarts and stops the service. Takes some minutes, needs root and Debian; not part of dist/test.sh.
#
#   [SUITE=NAME] dist/package-test.sh [STEP ...]      reproducible compatibility lint completion plugins install service image; all of them without arguments
#
# "reproducible" and "compatibility" build the last commit. The other steps take what mvn package has left in dist/target.
# "install" and "service" do so in this machine's release of Debian, or in another that SUITE names.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh
. dist/debian.sh

[ "$(id -u)" = 0 ] || fail 77 "needs root: a root file system of its own and a kernel queue in a network namespace of its own"
work=$PWD/dist/target/package-test
steps=${*:-reproducible compatibility lint completion plugins install service image}
suite=${SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
root=$work/root

say() { printf '\n== %s\n' "$*"; }

package() { # DIRECTORY: its Debian package
  local found=("$1"/dist/target/intercept_*.deb)
  [ -f "${found[0]}" ] || fail 69 "no Debian package in $1/dist/target; build it with: mvn package -DskipTests"
  echo "${found[0]}"
}

# Two clones in different places, by the umasks 022 and 002, give the same bytes.
reproducible() {
  say "two builds of $(git rev-parse --short HEAD)"
  local build
  for build in first second/at/another/place; do
    rm -rf "${work:?}/${build%%/*}"
    git clone -q . "$work/$build"
    (
      cd "$work/$build"
      [ "$build" = first ] || umask 002
      mvn -q -B -ntp package -DskipTests -Dspotless.check.skip=true
    )
  done
  local name
  for name in 'intercept_*.deb' 'intercept-*.tar.gz'; do
    # shellcheck disable=SC2086 # A pattern on purpose.
    (cd "$work/first/dist/target" && sha256sum $name) | tee "$work/sums"
    (cd "$work/second/at/another/place/dist/target" && sha256sum -c "$work/sums") ||
      fail 70 "$name differs; compare with diffoscope, in $work"
  done
}

# An interface without a method that plug-ins have is refused by the build.
compatibility() {
  say "an interface that plug-ins no longer fit"
  local changed=$work/changed
  rm -rf "$changed"
  git clone -q . "$changed"
  sed -i 's/int priority()/int rank()/' "$changed/core/spi/src/main/java/dev/intercept/spi/CaptureBackendProvider.java"
  if mvn -B -ntp -f "$changed/pom.xml" verify -Dmaven.test.skip -Dspotless.check.skip -pl core/spi -am >"$work/changed.log" 2>&1; then
    fail 70 "it is accepted; see $work/changed.log"
  fi
  grep 'CaptureBackendProvider.priority()' "$work/changed.log" || fail 70 "it fails for another reason; see $work/changed.log"
  rm -rf "$changed"
}

# The examples, built as their authors would: interface and kit are installed from here, all else comes from Maven Central.
plugins() {
  say "plug-ins in Java and in Kotlin, from an empty local repository"
  local repository=$work/repository example
  rm -rf "$repository" "$work/plugins"
  mkdir -p "$work/plugins"
  mvn -q -B -ntp "-Dmaven.repo.local=$repository" install -DskipTests -pl core/spi,core/kit -am
  for example in example-backend kotlin-backend; do
    cp -r "dist/package/src/it/$example" "$work/plugins/"
    mvn -q -B -ntp "-Dmaven.repo.local=$repository" -f "$work/plugins/$example/pom.xml" package
  done
  cp "$work"/plugins/*/target/intercept-{hexfile,udp}.jar "$work/plugins/"
  for example in hexfile udp; do
    dist/target/intercept/bin/intercept selftest --backend=$example -- --plugin-path="$work/plugins"
  done
}

lint() {
  need lintian lintian
  need man man-db
  need groff groff
  install_missing
  local deb
  deb=$(package .)
  say "lintian $(basename "$deb")"
  lintian --fail-on error --tag-display-limit 3 "$deb" 2>&1 | grep -v 'running with root privileges' || [ "${PIPESTATUS[0]}" = 0 ]

  say "man page"
  local warnings
  warnings=$(dpkg-deb --fsys-tarfile "$deb" | tar -xO ./usr/share/man/man8/intercept.8.gz | gunzip |
    man --warnings -l - 2>&1 >/dev/null)
  [ -z "$warnings" ] || fail 70 "groff warns: $warnings"
  echo "groff has nothing to say"

  say "bill of materials"
  [ -f dist/target/intercept/sbom.json ] || fail 69 "there is none: mvn -o builds without; build online"
  local jar
  for jar in dist/target/intercept/lib/[!i]*.jar; do
    jar=$(basename "$jar" .jar)
    grep -q "\"name\" : \"${jar%%-[0-9]*}\"" dist/target/intercept/sbom.json || fail 70 "sbom.json lacks $jar"
  done
  echo "lists every jar"
}

# In the shells themselves; zsh shows it on a terminal only.
completion() {
  need fish fish
  need tmux tmux
  need zsh zsh
  install_missing
  local directory=$PWD/dist/target/intercept/completion typed="intercept rules --tool=" _
  say "completion: what a tab offers behind $typed"
  fish --no-config -c "source $directory/intercept.fish; complete -C '$typed'" | tee "$work/fish"
  [ "$(cut -f 1 "$work/fish" | tr '\n' ' ')" = "--tool=iptables --tool=iptables-legacy --tool=iptables-nft --tool=nft " ] ||
    fail 70 "fish offers something else"
  terminal() { tmux -L "package-test-$$" "$@"; }
  terminal -f /dev/null new-session -d -x 120 -y 20 "zsh -f"
  terminal send-keys "fpath=($directory \$fpath); autoload -U compinit; compinit -u -D; clear" Enter
  terminal send-keys "$typed" Tab Tab
  for _ in $(seq 300); do
    terminal capture-pane -p >"$work/zsh"
    ! grep -E '^iptables +iptables-legacy +iptables-nft +nft' "$work/zsh" || break
    sleep 0.1
  done
  terminal kill-server
  grep -q '^iptables .*nft' "$work/zsh" || fail 70 "zsh offers something else: $(cat "$work/zsh")"
}

fresh_root() {
  need debootstrap debootstrap
  need pgrep procps
  install_missing
  deb=$(package .)
  say "a fresh Debian $suite"
  debian_root "$root" "$suite" default-jre-headless iptables iproute2 libpcap0.8 logrotate systemd
}

install() {
  fresh_root
  export deb root
  # Mounts, network and processes of its own, all gone at the end.
  unshare --mount --net --pid --fork --kill-child bash -euo pipefail -c "$(declare -f say fail in_root become_in_root files tried_in_root); tried_in_root"
  rm -rf "$root"
}

# A systemd of its own is process 1 there, in namespaces and a control group that end with it.
service() {
  fresh_root
  cp "$deb" "$root/root/intercept.deb"
  cp dist/package/src/it/service/{service-test.sh,answer.pl,kept.pl} "$root/root/"
  say "systemd boots"
  group=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET)/intercept-package-test-$$
  mkdir "$group"
  sh -c 'echo $$ >"$0/cgroup.procs"
    exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child "$@"' \
    "$group" dist/package/src/it/service/boot.sh "$root" &
  machine=$!
  trap shut_down EXIT
  local systemd _
  for _ in $(seq 300); do
    systemd=$(pgrep -P $machine) && [ "$(cat "/proc/$systemd/comm")" = systemd ] &&
      nsenter --target "$systemd" --all test -S /run/systemd/private && break
    kill -0 $machine 2>/dev/null || fail 70 "systemd does not start"
    sleep 0.1
  done
  nsenter --target "$systemd" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root /root/service-test.sh
  shut_down
  trap - EXIT
  rm -rf "$root"
}

shut_down() {
  kill -KILL $machine # unshare does not heed SIGTERM while it waits; its child, process 1 of all the others, ends with it.
  wait $machine || :
  local _
  for _ in $(seq 100); do # Its processes end in their own time.
    [ -z "$(cat "$group/cgroup.procs" "$group"/*/cgroup.procs "$group"/*/*/cgroup.procs 2>/dev/null)" ] && break
    sleep 0.1
  done
  find "$group" -depth -type d -exec rmdir {} +
}

# The container image by what docs/container.md shows, in namespaces and with a storage of their own.
image() {
  need podman podman
  need docker-compose docker-compose
  need runc runc
  need conmon conmon
  need catatonit catatonit
  install_missing
  say "the image"
  dist/image.sh
  unshare --net --mount --pid --fork --kill-child --mount-proc dist/package/src/it/container/container-test.sh "$work/podman"
  rm -rf "$work/podman"
}

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }

# In place of this shell, so that its process is the program's.
become_in_root() { exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }

# All files but those in which dpkg and its helpers keep their books.
files() {
  (cd "$root" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/lib/systemd -o -path ./var/log/dpkg.log -o \
    -path ./var/log/alternatives.log -o -path ./var/cache -o -path ./proc -o -path ./tmp \) -prune -o -print |
    grep -v -E '^\./(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/\.pwd\.lock)$' | sort)
}

tried_in_root() {
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --bind /dev "$root/dev"
  mount -t tmpfs -o noexec,mode=1777 tmpfs "$root/tmp"
  ip link set lo up
  before=$(files)

  say "install"
  cp "$deb" "$root/tmp/intercept.deb"
  in_root dpkg -i /tmp/intercept.deb
  in_root intercept --version
  in_root sh -c 'id intercept; ls -l /usr/bin/intercept /etc/default/intercept'

  say "selftest in there"
  in_root intercept selftest --requests 100

  say "as the service starts it: the user intercept, two capabilities, nothing executable in /tmp"
  mkdir -p "$root/var/log/intercept" "$root/run/intercept"
  in_root chown intercept:intercept /var/log/intercept /run/intercept
  chmod 700 "$root/run/intercept"
  unit=$root/lib/systemd/system/intercept.service
  grep -E '^(Ambient|CapabilityBounding|NoNew|Type|Restart)' "$unit"
  # The unit's own commands, in the unit's order.
  in_root sh -c "$(sed -n "s/^ExecStartPre=+-\/bin\/sh -c '\(.*\)'$/\1/p" "$unit")" || :
  . "$root/etc/default/intercept"
  # shellcheck disable=SC2086 # Options between blanks, as systemd splits them.
  become_in_root setpriv --reuid=intercept --regid=intercept --init-groups --inh-caps=-all,+net_admin,+net_raw \
    --ambient-caps=+net_admin,+net_raw --bounding-set=-all,+net_admin,+net_raw --no-new-privs \
    env RUNTIME_DIRECTORY=/run/intercept intercept $INTERCEPT_OPTS &
  service=$!
  log=$root/var/log/intercept/intercept.log
  for _ in $(seq 200); do
    grep -q 'listening on' "$log" 2>/dev/null && break
    kill -0 $service || break
    sleep 0.1
  done
  cat "$log"
  grep -q 'listening on' "$log" || fail 70 "it does not listen"
  ! grep -q 'cannot be seen' "$log" || fail 70 "what the kernel drops cannot be seen by the service's user"
  grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' "$root/proc/$service/status"
  grep -q '^CapEff:.*0000000000003000$' "$root/proc/$service/status" || fail 70 "it has other capabilities than the unit's"
  in_root intercept status

  say "logrotate"
  in_root mv /var/log/intercept/intercept.log /var/log/intercept/intercept.log.1
  kill -HUP $service
  for _ in $(seq 100); do
    [ -s "$log" ] && break
    sleep 0.1
  done
  cat "$log"
  in_root logrotate --debug /etc/logrotate.d/intercept 2>&1 | grep -i error && fail 70 "logrotate refuses its configuration"
  kill $service
  wait $service

  say "what the user changed is kept"
  echo '# changed by the user' >>"$root/etc/default/intercept"
  in_root dpkg --force-confold -i /tmp/intercept.deb >/dev/null
  in_root dpkg -r intercept >/dev/null
  grep 'changed by the user' "$root/etc/default/intercept"
  in_root dpkg --force-confold -i /tmp/intercept.deb >/dev/null
  grep 'changed by the user' "$root/etc/default/intercept"

  say "purge leaves nothing"
  in_root dpkg -P intercept
  rmdir "$root/run/intercept" # The service manager's.
  left=$(diff <(echo "$before") <(files) || :)
  [ -z "$left" ] || fail 70 "left behind or missing: $left"
  ! in_root getent passwd intercept || fail 70 "the user is left behind"
  echo "nothing"
}

mkdir -p "$work"
for step in $steps; do
  case $step in
    reproducible | compatibility | lint | completion | plugins | install | service | image) $step ;;
    *) fail 64 "$step is unknown; see the head of this file" ;;
  esac
done
say "all passed: $steps"
