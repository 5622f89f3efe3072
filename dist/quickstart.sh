#!/bin/sh
# Builds intercept and proves that it works on this machine. Installs what is missing first. All that Maven prints is in
# target/quickstart.log.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh

need mvn maven
need iptables iptables
need ip iproute2
need unshare util-linux
need_library 'libpcap.so.*' libpcap0.8
install_missing

# Of Maven's output: the module that is built, in one line that changes on a terminal and a line each elsewhere; and what failed.
progress() {
  failed=no
  while IFS= read -r line; do
    case $line in
      '[INFO] Building intercept'*']')
        words=${line#'[INFO] Building '}
        show "$(printf '%7s  %s' "${words##*[}" "${words%% [0-9]*}" | tr -d ']')"
        ;;
      '[ERROR] '*)
        [ $failed = yes ] || show "Maven failed; all it printed is in target/quickstart.log:"
        [ $failed = yes ] || [ ! -t 1 ] || echo
        failed=yes
        echo "$line"
        ;;
    esac
  done
  [ $failed = no ] || return 70
  [ ! -t 1 ] || printf '\r\033[K'
}

show() {
  if [ -t 1 ]; then printf '\r\033[K%s' "$1"; else echo "$1"; fi
}

echo "Building; the first time takes some minutes, most of it downloads"
mkdir -p target
{
  mvn -B -ntp package -DskipTests -Dspotless.check.skip=true 2>&1 || echo "[ERROR] Maven: $?"
} | tee target/quickstart.log | progress

echo "Testing with this machine's kernel, in a network namespace of its own"
dist/target/intercept/bin/intercept selftest --requests 200

cat <<'END'

Next, with your own target and online server; 8080 stands for the target's port, 80 for the online server's:
  on the target         sudo dist/target/intercept/bin/intercept rules --target-port=8080 --install
  on the target         sudo dist/target/intercept/bin/intercept -d -l /var/log/intercept.log
  on the online server  sudo tcpcopy -x 80-TARGET:8080 -s TARGET
To end it, stop tcpcopy first, then intercept, then put --remove in place of --install.
END
