#!/bin/bash
# Runs on a kernel that dist/kernel-test.sh has booted, once before and once after a restart of the machine, as root of a Debian with
# the package. Prints a line for each step: "ok", "none" where the kernel lacks what is tried, or "FAIL"; its name; its result.
set -euo pipefail
export LC_ALL=C.UTF-8 SYSTEMD_PAGER=cat PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root

PATIENCE_S=$(cat /root/patience) # For one step. Emulated, and on a machine that has other work, all takes many times as long.
BEFORE=/root/boot_id
LOG=/root/intercept.log

line() { printf '%-4s  %-32s  %s\n' "$@"; }

# A function below, in a process of its own; its result is the last line that it prints. Of one that fails all lines follow.
step() { # NAME FUNCTION ARGUMENT …
  local name=$1 words status=0
  shift
  words=$(timeout $PATIENCE_S "$0" "$@" 2>&1) || status=$?
  case $status:$words in
    0:*) line ok "$name" "$(sed '/^ *$/d' <<<"$words" | tail -n 1)" ;;
    69:*'has no ip_queue'*) line none "$name" "$(grep -o -m 1 'kernel [^ ]* has no ip_queue[^:]*' <<<"$words")" ;;
    *)
      line FAIL "$name" "exit code $status"
      sed 's/^/      | /' <<<"$words"
      ;;
  esac
}

await() { # COMMAND …: until it succeeds
  local end=$((SECONDS + PATIENCE_S))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return
    sleep 0.2
  done
}

selftest() { # BACKEND REQUESTS
  intercept selftest --backend="$1" --requests "$2" --deadline-s $((PATIENCE_S - 60))
}

# An answer goes to tcpcopy and to nobody else. A client's port for each process.
answer() {
  ip address replace 10.77.0.3/32 dev lo
  ip address replace 10.78.0.1/32 dev lo
  perl /root/answer.pl $((20000 + $$ % 20000))
}

# Each in force alone, and gone at its end.
rule() { # SHOWN_BY INSERTED_BY REMOVED_BY
  $2
  $1 | grep -i 'queue'
  answer >/root/answer
  $3
  ! $1 | grep -i 'queue' || return 70
  cat /root/answer
}

rules() {
  local intercept own="intercept rules --target-port=8080 --backend=nfqueue" rule="OUTPUT -p tcp --sport 8080 -j"
  intercept --backend=nfqueue >$LOG 2>&1 &
  intercept=$!
  await grep 'listening on' $LOG || cat $LOG
  step "rules --tool=nft --install" rule "nft list ruleset" "$own --tool=nft --install" "$own --tool=nft --remove"
  step "rules --tool=iptables-nft" rule "iptables-nft -S" "$own --tool=iptables-nft --install" "$own --tool=iptables-nft --remove"
  step "iptables-nft -j NFQUEUE" rule "iptables-nft -S" "iptables-nft -I $rule NFQUEUE" "iptables-nft -D $rule NFQUEUE"
  step "iptables-legacy -j QUEUE" rule "iptables-legacy -S" "iptables-legacy -I $rule QUEUE" "iptables-legacy -D $rule QUEUE"
  kill $intercept
  wait $intercept || :
}

# Without CAP_PERFMON the verifier allows less; before 5.11 maps count as locked memory, whose limit root alone raises.
two_capabilities() {
  local intercept capabilities=-all,+bpf,+net_admin
  ulimit -l unlimited
  setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=$capabilities --ambient-caps=$capabilities --bounding-set=$capabilities \
    intercept --backend=ebpf --interface=lo --target-ports=8081 --port=36599 >$LOG 2>&1 &
  intercept=$!
  until grep -q 'capturing with ebpf' $LOG; do
    if ! kill -0 $intercept; then
      cat $LOG
      return 70
    fi
    sleep 0.2
  done
  kill $intercept
  wait $intercept || :
  intercept rules --backend=ebpf --remove
  grep -o 'capturing with ebpf.*' $LOG
}

enabled() {
  sed -i 's|^INTERCEPT_OPTS=.*|INTERCEPT_OPTS="--log=/var/log/intercept/intercept.log --install-rules=8080"|' /etc/default/intercept
  systemctl enable --now intercept
  in_service
}

# Started by systemd, with its rule, and at work.
in_service() {
  await systemctl is-active intercept
  await grep 'listening on' /var/log/intercept/intercept.log
  iptables -S OUTPUT | grep NFQUEUE
  echo "active since $(systemctl show --value --property ActiveEnterTimestamp intercept), with its rule: $(answer)"
}

restarted() {
  local id
  id=$(cat /proc/sys/kernel/random/boot_id)
  [ "$id" != "$(cat $BEFORE)" ]
  echo "boot $id after $(cat $BEFORE)"
}

purged() {
  dpkg -P intercept
  ! iptables -S OUTPUT | grep NFQUEUE || return 70
  echo "the service is stopped, its rule is gone"
}

first_boot() {
  line ok boot "$(uname -r), $(uname -v)"
  local backend
  for backend in ipqueue nfqueue nflog pcap ebpf; do
    step "selftest $backend" selftest $backend "$(cat /root/requests)"
  done
  step "ebpf, with two capabilities" two_capabilities
  rules
  step "service, enabled" enabled
  cat /proc/sys/kernel/random/boot_id >$BEFORE
  systemctl reboot 2>/dev/console # There is no bus to say it on.
}

second_boot() {
  step "restart of the machine" restarted
  step "service, after the restart" in_service
  step "selftest nfqueue, after it" selftest nfqueue 10
  step purge purged
  line end end "$(cut -d . -f 1 /proc/uptime) s after the second boot"
  systemctl poweroff 2>/dev/console
}

if [ $# -gt 0 ]; then
  "$@"
else
  stty -F /dev/ttyS1 -opost # Lines end as elsewhere.
  exec </dev/null >/dev/ttyS1 2>&1
  if [ -f $BEFORE ]; then second_boot; else first_boot; fi
fi
