#!/bin/sh
# Builds intercept and runs all its tests; those with the real kernel stay in network namespaces of their own.
# Prints a line for each module and what failed; all that Maven prints is in target/test.log. Arguments are handed on to Maven.
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
need strace strace
need_library 'libpcap.so.*' libpcap0.8
need_browser
install_missing
need_unpacked promtool prometheus
[ -z "$no_browser" ] || echo "Skipping PageTest: $no_browser"

# Of Maven's output: each module with its tests and seconds, and what failed. Line by line, which awk does not read a pipe.
summary() {
  module=
  failing=no
  while IFS= read -r line; do
    case $line in
      '[INFO] Building intercept'*']')
        begin_module "${line#'[INFO] Building '}"
        ;;
      '[INFO] Reactor Summary'*)
        end_module
        ;;
      *'Tests run: '*'Time elapsed'* | '[INFO] ') ;; # Of one class; of none.
      *'Tests run: '*)
        failing=no
        line=${line#*Tests run: }
        tests=$((tests + ${line%%,*}))
        ;;
      '[ERROR] Failures: '* | '[ERROR] Errors: '*)
        failing=yes
        echo "$line"
        ;;
      '[ERROR] '*'COMPILATION ERROR'* | '[ERROR] /'*'.java:'* | '[ERROR] Failed to execute goal'* | '[ERROR] '*'VM terminated'*)
        echo "$line"
        ;;
      *)
        [ $failing = no ] || echo "$line"
        ;;
    esac
  done
}

begin_module() { # name version [n/m]
  end_module
  module=$(echo "$1" | sed 's/ [^ ]* *\[[0-9/]*\]$//')
  begun=$(date +%s)
  tests=0
}

end_module() {
  [ -z "$module" ] || printf '%5d tests %4d s  %s\n' "$tests" $(($(date +%s) - begun)) "$module"
  module=
}

# Every report has one <testsuite …> element with these four attributes.
count() {
  find . -path '*-reports/TEST-*.xml' -newer target/test.started -exec grep -h -m 1 -o '<testsuite .*' {} + |
    sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Where an intercept that runs as root has its status socket: made by those under test, if it was not there before.
runtime=/run/intercept
had_runtime=no
[ ! -e $runtime ] || had_runtime=yes

forget_runtime() {
  [ $had_runtime = no ] || return 0
  for socket in $runtime/*.sock $runtime/*/*.sock; do
    pid=${socket##*/}
    [ ! -S "$socket" ] || [ ! -d /proc/"${pid%.sock}" ] || return 0 # Somebody else's by now.
  done
  rm -rf $runtime
}

mkdir -p target
touch target/test.started
dist/host-state.sh >target/host.before
started=$(date +%s)
# A failing test keeps nothing from being tested.
{
  mvn -B -ntp --fail-at-end -Dmaven.test.failure.ignore -Dmaven.test.redirectTestOutputToFile \
    "-Dintercept.browser=${no_browser:+none}" verify "$@" 2>&1 || echo "[ERROR] Maven: $?"
} | tee target/test.log | summary

tests=$(count tests)
failed=$(($(count failures) + $(count errors)))
skipped=$(count skipped)
echo "Took $(($(date +%s) - started)) s; Maven's output: target/test.log; reports: target/surefire-reports of each module and dist/package/target/failsafe-reports"
echo "tests: $((tests - failed - skipped)) passed, $failed failed, $skipped skipped"
[ -z "$no_browser" ] || echo "skipped: PageTest, $no_browser; all else is tested"
[ "$tests" -gt 0 ] || fail 70 "no test ran; see target/test.log"

forget_runtime

# What ends by itself within seconds is no difference.
differs() {
  dist/host-state.sh >target/host.after
  ! diff target/host.before target/host.after >target/host.difference
}
host=unchanged
if differs && sleep 3 && differs; then
  host='not as it was before the tests (< before, > after), or somebody else changed it meanwhile'
  cat target/host.difference
fi
echo "host: $host"
[ "$host" = unchanged ] && [ -s target/test.log ] && ! grep -q "^\[ERROR\]" target/test.log
