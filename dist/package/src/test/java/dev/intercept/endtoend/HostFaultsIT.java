package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.FindingId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Hosts with faults, each found and mended by a script. */
class HostFaultsIT extends ScriptedFaults {

    @Test
    @Tag("java-version")
    void shouldFindThatTheJavaIsTooOld() throws Exception {
        String fault = """
                mkdir -p /run/old/bin
                echo 'JAVA_VERSION="11.0.20"' >/run/old/release
                cp /bin/true /run/old/bin/java
                export JAVA_HOME=/run/old
                """;
        mend(FindingId.JAVA_VERSION, new Script(fault, "intercept check", AS_TOLD));
    }

    @Test
    @Tag("start")
    void shouldFindThatAStartCouldNotWriteItsLog() throws Exception {
        String line =
                mend(FindingId.START, new Script("", "intercept check -l /run/log/intercept.log", "mkdir /run/log"));
        assertTrue(line.contains("cannot write the log file /run/log/intercept.log"), line);
    }

    /** No kernel that runs this test has ip_queue. */
    @Test
    @Tag("backend")
    void shouldFindThatTheKernelLacksTheBackend() throws Exception {
        String line = mend(
                FindingId.BACKEND,
                new Script(
                        "options=--backend=ipqueue",
                        "intercept check $options",
                        "options=$(advised | sed 's/^intercept//')"));
        assertTrue(line.startsWith("FAIL backend: backend ipqueue cannot be used here: "), line);
    }

    /** A directory that stands in for /proc/net of a kernel with both: none that runs this test has ip_queue. */
    @Test
    @Tag("queue-handlers")
    void shouldFindTwoHandlersOfOneQueue() throws Exception {
        String fault = """
                mkdir -p /run/net/netfilter
                touch /run/net/ip_queue /run/net/netfilter/nfnetlink_queue
                echo ' 2 ip_queue' >/run/net/netfilter/nf_queue
                printf '#!/bin/sh\\nrm "/run/net/$1"\\n' >/run/bin/rmmod
                chmod +x /run/bin/rmmod
                """;
        String line = mend(FindingId.QUEUE_HANDLERS, new Script(fault, withProcNet("--backend=nfqueue"), AS_TOLD));
        assertTrue(line.contains("the handler of IPv4 is ip_queue"), line);
    }

    /** The process is real; what the kernel would say of it, it says itself. */
    @Test
    @Tag("queue-owner")
    void shouldFindWhoOwnsIpQueue() throws Exception {
        String fault = """
                mkdir /run/net
                cat >/run/bin/old-intercept <<'END'
                #!/bin/sh
                state() { printf 'Peer PID          : %s\\nQueue max. length : 8192\\n' "$1" >/run/net/ip_queue; }
                sleep 1000 &
                trap 'state 0; kill $!; exit' TERM
                state $$
                wait
                END
                chmod +x /run/bin/old-intercept
                touch /run/net/ip_queue
                old-intercept &
                started=$!
                await Peer /run/net/ip_queue
                """;
        String line = mend(
                FindingId.QUEUE_OWNER,
                new Script(fault, withProcNet("--backend=ipqueue"), AS_TOLD + "\nwait $started || :\nstarted="));
        assertTrue(line.contains("(old-intercept)"), line);
    }

    @Test
    @Tag("privileges")
    void shouldFindThatTheCapabilityLacksAndGiveTheStartThatHasIt() throws Exception {
        mend(
                FindingId.PRIVILEGES,
                new Script(
                        "",
                        AS_NOBODY + "intercept check --backend=nfqueue --target-port=80",
                        "check() { eval \"$(echo \"$remedy\" | sed 's#/bin/intercept#& check#')\"; }"));
    }

    @Test
    @Tag("tunnel-acknowledgement")
    void shouldFindThatTunnelsAreAcknowledgedLateWithoutTheCapability() throws Exception {
        mend(
                FindingId.TUNNEL_ACKNOWLEDGEMENT,
                new Script(
                        "",
                        AS_NOBODY + "intercept check --backend=pcap",
                        "check() { eval \"$(echo \"$remedy\" | sed 's/^sudo intercept/intercept check/')\"; }"));
    }

    @Test
    @Tag("queue-rule")
    void shouldFindThatOnlyRootMayReadTheRules() throws Exception {
        mend(FindingId.QUEUE_RULE, new Script("", AS_NOBODY + "intercept check", "check() { eval \"$remedy\"; }"));
    }

    @Test
    @Tag("rule-no-listener")
    void shouldFindThatARuleDropsUntilInterceptListens() throws Exception {
        String start = """
                sh -c "exec $remedy" 2>log &
                started=$!
                await 'listening on' log
                """;
        mend(
                FindingId.RULE_NO_LISTENER,
                new Script(
                        "iptables -A OUTPUT -p tcp --sport 80 -j NFQUEUE --queue-num 0",
                        "intercept check --backend=nfqueue",
                        start));
    }

    /** The connections are real, and the limit, which is the host's, is a file. */
    @Test
    @Tag("conntrack")
    void shouldFindThatTheConnectionTableIsNearlyFull() throws Exception {
        String fault = """
                iptables -A OUTPUT -m conntrack --ctstate NEW
                bash -c 'for port in $(seq 1001 1100); do echo >/dev/udp/127.0.0.1/$port; done' 2>/dev/null || :
                echo 100 >/run/max
                mount --bind /run/max /proc/sys/net/netfilter/nf_conntrack_max
                """;
        String line = mend(FindingId.CONNTRACK, new Script(fault, "intercept check", AS_TOLD));
        assertTrue(line.startsWith("FAIL conntrack: the connection table holds 1"), line);
        assertTrue(line.contains("sysctl -w net.netfilter.nf_conntrack_max=200  # on the host itself"), line);
    }

    /** The limit, which is the host's, is a file. */
    @Test
    @Tag("queue-memory")
    void shouldFindThatTheLimitOfTheSocketsBufferIsTooSmall() throws Exception {
        String fault = """
                echo 212992 >/run/max
                mount --bind /run/max /proc/sys/net/core/rmem_max
                """;
        mend(FindingId.QUEUE_MEMORY, new Script(fault, AS_NOBODY + "intercept check --backend=nfqueue", AS_TOLD));
    }

    @Test
    @Tag("public-address")
    void shouldFindThatEveryoneReachesThePort() throws Exception {
        String fault = """
                ip link add target0 type veth peer name wire0
                ip address add 198.51.100.1/32 dev target0
                ip link set target0 up
                """;
        mend(
                FindingId.PUBLIC_ADDRESS,
                new Script(
                        fault,
                        "intercept check $options",
                        "options=$(advised | sed 's#^intercept##; s#CIDR#10.0.0.0/8#')"));
    }

    /** Any program that listens is a target; this one is at hand. */
    private static final String TARGET_ELSEWHERE = """
            unshare -n sh -c 'exec intercept --backend=nfqueue -p 8080' 2>log &
            started=$!
            await 'listening on' log
            """;

    @Test
    @Tag("network-namespace")
    void shouldFindThatTheTargetIsInAnotherNetwork() throws Exception {
        mend(
                FindingId.NETWORK_NAMESPACE,
                new Script(
                        TARGET_ELSEWHERE,
                        "intercept check --target-port=8080",
                        "check() { $(advised | sed \"s/PID/$started/\") check --target-port=8080; }"));
    }

    /** The stand-in for docker does what --network does, and nothing else. */
    @Test
    @Tag("container")
    void shouldFindAContainerWithoutTheTargetsNetwork() throws Exception {
        String docker = """
                printf '#!/bin/sh\\n[ "$1 $2" = "run --network=container:NAME" ] || exit 125\\n' >/run/bin/docker
                echo "nsenter -t $started -n intercept check --target-port=8080" >>/run/bin/docker
                chmod +x /run/bin/docker
                check() { $(advised | sed 's/--network=host/--network=container:NAME/'); }
                """;
        String line = mend(
                FindingId.CONTAINER,
                new Script(
                        "touch /run/.containerenv\n" + TARGET_ELSEWHERE, "intercept check --target-port=8080", docker));
        assertTrue(line.contains("if the test server is in a container: --network=container:NAME instead"), line);
    }
}
