#!/bin/sh
# Prints what a test must leave on this machine as it found it: mounts, packet filter, routing, addresses, kernel parameters, owner
# and mode of devices and of configuration, and the processes of this clone. dist/test.sh compares it before and after.
#
# Left out is what others change meanwhile (their processes, network namespaces, counters) and what the build may: the clone, ~/.m2,
# directories for temporary files, modules that the kernel loads by itself. Takes less than a second.
set -eu
clone=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

section() { # name, command…
  echo "== $1"
  shift
  "$@" 2>/dev/null || :
}

mounts() {
  awk '{ for (i = 7; $i != "-"; i++); print $5, $6, $(i + 1), $(i + 2) }' /proc/self/mountinfo | grep -v ' nsfs ' | sort
}

# Comments have times and counters.
saved_rules() {
  for save in iptables-legacy-save ip6tables-legacy-save iptables-nft-save ip6tables-nft-save; do
    command -v $save >/dev/null && $save 2>/dev/null | sed -e '/^#/d' -e 's/ *\[[0-9]*:[0-9]*\]//'
  done
  nft -s list ruleset
}

addresses() {
  ip -o link | sed 's/ qlen [0-9]*//'
  ip -o address | sed 's/ \(valid\|preferred\)_lft [0-9a-z]*//g'
}

routing() {
  ip rule
  ip -6 rule
  ip route show table all | sed 's/ expires [0-9a-z]*//'
  ip -6 route show table all | sed 's/ expires [0-9a-z]*//'
}

# Without those that count.
parameters() {
  sysctl -a 2>/dev/null | grep -vE '^(fs\.(dentry-state|file-nr|inode-(nr|state)|aio-nr|epoll|quota)|kernel\.(random|pty\.nr|ns_last_pid))' |
    grep -vE '^(net\.netfilter\.nf_conntrack_count|kernel\.(sched_domain|perf_event_max_sample_rate|keys|core_pipe)|vm\.stat|dev\.)'
}

# Name, owner, mode. Locks are the tools' own.
files() {
  find /dev -xdev \( -path /dev/pts -o -path /dev/shm -o -path /dev/mqueue \) -prune -o -printf '%p %u:%g %m %y\n' | sort
  find /etc /usr/local /boot /opt -xdev \( -path "$clone" -o -name '*.dpkg-*' -o -name ld.so.cache~ \) -prune -o \
    -printf '%p %u:%g %m %y\n' | sort
  find / /run /tmp /var /var/log /var/lib /home "$HOME" -maxdepth 0 -printf '%p %u:%g %m %y\n'
  find /run /var/log /var/cache /var/tmp "$HOME/.local/state" "$HOME/.cache" -maxdepth 1 -name '*intercept*' -printf '%p %u:%g %m %y\n' | sort
}

# Those that work in this clone or with files of it, but for this script, what it started, and what started it.
processes() {
  {
    find /proc/[0-9]*/cwd /proc/[0-9]*/exe -maxdepth 0 \( -lname "$clone" -o -lname "$clone/*" \) -printf 'uses %h\n'
    ps -eo pid=,ppid=,args=
  } 2>/dev/null | awk -v self=$$ -v clone="$clone" '
    $1 == "uses" { sub("/proc/", "", $2); uses[$2] = 1; next }
    { parent[$1] = $2; words = $0; sub(/^ *[0-9]+ +[0-9]+ /, "", words); text[$1] = words }
    END {
      for (pid = self; pid > 1; pid = parent[pid]) own[pid] = 1
      for (pid in text) {
        for (up = pid; up > 1 && up != self; up = parent[up]) continue
        if (up != self && !(pid in own) && (pid in uses || index(text[pid] " ", clone "/"))) print pid, text[pid]
      }
    }' | sort
}

section mounts mounts
section 'packet filter' saved_rules
section addresses addresses
section routing routing
section 'kernel parameters' parameters
section files files
section processes processes
