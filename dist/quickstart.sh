#!/bin/sh
# Builds intercept and proves that it works on this machine. Installs what is missing first.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh

need mvn maven
need iptables iptables
need ip iproute2
need unshare util-linux
need_library 'libpcap.so.*' libpcap0.8
install_missing

echo "Building; the first time takes some minutes, most of it downloads"
mvn -B -q -ntp package -DskipTests -Dspotless.check.skip=true

echo "Testing with this machine's kernel, in a network namespace of its own"
dist/target/intercept/bin/intercept selftest --requests 200

cat <<'END'

Next, with your own target and online server; 8080 stands for the target's port, 80 for the online server's:
  on the target         sudo dist/target/intercept/bin/intercept rules --target-port=8080 --install
  on the target         sudo dist/target/intercept/bin/intercept -d -l /var/log/intercept.log
  on the online server  sudo tcpcopy -x 80-TARGET:8080 -s TARGET
To end it, stop tcpcopy first, then intercept, then put --remove in place of --install.
END
