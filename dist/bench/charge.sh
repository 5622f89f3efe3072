# What the machine's time went to. Sourced by bench.sh. Reads files of /proc by builtins: a process for each would be charged too.

cpu_ns() { # PID: nanoseconds on a processor, all threads; sets reply
  local file ns
  reply=0
  for file in /proc/"$1"/task/*/schedstat; do
    { read -r ns _ < "$file"; } 2> /dev/null && reply=$((reply + ns))
  done
}

ticks() { # PID: user and system time in ticks; sets reply and reply_system; fails when it has ended
  local stat fields
  { read -r stat < /proc/"$1"/stat; } 2> /dev/null || return 1
  read -ra fields <<< "${stat##*) }"
  reply=${fields[11]} reply_system=${fields[12]}
}

machine() { # sets idle_ticks (with what the host took away), softirq_ticks (sampled, part of everybody's time) and clock_us
  local fields
  read -ra fields < /proc/stat
  idle_ticks=$((fields[4] + fields[5] + fields[8])) softirq_ticks=${fields[7]} clock_us=${EPOCHREALTIME/./}
}

queue_sums() { # of all queues in the kernel's table: sets queue_waiting and queue_lost
  local waiting dropped user_dropped
  queue_waiting=0 queue_lost=0
  while read -r _ _ waiting _ _ dropped user_dropped _; do
    queue_waiting=$((queue_waiting + waiting)) queue_lost=$((queue_lost + dropped + user_dropped))
  done < /proc/net/netfilter/nfnetlink_queue
}

in_sockets() { # sets reply: bytes in receive buffers of netfilter's sockets
  local protocol bytes
  reply=0
  while read -r _ protocol _ _ bytes _; do
    [ "$protocol" != 12 ] || reply=$((reply + bytes))
  done < /proc/net/netlink
}

nap() { # SECONDS, without a process
  read -rt "$1" -u 9 || true
}

drain() { # until the kernel has nothing left for the subject
  for _ in $(seq 100); do
    in_sockets
    queue_sums
    [ "$reply" = 0 ] && [ $queue_waiting = 0 ] && return
    nap 0.05
  done
}
