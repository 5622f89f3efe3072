#!/bin/bash
# Shows whether a tcpcopy keeps its tunnels while the machine is stressed, and how long its records stay unacknowledged.
#
#   dist/stress-tunnel.sh [--runs N] [--launcher FILE] [-- OPTION …]
#
# Needs root, iproute2, tcpdump, stress-ng and the built distribution. Each run starts intercept again, with the OPTIONs, in a
# private network namespace, and a double of tcpcopy 1.3 in another; the double opens 2 tunnels and announces 2000 sessions in bursts
# of 200 while "stress-ng --cpu 6" has the processors. One line a run, then a summary. Ends with 1 when a tunnel was lost.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kit=$here/target/intercept/lib
launcher=$here/target/intercept/bin/intercept
runs=50 port=36524 target=198.51.100.1
arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=$2; shift 2 ;;
    --launcher) launcher=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "stress-tunnel.sh: $1 is unknown; see the head of this file" >&2; exit 64 ;;
  esac
done
[ "$(id -u)" = 0 ] || { echo "stress-tunnel.sh: needs root: network namespaces" >&2; exit 77; }
for tool in ip nsenter stress-ng tcpdump unshare; do
  command -v $tool > /dev/null || { echo "stress-tunnel.sh: $tool is missing: apt-get install iproute2 stress-ng tcpdump" >&2; exit 69; }
done
[ -x "$launcher" ] || { echo "stress-tunnel.sh: $launcher is missing: build with mvn package first" >&2; exit 69; }
[ -n "${INTERCEPT_STRESS_INSIDE:-}" ] || INTERCEPT_STRESS_INSIDE=1 exec unshare -n "$0" "${arguments[@]}"

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

await() { # FILE TEXT
  for _ in $(seq 600); do
    ! grep -q "$2" "$1" || return 0
    sleep 0.05
  done
  echo "stress-tunnel.sh: no '$2':" >&2
  cat "$1" >&2
  exit 1
}

unshare -n sleep infinity &
online=$!
pids+=($online)
until [ "$(readlink /proc/$online/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
on_line() { nsenter -t $online -n "$@"; }
ip link set lo up
ip link add d0 type veth peer name d1 netns /proc/$online/ns/net
ip address add $target/24 dev d0
ip link set d0 up
on_line ip link set lo up
on_line ip address add 198.51.100.2/24 dev d1
on_line ip link set d1 up

# Of each record that reached this side: how long until the kernel sent what acknowledges it, or until the end of the run.
unacknowledged() { # CAPTURE: longest in ms, records over 2 ms, most at once
  tcpdump -r "$1" -nn -tt -S 2> /dev/null | awk -v server="$target.$port" '
    { from = $3; to = substr($5, 1, length($5) - 1); end = ack = 0; bytes = $NF
      for (i = 6; i < NF; i++) {
        if ($i == "seq") { split($(i + 1), range, "[:,]"); end = range[2] }
        if ($i == "ack") ack = $(i + 1) + 0
      }
      last = $1 }
    from == server {
      while (first[to] + 0 < count[to] + 0 && sent[to, first[to] + 0] <= ack) settle(to, $1)
    }
    to == server && bytes > 0 && end > highest[from] {
      highest[from] = end; sent[from, count[from] + 0] = end; came[from, count[from] + 0] = $1
      count[from]++
      if (count[from] - first[from] > most) most = count[from] - first[from]
    }
    function settle(tunnel, now,    wait) {
      wait = now - came[tunnel, first[tunnel] + 0]; first[tunnel]++
      if (wait > longest) longest = wait
      if (wait > 0.002) over++
    }
    END { for (tunnel in count) while (first[tunnel] + 0 < count[tunnel]) settle(tunnel, last)
      printf "%.3f %d %d\n", longest * 1000, over, most }'
}

kept=0
: > "$work/waits"
for run in $(seq "$runs"); do
  : > "$work/log"; : > "$work/double"; : > "$work/dump"; rm -f "$work/go"; mkfifo "$work/go"
  "$launcher" --backend=nfqueue -p $port "$@" > "$work/log" 2>&1 &
  subject=$!
  on_line java -cp "$kit/*" dev.intercept.kit.TcpcopySender $target $port 2 2000 200 5 < "$work/go" > "$work/double" 2>&1 &
  double=$!
  pids+=($subject $double)
  await "$work/log" 'listening on'
  exec 5> "$work/go"
  await "$work/double" ready
  tcpdump -U -B 16384 -s 100 -i d0 -w "$work/capture" "tcp port $port" 2> "$work/dump" &
  dump=$!
  await "$work/dump" 'listening on'
  stress-ng --quiet --cpu 6 &
  stress=$!
  pids+=($dump $stress)
  sleep 0.5
  echo >&5
  exec 5>&-
  wait $double && kept=$((kept + 1))
  kill $stress && wait $stress || true
  # tcpdump had no processor either: what it has not read yet would be missing.
  size=-1
  until [ "$size" = "$(stat -c %s "$work/capture")" ]; do size=$(stat -c %s "$work/capture"); sleep 0.3; done
  kill $dump && wait $dump || true
  kill $subject && wait $subject || true
  read -r longest over most < <(unacknowledged "$work/capture")
  echo "$longest" >> "$work/waits"
  echo "run $run: $(tail -1 "$work/double"); longest unacknowledged $longest ms, $over records over 2 ms, $most at once"
done
echo "$kept of $runs runs kept their tunnels; longest time unacknowledged: median $(sort -n "$work/waits" |
  awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }') ms, worst $(sort -n "$work/waits" | tail -1) ms"
[ "$kept" = "$runs" ]
