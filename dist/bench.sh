#!/bin/bash
# Measures what interception costs: CPU a packet, packets handled and lost, latency from the target's send to tcpcopy's read.
#
#   dist/bench.sh [--rounds N] [--seconds N] [--rates "R …"] [--sessions N] [--subjects "S …"] [-- OPTION …]
#
# Needs root, gcc, iproute2, iptables and the built distribution. Everything happens in a private network namespace. It runs in
# turn, interleaved, so that a machine whose speed drifts is unfair to none:
#   intercept  this program, with the OPTIONs after --
#   one        a C loop that works as the C intercept does: one receive, one verdict a packet
#   batched    a C loop that works in batches: the floor
#   nflog      this program with --backend=nflog; only when named in --subjects. "Dropped" is whatever did not arrive
# Rates are packets a second; "max" is full speed. Each subject is warmed up at full speed and then at the rate; the CPU of its
# start and of that is the last column, and in no other. Prints each run, then medians over the rounds, then the time that a start
# takes beside a bare Java runtime's, and the memory of the sessions, then ratios. --rounds 0 leaves the runs out.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=$here/target/bench
launcher=$here/target/intercept/bin/intercept
rounds=3 seconds=5 warm_up_seconds=3 settle_seconds=3 rates="10000 50000 100000 max" sessions=10000 subjects="intercept one batched"
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --rates) rates=$2; shift 2 ;;
    --sessions) sessions=$2; shift 2 ;;
    --subjects) subjects=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "bench.sh: $1 is unknown; see the head of this file" >&2; exit 64 ;;
  esac
done

[ "$(id -u)" = 0 ] || { echo "bench.sh: needs root: raw sockets and a kernel queue" >&2; exit 77; }
for tool in gcc ip iptables taskset unshare; do
  command -v $tool > /dev/null || { echo "bench.sh: $tool is missing: apt-get install gcc iproute2 iptables util-linux" >&2; exit 69; }
done
[ -x "$launcher" ] || { echo "bench.sh: $launcher is missing: build with mvn package first" >&2; exit 69; }

if [ -z "${INTERCEPT_BENCH_INSIDE:-}" ]; then
  mkdir -p "$tools"
  for program in generator client loop; do
    gcc -O2 -Wall -o "$tools/$program" "$here/bench/$program.c"
  done
  INTERCEPT_BENCH_INSIDE=1 exec unshare -n "$0" "${arguments[@]}"
fi

work=$(mktemp -d)
: > "$work/runs"
subject_pid= client_pid=
end_processes() {
  [ -z "$client_pid" ] || kill "$client_pid" 2> /dev/null || true
  [ -z "$subject_pid" ] || kill "$subject_pid" 2> /dev/null || true
}
trap 'end_processes; rm -rf "$work"' EXIT

# With two processors or more the subject has one for itself, so that the generator's work is not counted as waiting.
subject_cpus= load_cpus=
if [ "$(nproc)" -ge 2 ]; then
  load_cpus="taskset -c 0" subject_cpus="taskset -c 1-$(($(nproc) - 1))"
fi

ip link set lo up
ip link add d0 type veth peer name d1
ip link set d0 arp off up
ip link set d1 arp off up
ip addr add 198.51.100.1/32 dev d0
ip route add 192.0.2.0/24 dev d0

set_rules() { # NAME
  local answers="-A OUTPUT -o d0 -p tcp --sport 8080"
  iptables -F OUTPUT
  if [ "$1" = nflog ]; then
    iptables $answers -j NFLOG --nflog-group 0 --nflog-size 128 --nflog-threshold 64
    iptables $answers -j NFQUEUE --queue-num 65535
  else
    iptables $answers -j NFQUEUE --queue-num 0
  fi
}

await() { # FILE TEXT PID: until the file has the text
  for _ in $(seq 200); do
    grep -q "$2" "$1" && return
    kill -0 "$3" 2> /dev/null || break
    sleep 0.05
  done
  echo "bench.sh: waited in vain for '$2':" >&2
  cat "$1" >&2
  exit 1
}

cpu_ns() { # PID: nanoseconds on a processor, all threads
  cat /proc/"$1"/task/*/schedstat 2> /dev/null | awk '{ sum += $1 } END { printf "%.0f", sum }'
}
ticks() { # PID: user and system time in ticks
  sed 's/.*) //' /proc/"$1"/stat | awk '{ print $12, $13 }'
}
queue_field() { # NUMBER: of queue 0 in the kernel's table: 3 waiting, 6 and 7 dropped, 8 last packet id; 0 without a queue
  awk -v field="$1" '$1 == 0 { value = $field } END { print value + 0 }' /proc/net/netfilter/nfnetlink_queue
}
lost() { echo $(($(queue_field 6) + $(queue_field 7))); }
waiting() { # bytes in receive buffers of netfilter's sockets
  awk '$2 == 12 { sum += $5 } END { print sum + 0 }' /proc/net/netlink
}

start_subject() { # NAME
  : > "$work/subject"
  set_rules "$1"
  case $1 in
    nflog) $subject_cpus "$launcher" --backend=nflog -b 127.0.0.1 --max-sessions 4194304 > "$work/subject" 2>&1 & ;;
    intercept) $subject_cpus "$launcher" --backend=nfqueue -b 127.0.0.1 --max-sessions 4194304 "${options[@]}" > "$work/subject" 2>&1 & ;;
    *) $subject_cpus "$tools/loop" "$1" > "$work/subject" 2>&1 & ;;
  esac
  subject_pid=$!
  await "$work/subject" 'ready\|listening on' $subject_pid
}

start_client() {
  : > "$work/client"
  $load_cpus "$tools/client" "$sessions" > "$work/client" 2>&1 &
  client_pid=$!
  await "$work/client" ready $client_pid
  # The routes are in the socket; a server that has read them is idle.
  local before now=-1
  while before=$now; now=$(cpu_ns $subject_pid); [ "$before" = -1 ] || [ $((now - before)) -gt 20000000 ]; do
    sleep 0.2
  done
}

drain() {
  for _ in $(seq 100); do
    [ "$(waiting)" = 0 ] && [ "$(queue_field 3)" = 0 ] && return
    sleep 0.05
  done
}

options=("$@")
run() { # ROUND SUBJECT RATE
  local rate=${3/max/0}
  start_subject "$2"
  start_client
  # So that what is measured is not the runtime's compiling, which has a column of its own: at full speed first, and then at the
  # rate, since other ways through the code become the usual ones.
  $load_cpus "$tools/generator" 0 $warm_up_seconds "$sessions" 0 > /dev/null
  drain
  $load_cpus "$tools/generator" "$rate" $settle_seconds "$sessions" 0 > /dev/null
  drain
  local cpu warm_up_cpu lost_before user system handled warm batches p50 p99 p999 max sent us
  cpu=$(cpu_ns $subject_pid) lost_before=$(lost)
  warm_up_cpu=$cpu
  read -r user system <<< "$(ticks $subject_pid)"
  read -r sent us <<< "$($load_cpus "$tools/generator" "$rate" "$seconds" "$sessions" 1)"
  drain
  cpu=$(($(cpu_ns $subject_pid) - cpu))
  local user_after system_after drops=$(($(lost) - lost_before)) rss
  read -r user_after system_after <<< "$(ticks $subject_pid)"
  rss=$(awk '/VmHWM/ { print $2 }' /proc/$subject_pid/status)
  sleep 0.2
  kill $client_pid || true
  wait $client_pid || { echo "client ended: $(cat "$work/client") subject: $(cat "$work/subject")" >&2; }
  read -r handled warm batches p50 p99 p999 max <<< "$(tail -1 "$work/client")"
  [ "$2" != nflog ] || drops=$((sent - handled))
  kill $subject_pid 2> /dev/null || true # a loop ends by itself when its client has gone
  wait $subject_pid || true
  subject_pid= client_pid=
  awk -v OFS='\t' -v round="$1" -v subject="$2" -v rate="$3" -v sent="$sent" -v us="$us" -v handled="$handled" \
    -v drops="$drops" -v cpu="$cpu" -v user=$((user_after - user)) -v system_ticks=$((system_after - system)) \
    -v p50="$p50" -v p99="$p99" -v p999="$p999" -v rss="$rss" -v warm_up="$warm_up_cpu" 'BEGIN {
      total = user + system_ticks; if (total == 0) total = 1; if (handled == 0) handled = 1
      printf "%d\t%s\t%s\t%.0f\t%.0f\t%d\t%.2f\t%.2f\t%.2f\t%d\t%d\t%d\t%.0f\t%.0f\n", round, subject, rate,
        sent / us * 1e6, handled / us * 1e6, drops, cpu / 1000 / handled, cpu / 1000 / handled * user / total,
        cpu / 1000 / handled * system_ticks / total, p50, p99, p999, rss / 1024, warm_up / 1e6 }' | tee -a "$work/runs"
}

echo "$(uname -sr), $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), $sessions sessions, $seconds s a run"
printf 'round\tsubject\trate\toffered/s\thandled/s\tdropped\tcpu_us\tuser_us\tsystem_us\tp50_us\tp99_us\tp99.9_us\tpeak_MB\twarm_up_cpu_ms\n'
for round in $(seq "$rounds"); do
  for rate in $rates; do
    for subject in $subjects; do
      run "$round" "$subject" "$rate"
    done
  done
done

median() { # SUBJECT RATE COLUMN
  awk -F'\t' -v s="$1" -v r="$2" -v c="$3" '$2 == s && $3 == r { print $c }' "$work/runs" | sort -g |
    awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'; }

echo
echo "Medians of $rounds rounds"
echo '| rate | subject | offered/s | handled/s | dropped | CPU µs a packet | user | system | p50 µs | p99 µs | p99.9 µs | peak MB |'
echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
for rate in $rates; do
  for subject in $subjects; do
    printf '| %s | %s' "$rate" "$subject"
    for column in 4 5 6 7 8 9 10 11 12 13; do
      printf ' | %s' "$(median "$subject" "$rate" $column)"
    done
    echo ' |'
  done
done

case " $subjects " in *" intercept "*) ;; *) exit 0 ;; esac

start_ms() { # ENVIRONMENT: milliseconds from exec to "listening on"
  local begun_us=${EPOCHREALTIME/./} line
  exec 3< <(exec env "$1" "$launcher" --backend=nfqueue -b 127.0.0.1 2>&1)
  subject_pid=$!
  while read -r -u 3 line && [[ $line != *'listening on'* ]]; do :; done
  echo $(((${EPOCHREALTIME/./} - begun_us) / 1000)) >> "$work/starts"
  kill $subject_pid
  while read -r -u 3 line; do :; done
  subject_pid=
}
echo
for environment in INTERCEPT_ARCHIVE=use INTERCEPT_ARCHIVE=none; do
  : > "$work/starts"
  for _ in 1 2 3 4 5; do start_ms $environment; done
  echo "Start, $environment: median $(sort -n "$work/starts" | sed -n 3p) ms of" $(sort -n "$work/starts")
done
start_subject intercept
start_client
echo "Resident with $sessions sessions: $(awk '/VmRSS/ { print $2 }' /proc/$subject_pid/status) kB"
java=$(readlink "/proc/$subject_pid/exe") # the one that the launcher chose
: > "$work/starts"
for _ in 1 2 3 4 5; do
  begun_us=${EPOCHREALTIME/./}
  "$java" -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -version 2> /dev/null
  echo $(((${EPOCHREALTIME/./} - begun_us) / 1000)) >> "$work/starts"
done
echo "A Java runtime that does nothing (java -version): median $(sort -n "$work/starts" | sed -n 3p) ms of" $(sort -n "$work/starts")
end_processes
wait $subject_pid || true
subject_pid= client_pid=
# Real TCP, whose large segments come whole or cut: what the test server's kernel is spared counts for it too.
bulk() { # ON-OR-OFF
  local pid begun cpu now test
  "$launcher" selftest --backend=nfqueue --requests=200 --concurrency=10 --response-bytes=1000000 -- --gso "$1" \
    > "$work/bulk" 2>&1 &
  test=$!
  await "$work/bulk" 'ready after' $test
  pid=$(sed -n 's/.* process \([0-9]*\), ready.*/\1/p' "$work/bulk")
  begun=$(ticks "$pid") cpu=$begun
  while now=$(ticks "$pid" 2> /dev/null) && [ -n "$now" ]; do cpu=$now; sleep 0.05; done
  wait $test || cat "$work/bulk"
  echo "Bulk answers, --gso $1: $(sed -n 's/^ *forwarded *\([0-9]* headers\).*/\1/p' "$work/bulk")," \
    "$(((${cpu/ /+} - (${begun/ /+})) * 1000 / $(getconf CLK_TCK))) ms CPU of intercept, $(sed -n 's/^ *served *//p' "$work/bulk")"
  sed -n 's/^ *replayed */  /p' "$work/bulk"
}
echo
for _ in 1 2 3; do bulk on; bulk off; done

# How fast full queues are emptied, by one lane with one processor and by two with two; tcpcopy's side shares them.
drained() { # LANES CPUS
  local subject_cpus="taskset -c $2" load_cpus="taskset -c $2" number waiting begun_us
  local lane_options="--queue=0:$(($1 - 1)) --queue-maxlen=65536 --tunnel-buffer=64m"
  : > "$work/subject"
  iptables -F OUTPUT
  local queues="--queue-num 0"
  [ "$1" = 1 ] || queues="--queue-balance 0:$(($1 - 1))"
  # shellcheck disable=SC2086 # Two words.
  iptables -A OUTPUT -o d0 -p tcp --sport 8080 -j NFQUEUE $queues
  # shellcheck disable=SC2086 # Several options.
  $subject_cpus "$launcher" --backend=nfqueue -b 127.0.0.1 $lane_options > "$work/subject" 2>&1 &
  subject_pid=$!
  await "$work/subject" 'listening on' $subject_pid
  start_client
  "$tools/generator" 0 $warm_up_seconds "$sessions" 0 > /dev/null
  drain
  for _ in 1 2 3 4 5; do
    kill -STOP $subject_pid
    "$tools/generator" 250000 1 "$sessions" 0 > /dev/null
    waiting=$(awk '{ sum += $3 } END { print sum }' /proc/net/netfilter/nfnetlink_queue)
    begun_us=${EPOCHREALTIME/./}
    kill -CONT $subject_pid
    number=$waiting
    while [ "$number" != 0 ]; do
      read -rt 0.01 -u 9 || true # A sleep without a process, which would take a processor's time from the lanes.
      number=0
      while read -r _ _ left _; do number=$((number + left)); done < /proc/net/netfilter/nfnetlink_queue
    done
    echo $((waiting * 1000 / ((${EPOCHREALTIME/./} - begun_us) / 1000))) >> "$work/drained.$1"
    drain
  done
  end_processes
  wait $subject_pid || true
  subject_pid= client_pid=
  sort -n "$work/drained.$1" | sed -n 3p
}
if [ "$(nproc)" -ge 2 ]; then
  mkfifo "$work/nap"
  exec 9<> "$work/nap"
  echo
  one_lane=$(drained 1 0) two_lanes=$(drained 2 0,1)
  echo "Full queues emptied: one lane on one processor $one_lane/s, two on two $two_lanes/s, $(ratio "$two_lanes" "$one_lane") times"
fi

echo
echo "Ratios of medians"
echo '| rate | CPU: intercept / one | CPU: intercept / batched | CPU: nflog / one | p99: intercept / one | handled: intercept / one |'
echo '|---|---|---|---|---|---|'
for rate in $rates; do
  printf '| %s' "$rate"
  printf ' | %s' "$(ratio "$(median intercept "$rate" 7)" "$(median one "$rate" 7)")" \
    "$(ratio "$(median intercept "$rate" 7)" "$(median batched "$rate" 7)")" \
    "$(ratio "$(median nflog "$rate" 7)" "$(median one "$rate" 7)")" \
    "$(ratio "$(median intercept "$rate" 11)" "$(median one "$rate" 11)")" \
    "$(ratio "$(median intercept "$rate" 5)" "$(median one "$rate" 5)")"
  echo ' |'
done
