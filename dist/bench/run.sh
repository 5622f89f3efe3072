# One run: a subject at a rate, first cold, then warm. Sourced by bench.sh.

columns=(round subject rate phase offered handled dropped cpu user system whole sender client rest softirq p50 p99 p999 max silence
  verdict_p50 verdict_p99 verdict_max peak)

run() { # ROUND SUBJECT RATE, which is packets a second or max, and /PACKETS where these leave together
  local burst=0 rate=${3%%/*} phase
  [ "$3" = "$rate" ] || burst=${3#*/}
  rate=${rate/max/0}
  [ "$2" != drop ] || [ "$stress" = 0 ] || return 0 # The machine's totals are the stress itself then.
  start_subject "$2"
  [ "$2" = drop ] || start_client
  [ "$stress" = 0 ] || start_stress
  if [ "$2" != drop ] && [ "$cold_seconds" != 0 ]; then
    measure "$1" "$2" "$3" cold "$cold_seconds"
  fi
  # At full speed first, and then at the rate, since other ways through the code become the usual ones.
  if [ "$2" != drop ] && [ "$seconds" != 0 ]; then
    $load_cpus "$tools/generator" 0 "$warm_up_seconds" "$sessions" 0 > /dev/null
    drain
    $load_cpus "$tools/generator" "$rate" "$warm_up_seconds" "$sessions" 0 "$burst" > /dev/null
    drain
  fi
  [ "$seconds" = 0 ] && [ "$2" != drop ] || measure "$1" "$2" "$3" warm "$((seconds ? seconds : cold_seconds))"
  end_processes
}

charge() { # SIGN: adds to, or with - takes from, what everybody has used
  machine
  queue_sums
  lost=$((lost $1 queue_lost)) idle=$((idle $1 idle_ticks)) softirq=$((softirq $1 softirq_ticks)) wall=$((wall $1 clock_us))
  [ -n "$subject_pid" ] || return 0
  cpu_ns "$subject_pid"
  cpu=$((cpu $1 reply))
  ticks "$subject_pid"
  user=$((user $1 reply)) system=$((system $1 reply_system))
  cpu_ns "$client_pid"
  client=$((client $1 reply))
}

measure() { # ROUND SUBJECT RATE PHASE SECONDS, with $rate and $burst
  local lost=0 idle=0 softirq=0 wall=0 cpu=0 user=0 system=0 client=0 sent us sender report peak=0 probe='' verdicts='0 0 0 0'
  charge -
  if [ "$stress" != 0 ] && [ "$2" != drop ]; then
    $load_cpus "$tools/verdicts" "$5" > "$work/verdicts" &
    probe=$!
  fi
  $load_cpus "$tools/generator" "$rate" "$5" "$sessions" 1 "$burst" > "$work/sent"
  [ -z "$probe" ] || wait "$probe"
  drain
  charge +
  read -r sent us sender < "$work/sent"
  report="$sent 0 0 0 0 0 0 0"
  if [ "$2" != drop ]; then
    peak=$(awk '/VmHWM/ { print $2 }' /proc/"$subject_pid"/status)
    client_report USR1
    [ -z "$probe" ] || verdicts=$(cat "$work/verdicts")
  fi
  echo "$1 $2 $3 $4 $sent $us $sender $lost $idle $softirq $wall $cpu $user $system $client $peak $(nproc) $hz $report $verdicts" |
    awk -v OFS='\t' -f "$here/bench/line.awk" | tee -a "$work/runs"
}
