#!/bin/bash
# Runs the container image by what docs/container.md shows: commands, Compose, a pod. dist/package-test.sh starts it as root, in
# namespaces of its own for network, mounts and processes, with a directory for what the containers keep.
set -euo pipefail
. dist/packages.sh
docs=docs/container.md
it=dist/package/src/it
storage=$1
mkdir -p "$storage"

say() { printf '\n== %s\n' "$*"; }

# No systemd is asked for timers, so no health checks but those by hand. A command, since podman-compose starts it too.
cat >"$storage/podman" <<END
#!/bin/bash
exec podman --root "$storage/root" --runroot /run/storage --storage-driver vfs --runtime runc --cgroup-manager cgroupfs "\$@" \
  2> >(grep --line-buffered -v -e 'systemd connection' -e 'validating CNI' >&2)
END
chmod +x "$storage/podman"
export CONTAINERS_CONF=$storage/containers.conf # Where limits may not be raised.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n' >"$CONTAINERS_CONF"

engine() { "$storage/podman" "$@"; }

until_log() { # CONTAINER PATTERN
  local _
  for _ in $(seq 600); do
    engine logs "$1" >"$storage/log" 2>&1 && grep -q "$2" "$storage/log" && return
    sleep 0.1
  done
  cat "$storage/log"
  fail 70 "the container $1 does not log: $2"
}

# The YAML of one kind, with the image that was loaded.
from_docs() { # HEADING FIRST_LINE
  awk -v heading="## $1" -v first="$2" '/^## / { under = $0 == heading }
    /^```$/ { if (on) exit }
    under && $0 == first { on = 1 }
    on' $docs | sed "s|image: intercept$|image: $image|"
}

capabilities() { # CONTAINER
  local status
  status=$(grep -E '^(Uid|CapEff|CapBnd)' "/proc/$(engine inspect -f '{{.State.Pid}}' "$1")/status")
  echo "$status"
  grep -q '^CapBnd:.*0000000000003000$' <<<"$status" || fail 70 "it has other capabilities than the two"
  ! grep -q '^Uid:.*\b0\b' <<<"$status" || fail 70 "it runs as root"
}

options=(--network=host --read-only --tmpfs=/tmp --cap-drop=ALL --cap-add=NET_ADMIN,NET_RAW)

as_root_once() { engine run --rm --no-healthcheck "${options[@]}" --user 0 "$image" "$@"; }

commands() {
  say "containers: two capabilities, a read-only root, not root"
  as_root_once selftest --inside --backend=nfqueue --requests 100
  as_root_once rules --target-port=8080 --install
  iptables-save | grep -- '--queue-num 0' || fail 70 "there is no rule"
  engine run --detach "${options[@]}" --name intercept "$image" --backend=nfqueue
  until_log intercept 'listening on'
  capabilities intercept
  engine healthcheck run intercept || fail 70 "the health check says no"
  engine exec intercept intercept status
  engine stop -t 10 intercept
  until_log intercept 'SIGTERM: stopping'
  engine rm intercept
}

# By docker-compose, with Podman in Docker's place: podman-compose 1.0 does not know network_mode: host.
compose() {
  say "Compose"
  local file=$storage/compose.yaml name=test_intercept_1
  from_docs Compose 'version: "3"' >"$file"
  engine system service --time=0 unix:///run/engine.sock &
  local service=$!
  export DOCKER_HOST=unix:///run/engine.sock
  until [ -S /run/engine.sock ]; do sleep 0.1; done
  docker-compose -p test -f "$file" up --detach
  until_log $name 'listening on'
  capabilities $name
  perl $it/service/answer.pl 40001
  docker-compose -p test -f "$file" down
  kill $service
  as_root_once rules --target-port=8080 --remove
  ! iptables-save | grep -- '--queue-num 0' || fail 70 "the rule is still there"
}

# In its own network namespace; answer.pl is what connects.
pod() {
  say "a pod"
  # Podman 4.3 would remove the first container before it sees it end.
  from_docs Kubernetes 'apiVersion: v1' | sed "s|^metadata:|&\n  annotations: {io.podman.annotations.init.container.type: always}|
    s|image: the-test-server|image: $image\n      command: [perl, -MIO::Socket::INET, -e,\
        'my \$s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9); 1 while \$s->accept']|" >"$storage/pod.yaml"
  engine kube play --network none "$storage/pod.yaml"
  until_log test-server-intercept 'listening on'
  capabilities test-server-intercept
  nsenter --net="/proc/$(engine inspect -f '{{.State.Pid}}' test-server-intercept)/ns/net" sh -euc "$addresses; perl $it/service/answer.pl 40002 served"
  engine kube down "$storage/pod.yaml"
}

addresses="ip link set lo up; ip address add 10.77.0.3/32 dev lo; ip address add 10.78.0.1/32 dev lo"
sh -euc "$addresses"
mount -t tmpfs tmpfs /run # Podman's books of what runs.
mount -t tmpfs tmpfs /dev/shm
engine load -q -i dist/target/intercept-*-image.tar
image=$(engine images --format '{{.Repository}}:{{.Tag}}')
for step in commands compose pod; do
  $step
done
