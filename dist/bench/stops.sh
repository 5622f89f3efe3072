# How long the Java runtime holds everything up while clients do not read: its own log says. Sourced by bench.sh.

stop_times() { # FILE of -Xlog:gc*,safepoint: how many stops, their sum and the longest
  awk -F'Total: ' '/Safepoint "/ { n++; ms = $2 / 1e6; sum += ms; if (ms > most) { most = ms; split($1, part, "\""); what = part[2] } }
    END { printf "%d in all, %.1f ms together, longest %.1f ms (%s)", n, sum, most, what }' "$1"
}

collections() { # FILE: how many pauses of each kind and the longest
  sed -n 's/.*Pause \(.*\) \([0-9.]*\)ms$/\1\t\2/p' "$1" | sed 's/ [0-9]*M->.*)\t/\t/' |
    awk -F'\t' '{ n[$1]++; if ($2 > most[$1]) most[$1] = $2 } END { for (kind in n) printf "; %d × %s, longest %.1f ms", n[kind], kind, most[kind] }'
}

readonly sleepers=1000 stop_rate=50000

stops() { # SUBJECT
  local log=$work/stops.log
  rm -f "$log"
  INTERCEPT_JAVA_OPTS="${INTERCEPT_JAVA_OPTS:-} -Xlog:gc*,safepoint:file=$log" start_subject "$1"
  : > "$work/client"
  $load_cpus "$tools/sleepers" "$sleepers" 1000000 3000 14000 $((stop_seconds + 5)) > "$work/client" 2>&1 &
  client_pid=$!
  await "$work/client" ready $client_pid
  $load_cpus "$tools/generator" "$stop_rate" "$stop_seconds" 1000000 0 > /dev/null
  cpu_ns "$subject_pid"
  echo "$1, $sleepers clients that read 3 s of 14, 1000000 sessions, $stop_rate answers a second for $stop_seconds s:"
  echo "  stops: $(stop_times "$log")$(collections "$log")"
  echo "  CPU $((reply / 1000000)) ms, memory $(awk '/VmHWM/ { print $2 }' /proc/"$subject_pid"/status) kB at most"
  [ -z "${STOPS_LOG:-}" ] || cp "$log" "$STOPS_LOG"
  end_processes
}
