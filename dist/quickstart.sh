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
exec dist/target/intercept/bin/intercept selftest --requests 200
