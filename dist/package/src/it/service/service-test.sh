#!/bin/bash
# Runs in a Debian that systemd has booted, as its root, with /root/intercept.deb: installs the package, and has systemd itself
# start, watch, restart, reload and stop the service. dist/package-test.sh boots that system.
set -euo pipefail
export LC_ALL=C.UTF-8 SYSTEMD_PAGER=cat SYSTEMD_COLORS=0

MAX_EXPOSURE=22 # Of systemd-analyze security, in tenths; CAP_BPF and bpf(2) are two of them.
WATCHDOG_S=3    # In place of the unit's own time, so that the test is short.
PATIENCE_S=60

say() { printf '\n-- %s\n' "$*"; }

fail() {
  echo "service-test: $*" >&2
  systemctl status --no-pager --full intercept >&2 || :
  journalctl --no-pager -u intercept -n 50 >&2 || :
  exit 70
}

property() { systemctl show --value --property "$1" intercept; }

expect() { # PROPERTY VALUE …: of the service
  while [ $# -gt 0 ]; do
    echo "$1=$(property "$1")"
    [ "$(property "$1")" = "$2" ] || fail "$1 should be $2"
    shift 2
  done
}

await() { # WORDS COMMAND …: until it succeeds
  local words=$1 end=$((SECONDS + PATIENCE_S))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$words: not within $PATIENCE_S s"
    sleep 0.1
  done
}

options() { # OPTION …: those of the service
  sed -i "s|^INTERCEPT_OPTS=.*|INTERCEPT_OPTS=\"$*\"|" /etc/default/intercept
}

installed() {
  say "install: neither enabled nor started, the archive of classes is made"
  systemctl --version | head -n 1
  dpkg -i /root/intercept.deb
  ! systemctl is-enabled intercept || fail "it is enabled"
  ! systemctl is-active intercept || fail "it is started"
  ls /usr/lib/intercept/lib/*.sum
}

analyzed() {
  say "systemd-analyze"
  local words
  words=$(systemd-analyze verify --man=no intercept.service 2>&1) && [ -z "$words" ] || fail "verify says: $words"
  systemd-analyze security --no-pager --threshold=$MAX_EXPOSURE intercept.service | tail -n 1 ||
    fail "more than $MAX_EXPOSURE tenths of exposure"
}

started() {
  say "start: returns once the service says READY"
  time systemctl start intercept
  expect ActiveState active SubState running Type notify NotifyAccess main NRestarts 0
  systemctl status --no-pager intercept | sed -n '1,12p'
  [[ $(property StatusText) == *"tunnels"* ]] || fail "it reports no STATUS"
  local pid
  pid=$(property MainPID)
  grep -E '^(Name|Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp)' "/proc/$pid/status"
  [ "$(stat -c %U "/proc/$pid")" = intercept ] || fail "it does not run as the user intercept"
  # CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF.
  [ "$(grep -c -E '^Cap(Inh|Prm|Eff|Bnd|Amb):.0000008000003000$' "/proc/$pid/status")" = 5 ] ||
    fail "it has other capabilities than the unit's"
  # The launcher's shell is gone, and nothing else was started.
  [ "$(cat "/sys/fs/cgroup/system.slice/intercept.service/cgroup.procs")" = "$pid" ] || fail "it has other processes"
}

traffic() {
  say "an answer goes to tcpcopy and to nobody else"
  ip address add 10.77.0.3/32 dev lo
  ip address add 10.78.0.1/32 dev lo
  iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0
  perl /root/answer.pl 59158 || fail "see above"
  intercept status
}

stopped_in_the_kernel() {
  say "ebpf: the unit's user has what it takes; the filter stays until it is removed"
  options --backend=ebpf --target-ports=8080 --interface=lo
  systemctl restart intercept
  expect ActiveState active SubState running NRestarts 0
  intercept rules --backend=ebpf | grep ' reads it$' || fail "it holds no filter"
  systemctl stop intercept
  intercept rules --backend=ebpf --remove | grep '^tc filter del dev lo egress ' || fail "the filter is gone"
  options --log=/var/log/intercept/intercept.log
  systemctl start intercept
}

reloaded() {
  say "logrotate: the log is reopened, by the same process"
  local log=/var/log/intercept/intercept.log pid
  pid=$(property MainPID)
  logrotate --force /etc/logrotate.d/intercept
  await "no new log" test -s $log
  ls -l $log $log.1
  mv $log $log.2
  systemctl reload intercept
  await "no new log" test -s $log
  cat $log
  expect MainPID "$pid" ActiveState active
}

restarted_when_stuck() {
  say "watchdog: a process that hangs is ended and started again"
  mkdir -p /run/systemd/system/intercept.service.d
  printf '[Service]\nWatchdogSec=%d\n' $WATCHDOG_S >/run/systemd/system/intercept.service.d/watchdog.conf
  systemctl daemon-reload
  systemctl restart intercept
  local pid
  pid=$(property MainPID)
  # Alive for two such times while it works.
  sleep $((WATCHDOG_S * 2))
  expect NRestarts 0 MainPID "$pid"
  kill -STOP "$pid"
  restarted_from() { [ "$(property NRestarts)" = 1 ] && [ "$(property ActiveState)" = active ]; }
  await "not started again" restarted_from
  [ "$(property MainPID)" != "$pid" ] || fail "it is the same process"
  journalctl --no-pager -o cat -u intercept | grep -i -E 'watchdog|restart'
  rm -r /run/systemd/system/intercept.service.d
  systemctl daemon-reload
}

left_down() {
  say "a wrong option is not tried again"
  options --prot=36524
  ! systemctl restart intercept || fail "it starts with a wrong option"
  expect ActiveState failed Result exit-code ExecMainStatus 64 NRestarts 0
  journalctl --no-pager -o cat -u intercept | grep -A 2 -e '--prot'
}

# Of a rule that was never out of force the kernel goes on counting.
restarted_with_rules() {
  say "a restart leaves the service's rules in force, a stop takes them out"
  options --install-rules=8080 --log-level=info
  iptables -F OUTPUT
  systemctl restart intercept
  counted() { iptables -nvxL OUTPUT | awk '/dpt|spt:8080/ { print $1 }'; }
  timeout 5 perl -e 'use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => "10.77.0.3", LocalPort => 8080, Listen => 1, ReuseAddr => 1);
    IO::Socket::INET->new(LocalAddr => "10.78.0.1", PeerAddr => "10.77.0.3", PeerPort => 8080, Timeout => 2)' || :
  local before
  before=$(counted)
  [ "$before" -gt 0 ] || fail "no answer met the rule"
  systemctl restart intercept
  expect ActiveState active
  [ "$(counted)" -ge "$before" ] || fail "the rule was out of force"
  journalctl --no-pager -o cat -u intercept | grep 'left in force' || fail "it does not say that it leaves the rules"
  systemctl stop intercept
  [ -z "$(counted)" ] || fail "a stop leaves the rule: $(iptables -S OUTPUT)"
}

# The client of kept.pl plays on, over one connection, until SIGTERM: then it says how many answers it had.
kept_through() { # WORDS COMMAND …
  local words=$1 client before
  shift
  options --log-level=info
  systemctl is-active -q intercept || systemctl start intercept
  iptables -F OUTPUT
  iptables -I OUTPUT -p tcp --sport 8080 -j NFQUEUE --queue-num 0
  before=$(property MainPID)
  perl /root/kept.pl 59200 /root/kept.count &
  client=$!
  await "no answer comes" test -s /root/kept.count
  "$@" || fail "$words"
  expect ActiveState active SubState running NRestarts 0 NFileDescriptorStore 0
  after=$(property MainPID)
  local then
  then=$(<"/root/kept.count")
  more() { [ "$(<"/root/kept.count")" -gt $((then + 200)) ]; }
  await "$words: no answers come afterwards" more
  kill "$client"
  wait "$client" || fail "$words: the tunnel ended, or an answer was lost"
  rm /root/kept.count
  journalctl --no-pager -o cat -u intercept | grep 'restarted as ' | tail -n 1
  journalctl --no-pager -o cat -u intercept | grep 'restarted as .*: 1 tunnels' >/dev/null || fail "$words: nothing says so"
  pid_before=$before pid_after=$after
}

tunnels_kept() {
  say "systemctl restart: another process, the same tunnel, no answer lost"
  kept_through "systemctl restart" systemctl restart intercept
  [ "$pid_before" != "$pid_after" ] || fail "it is the same process"
  say "systemctl reload-or-restart: the same process"
  kept_through "systemctl reload-or-restart" systemctl reload-or-restart intercept
  [ "$pid_before" = "$pid_after" ] || fail "it is another process"
  say "intercept restart: the same process, the same tunnel, no answer lost"
  kept_through "intercept restart" intercept restart
  [ "$pid_before" = "$pid_after" ] || fail "it is another process"
  kept_through "a second time" intercept restart
  say "and by the service manager once more, after that"
  kept_through "systemctl restart" systemctl restart intercept
  [ "$pid_before" != "$pid_after" ] || fail "it is the same process"
  say "an upgrade of the package"
  kept_through "dpkg -i" dpkg -i /root/intercept.deb
  [ "$pid_before" != "$pid_after" ] || fail "it is the same process"
  say "a stop ends the tunnel"
  perl /root/kept.pl 59300 /root/kept.count &
  local client=$!
  await "no answer comes" test -s /root/kept.count
  systemctl stop intercept
  ! wait "$client" || fail "it goes on after a stop"
  expect ActiveState inactive NFileDescriptorStore 0
}

journalled() {
  say "without a log file the journal has each line, with its priority"
  options --log-level=debug
  systemctl restart intercept
  journalctl --no-pager -u intercept "_PID=$(property MainPID)" -o json --output-fields=PRIORITY,MESSAGE | sed 's/"_[^,]*,//g'
  journalctl --no-pager -q -u intercept "_PID=$(property MainPID)" -p info -o cat | grep -q 'listening on' || fail "nothing at info"
}

stopped() {
  say "stop"
  systemctl stop intercept
  expect ActiveState inactive SubState dead Result success
  journalctl --no-pager -o cat -u intercept | tail -n 4
}

purged() {
  say "purge while it is enabled and runs"
  systemctl enable --now intercept
  mkdir -p /etc/intercept
  intercept config --print-default >/etc/intercept/intercept.conf
  expect ActiveState active UnitFileState enabled
  local pid
  pid=$(property MainPID)
  dpkg -P intercept
  [ ! -d "/proc/$pid" ] || fail "it still runs"
  ! getent passwd intercept || fail "the user is left behind"
  local left
  left=$(find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path /var/lib/dpkg -o -path /var/log/journal \) -prune -o \
    -iname '*intercept*' -print; find /run -iname '*intercept*')
  [ -z "$left" ] || fail "left behind: $left"
  echo "nothing is left"
}

systemctl is-system-running --wait || :
for step in installed analyzed started traffic stopped_in_the_kernel reloaded restarted_when_stuck restarted_with_rules tunnels_kept left_down journalled stopped purged; do
  $step
done
