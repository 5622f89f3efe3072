#!/bin/bash
# Measures what interception costs: CPU a packet, packets handled and lost, latency from the target's send to tcpcopy's read.
#
#   dist/bench.sh [--rounds N] [--seconds N] [--cold-seconds N] [--warm-up N] [--rates "R …"] [--sessions N] [--subjects "S …"]
#                 [--stress N] [--first] [--stop-seconds N] [--parts "P …"] [-- OPTION …]
#
# Needs root, gcc, iproute2, iptables and the built distribution. Everything happens in a private network namespace. It runs in
# turn, interleaved, so that a machine whose speed drifts is unfair to none:
#   intercept  this program, with the OPTIONs after --
#   blind      the same with --target-figures=off: what looking at the answers costs; only when named in --subjects
#   one        a C loop that works as the C intercept does: one receive, one verdict a packet
#   batched    a C loop that works in batches: the floor
#   drop       nobody: a queue without a listener, the cheapest way to drop a packet that is to be intercepted
#   nflog      this program with --backend=nflog; only when named in --subjects. "Dropped" is whatever did not arrive
#   ebpf       this program with --backend=ebpf; the same
# intercept=PATH, blind=PATH, nflog=PATH and ebpf=PATH are another build's launcher, which may be named besides.
#
# Rates are packets a second; "max" is full speed; 50000/500 is 50,000 a second of which 500 leave together. Each subject is first
# measured cold, in the --cold-seconds after its start, then warmed up at full speed and at the rate, and measured warm for
# --seconds; 0 leaves out either. With --stress N everybody shares the processors with `stress-ng --cpu N`, but for the sender and
# the client, which come first so that lateness is the subject's; then it also says how long a packet waits for its verdict.
#
# With --first everybody comes before whatever else the machine does (sender and client in real time, the subject at nice -20): for
# a machine that is not quiet. What the whole machine used says nothing then.
#
# CPU is charged to the process, the sender (with what the kernel does in its send), the client, and the rest of the machine
# (interrupts between, kernel threads). The whole machine's less that of "drop" in the same round is what intercepting costs.
#
# Parts are "rates", and where intercept is a subject "start" (time of a start, memory of the sessions), "bulk" (large answers by
# real TCP), "lanes", and "stops" (of the Java runtime, with a million sessions and clients that do not read; of other builds too);
# all of them by default. --rounds 0 leaves out the rates.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=$here/target/bench
launcher=$here/target/intercept/bin/intercept
rounds=3 seconds=3 cold_seconds=4 warm_up_seconds=3 stop_seconds=30 stress=0 first='' sessions=10000
rates="10000 50000 100000 max" subjects="drop intercept one batched" parts="rates start bulk lanes stops"
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --cold-seconds) cold_seconds=$2; shift 2 ;;
    --first) first=yes; shift ;;
    --stop-seconds) stop_seconds=$2; shift 2 ;;
    --warm-up) warm_up_seconds=$2; shift 2 ;;
    --rates) rates=$2; shift 2 ;;
    --sessions) sessions=$2; shift 2 ;;
    --subjects) subjects=$2; shift 2 ;;
    --stress) stress=$2; shift 2 ;;
    --parts) parts=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "bench.sh: $1 is unknown; see the head of this file" >&2; exit 64 ;;
  esac
done
# shellcheck disable=SC2034 # Used by what is sourced, as the others.
options=("$@") hz=$(getconf CLK_TCK)

[ "$(id -u)" = 0 ] || { echo "bench.sh: needs root: raw sockets and a kernel queue" >&2; exit 77; }
needed="gcc ip iptables taskset unshare"
[ "$stress" = 0 ] && [ -z "$first" ] || needed+=" chrt"
[ "$stress" = 0 ] || needed+=" stress-ng"
for tool in $needed; do
  command -v "$tool" > /dev/null ||
    { echo "bench.sh: $tool is missing: apt-get install gcc iproute2 iptables util-linux stress-ng" >&2; exit 69; }
done
[ -x "$launcher" ] || { echo "bench.sh: $launcher is missing: build with mvn package first" >&2; exit 69; }

if [ -z "${INTERCEPT_BENCH_INSIDE:-}" ]; then
  mkdir -p "$tools"
  for program in generator client loop verdicts sleepers; do
    gcc -O2 -Wall -o "$tools/$program" "$here/bench/$program.c"
  done
  INTERCEPT_BENCH_INSIDE=1 exec unshare -n "$0" "${arguments[@]}"
fi

for part in charge processes run tables start bulk lanes stops; do
  # shellcheck source=/dev/null
  . "$here/bench/$part.sh"
done
work=$(mktemp -d)
trap 'end_processes; rm -rf "$work"' EXIT
: > "$work/runs"
mkfifo "$work/nap"
exec 9<> "$work/nap"

# With two processors or more the subject has one for itself, so that the generator's work is not counted as waiting.
subject_cpus='' load_cpus=''
if [ "$(nproc)" -ge 2 ]; then
  load_cpus="taskset -c 0" subject_cpus="taskset -c 1-$(($(nproc) - 1))"
fi
[ "$stress" = 0 ] && [ -z "$first" ] || load_cpus="chrt -f 10 $load_cpus"
[ -z "$first" ] || subject_cpus="nice -n -20 $subject_cpus"

ip link set lo up
ip link add d0 type veth peer name d1
ip link set d0 arp off up
ip link set d1 arp off up
ip addr add 198.51.100.1/32 dev d0
ip route add 192.0.2.0/24 dev d0

echo "$(uname -sr), $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), $sessions sessions," \
  "$cold_seconds s cold and $seconds s warm"
if [[ " $parts " == *' rates '* && $rounds != 0 ]]; then
  (IFS=$'\t' && echo "${columns[*]}")
  for round in $(seq "$rounds"); do
    for rate in $rates; do
      for subject in $subjects; do
        run "$round" "$subject" "$rate"
      done
    done
  done
  tables
fi
for part in $parts; do
  [ "$part" = stops ] || [[ " $subjects " == *' intercept '* ]] || continue
  echo
  case $part in
    rates) ;;
    start) starts ;;
    bulk) for _ in 1 2 3; do bulk on; bulk off; done ;;
    lanes) lanes ;;
    stops) for subject in $subjects; do [ "$subject" = "${subject#intercept}" ] || stops "$subject"; done ;;
    *) echo "bench.sh: there is no part '$part'; see the head of this file" >&2; exit 64 ;;
  esac
done
