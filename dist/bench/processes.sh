# Starts and ends what is measured and what it is measured with. Sourced by bench.sh.

subject_pid='' client_pid='' stress_pid='' filtered=''

end_processes() {
  local pid
  for pid in $client_pid $subject_pid $stress_pid; do
    kill "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
  subject_pid='' client_pid='' stress_pid=''
}

await() { # FILE TEXT PID: until the file has the text
  for _ in $(seq 400); do
    grep -q "$2" "$1" && return
    kill -0 "$3" 2> /dev/null || break
    nap 0.05
  done
  echo "bench.sh: no '$2':" >&2
  cat "$1" >&2
  exit 1
}

set_rules() { # SUBJECT
  local answers="-A OUTPUT -o d0 -p tcp --sport 8080"
  iptables -F OUTPUT
  # The filter of a subject that ended would stop the next one's answers.
  [ -z "$filtered" ] || "$launcher" rules --backend=ebpf --remove > /dev/null 2>&1
  filtered=''
  # shellcheck disable=SC2086 # Several words.
  case $1 in
    nflog*)
      iptables $answers -j NFLOG --nflog-group 0 --nflog-size 128 --nflog-threshold 64
      iptables $answers -j NFQUEUE --queue-num 65535
      ;;
    ebpf*) filtered=yes ;;
    drop) iptables $answers -j NFQUEUE --queue-num 65535 ;;
    *) iptables $answers -j NFQUEUE --queue-num 0 ;;
  esac
}

start_subject() { # SUBJECT, of which what follows an = is the launcher to use
  local program=$launcher
  [ "$1" = "${1#*=}" ] || program=${1#*=}
  : > "$work/subject"
  set_rules "$1"
  # shellcheck disable=SC2086 # taskset's words.
  case $1 in
    drop) return ;;
    nflog*) $subject_cpus "$program" --backend=nflog -b 127.0.0.1 --max-sessions 4194304 > "$work/subject" 2>&1 & ;;
    ebpf*) $subject_cpus "$program" --backend=ebpf --target-ports=8080 --interface=d0 -b 127.0.0.1 --max-sessions 4194304 > "$work/subject" 2>&1 & ;;
    blind*) $subject_cpus "$program" --backend=nfqueue -b 127.0.0.1 --max-sessions 4194304 --target-figures=off "${options[@]}" > "$work/subject" 2>&1 & ;;
    intercept*) $subject_cpus "$program" --backend=nfqueue -b 127.0.0.1 --max-sessions 4194304 "${options[@]}" > "$work/subject" 2>&1 & ;;
    *) $subject_cpus "$tools/loop" "$1" > "$work/subject" 2>&1 & ;;
  esac
  subject_pid=$!
  await "$work/subject" 'ready\|listening on' $subject_pid
}

start_client() { # until the subject has read every route
  local before now=-1
  : > "$work/client"
  $load_cpus "$tools/client" "$sessions" > "$work/client" 2>&1 &
  client_pid=$!
  await "$work/client" ready $client_pid
  while before=$now; cpu_ns "$subject_pid"; now=$reply; [ "$before" = -1 ] || [ $((now - before)) -gt 20000000 ]; do
    nap 0.2
  done
}

start_stress() {
  stress-ng --cpu "$stress" --quiet > /dev/null 2>&1 &
  stress_pid=$!
  nap 0.5
}

client_report() { # SIGNAL: sets report to the client's next line
  local lines
  lines=$(wc -l < "$work/client")
  kill -"$1" "$client_pid" || echo "client ended: $(cat "$work/client") subject: $(cat "$work/subject")" >&2
  for _ in $(seq 100); do
    nap 0.05
    [ "$(wc -l < "$work/client")" = "$lines" ] || break
  done
  report=$(tail -1 "$work/client")
}
