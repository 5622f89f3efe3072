#!/bin/bash
# An hour of hostile peers in a minute, beside one client that behaves: does anything that should stay flat grow, is anything lost?
#
#   dist/hostile-hour.sh [--rounds N] [--seconds N] [--launcher FILE] [-- OPTION …]
#
# Needs root, iproute2, iptables, a JDK's jcmd and the built distribution. Starts intercept in a private network namespace, with the
# OPTIONs, and measures N rounds (6) of N seconds (5) without and with the attack in turn: half records and requests, readers that
# stall, floods of ADDs, silent connections, odd bytes, reconnects. Prints the latest answer of each round, what lives in the heap
# before and after, and the longest stop since intercept listened, from the runtime's log. Ends with 1 when an answer of the one that
# behaves is lost, the heap has grown, or the counts do not add up; times are printed, and bind nobody.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kit=$here/target/intercept/lib
launcher=$here/target/intercept/bin/intercept
rounds=6 seconds=5 port=36524 metrics=36525 growth_kib=8192
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --launcher) launcher=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "hostile-hour.sh: $1 is unknown; see the head of this file" >&2; exit 64 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "hostile-hour.sh: needs root: network namespaces" >&2; exit 77; }
for tool in ip iptables jcmd unshare; do
  command -v $tool > /dev/null || { echo "hostile-hour.sh: $tool is missing: apt-get install iproute2 iptables, and a JDK" >&2; exit 69; }
done
[ -x "$launcher" ] || { echo "hostile-hour.sh: $launcher is missing: build with mvn package first" >&2; exit 69; }
[ -n "${INTERCEPT_HOSTILE_INSIDE:-}" ] || INTERCEPT_HOSTILE_INSIDE=1 exec unshare -n "$0" "${arguments[@]}"

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

lines() { wc -l < "$1"; }

await() { # FILE COMMAND …: until the command succeeds, a minute at most
  local file=$1
  shift
  for _ in $(seq 1200); do
    ! "$@" || return 0
    sleep 0.05
  done
  echo "hostile-hour.sh: waited in vain for '$*':" >&2
  tail -20 "$file" "$work/log" >&2
  exit 1
}

has_lines() { [ "$(lines "$1")" -ge "$2" ]; }

ip link set lo up
ip link add target0 type veth peer name wire0
ip address add 198.51.100.1/24 dev target0
ip link set target0 up
ip link set wire0 up
ip route add 192.0.2.0/24 dev target0
ip route add 203.0.113.0/24 dev target0
iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0

: > "$work/log"; : > "$work/probe"; : > "$work/crowd"
mkfifo "$work/to-probe" "$work/to-crowd"
INTERCEPT_JAVA_OPTS="${INTERCEPT_JAVA_OPTS:-} -XX:-DisableAttachMechanism -Xlog:safepoint:file=$work/stops" \
  "$launcher" --backend=nfqueue -p $port --metrics=127.0.0.1:$metrics --max-sessions=50000 --max-tunnels=512 "$@" > "$work/log" 2>&1 &
subject=$!
pids+=($subject)
await "$work/log" grep -q 'listening on' "$work/log"
started=$(lines "$work/stops")
java -XX:+UseSerialGC -cp "$kit/*" dev.intercept.kit.AnswerProbe 127.0.0.1 $port < "$work/to-probe" > "$work/probe" 2>&1 &
probe=$!
java -XX:+UseSerialGC -cp "$kit/*" dev.intercept.kit.HostileCrowd 127.0.0.1 $port $metrics < "$work/to-crowd" > "$work/crowd" 2>&1 &
crowd=$!
pids+=($probe $crowd)
exec 5> "$work/to-probe" 6> "$work/to-crowd"

round() { # WITH|WITHOUT: a round of the probe, its line
  local before
  before=$(lines "$work/probe")
  echo "$seconds" >&5
  await "$work/probe" has_lines "$work/probe" $((before + 1))
  echo "$1 the attack: $(tail -1 "$work/probe")"
}

attack() { # begun or ended
  local before
  before=$(lines "$work/crowd")
  echo "$1" >&6
  await "$work/crowd" has_lines "$work/crowd" $((before + 1))
}

live_kib() { jcmd $subject GC.class_histogram | awk '$1 == "Total" { print int($3 / 1024) }'; }

# One round of each to learn from, in which tables and pools grow to their bounds.
round without > /dev/null
attack begun
round with > /dev/null
attack ended
before_kib=$(live_kib)
for _ in $(seq "$rounds"); do
  round without
  attack begun
  round with
  attack ended
done
after_kib=$(live_kib)
exec 5>&- 6>&-
bad=0
wait $probe || { echo "hostile-hour.sh: answers of the client that behaves were lost" >&2; bad=1; }
wait $crowd || true
kill $subject
wait $subject || { echo "hostile-hour.sh: intercept ended with $?" >&2; bad=1; }

echo "attacks: $(tail -1 "$work/crowd")"
echo "live in the heap: $before_kib KiB before, $after_kib KiB after"
[ $((after_kib - before_kib)) -le $growth_kib ] || { echo "hostile-hour.sh: the heap has grown" >&2; bad=1; }
tail -n +$((started + 1)) "$work/stops" | awk '
  function ns_of(phase) { return match($0, phase ": *[0-9]+ ns") ? substr($0, RSTART + length(phase) + 1) + 0 : 0 }
  !/HeapInspection/ && /Safepoint "/ { # Until the threads may go on.
    ns = ns_of("Reaching safepoint") + ns_of("Cleanup") + ns_of("At safepoint")
    if (ns > longest) { longest = ns; what = $0 }
    over += ns > 5e6; stops++ }
  END { sub(/.*Safepoint "/, "", what); sub(/".*/, "", what)
    printf "stops of all threads: %d, over 5 ms %d, longest %.3f ms (%s)\n", stops, over, longest / 1e6, what }'
grep -o 'final .*' "$work/log" | tail -1 | tee "$work/final"
tr ' ' '\n' < "$work/final" | tr -d ';' | awk -F: '
  /^[a-z_]+:[0-9]+$/ { count[$1] = $2 }
  END {
    taken = count["forwarded"] + count["further_headers"] + count["unparked"]
    settled = count["messages_written"] + count["unsent_closed"] + count["unsent_stalled"] + count["unsent_failed"] + count["unsent_stopped"]
    printf "headers: %d taken, %d written or lost by a known reason\n", taken, settled
    exit taken != settled || taken == 0 }' || { echo "hostile-hour.sh: the counts do not add up" >&2; bad=1; }
! grep 'please report' "$work/log" || bad=1
exit $bad
