#!/bin/sh
# Builds intercept and runs all its tests; those with the real kernel stay in network namespaces of their own.
# Arguments are handed on to Maven.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
. dist/packages.sh

# Kernel queues and network namespaces need root.
if [ "$(id -u)" != 0 ]; then
  as_root env JAVA_HOME="${JAVA_HOME:-}" dist/test.sh "$@"
  exit
fi

need mvn maven
need iptables iptables
need ip iproute2
need unshare util-linux
need tcpdump tcpdump
need sysctl procps
need chromium chromium
need chromedriver chromium-driver
need_library 'libpcap.so.*' libpcap0.8
install_missing
need_unpacked promtool prometheus

started=$(date +%s)
result=0
mvn -B -ntp --fail-at-end verify "$@" || result=$?

# Every report has one <testsuite …> element with these four attributes.
count() {
  find . -path '*-reports/TEST-*.xml' -newermt "@$started" -exec grep -h -m 1 -o '<testsuite .*' {} + |
    sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}
tests=$(count tests)
failed=$(($(count failures) + $(count errors)))
skipped=$(count skipped)
echo
echo "Took $(($(date +%s) - started)) s; reports are in target/surefire-reports of each module and dist/package/target/failsafe-reports"
echo "tests: $((tests - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$tests" -gt 0 ] || fail 70 "no test ran; see Maven's output above"
exit "$result"
