# How fast full queues are emptied, by one lane with one processor and by two with two; tcpcopy's side shares them. Sourced by bench.sh.

drained() { # LANES CPUS: prints packets a second, the median of five times
  local subject_cpus="taskset -c $2" load_cpus="taskset -c $2" waiting begun_us queues="--queue-num 0"
  [ "$1" = 1 ] || queues="--queue-balance 0:$(($1 - 1))"
  : > "$work/subject"
  : > "$work/drained"
  iptables -F OUTPUT
  # shellcheck disable=SC2086 # Two words.
  iptables -A OUTPUT -o d0 -p tcp --sport 8080 -j NFQUEUE $queues
  $subject_cpus "$launcher" --backend=nfqueue -b 127.0.0.1 --queue="0:$(($1 - 1))" --queue-maxlen=65536 --tunnel-buffer=64m \
    > "$work/subject" 2>&1 &
  subject_pid=$!
  await "$work/subject" 'listening on' $subject_pid
  start_client
  "$tools/generator" 0 "$warm_up_seconds" "$sessions" 0 > /dev/null
  drain
  for _ in 1 2 3 4 5; do
    kill -STOP $subject_pid
    "$tools/generator" 250000 1 "$sessions" 0 > /dev/null
    queue_sums
    waiting=$queue_waiting begun_us=${EPOCHREALTIME/./}
    kill -CONT $subject_pid
    while [ "$queue_waiting" != 0 ]; do
      nap 0.01
      queue_sums
    done
    echo $((waiting * 1000 / ((${EPOCHREALTIME/./} - begun_us) / 1000))) >> "$work/drained"
    drain
  done
  end_processes
  sort -n "$work/drained" | sed -n 3p
}

lanes() {
  local one two
  [ "$(nproc)" -ge 2 ] || return 0
  one=$(drained 1 0) two=$(drained 2 0,1)
  echo "Full queues emptied: one lane on one processor $one/s, two on two $two/s, $(ratio "$two" "$one") times"
}
