# The time that a start takes beside a bare runtime's, and the memory of the sessions. Sourced by bench.sh.

start_ms() { # ENVIRONMENT: milliseconds from exec to "listening on"
  local begun_us=${EPOCHREALTIME/./} line
  exec 3< <(exec env "$1" "$launcher" --backend=nfqueue -b 127.0.0.1 2>&1)
  subject_pid=$!
  while read -r -u 3 line && [[ $line != *'listening on'* ]]; do :; done
  echo $(((${EPOCHREALTIME/./} - begun_us) / 1000)) >> "$work/starts"
  kill $subject_pid
  while read -r -u 3 line; do :; done
  subject_pid=''
}

bare_start_ms() { # JAVA
  local begun_us=${EPOCHREALTIME/./}
  "$1" -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -version 2> /dev/null
  echo $(((${EPOCHREALTIME/./} - begun_us) / 1000)) >> "$work/starts"
}

five() { # TEXT COMMAND …
  local text=$1
  shift
  : > "$work/starts"
  for _ in 1 2 3 4 5; do "$@"; done
  # shellcheck disable=SC2046 # One line.
  echo "$text: median $(sort -n "$work/starts" | sed -n 3p) ms of" $(sort -n "$work/starts")
}

starts() {
  five 'Start with the archive' start_ms INTERCEPT_ARCHIVE=use
  five 'Start without' start_ms INTERCEPT_ARCHIVE=none
  start_subject intercept
  start_client
  echo "Resident with $sessions sessions: $(awk '/VmRSS/ { print $2 }' /proc/"$subject_pid"/status) kB"
  local java
  java=$(readlink "/proc/$subject_pid/exe") # the one that the launcher chose
  end_processes
  five 'A Java runtime that does nothing (java -version)' bare_start_ms "$java"
}
