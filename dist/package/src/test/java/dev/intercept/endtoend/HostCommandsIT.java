package dev.intercept.endtoend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.diagnosis.FindingId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Remedies that would change the host itself, typed as far as a namespace of its own goes; stand-ins check what they are asked. */
class HostCommandsIT extends ScriptedFaults {

    private static final String EBPF = "intercept check --backend=ebpf --target-ports=8080";

    private static final String DEVICE = """
            ip link add target0 type veth peer name wire0
            ip address add 198.51.100.1/32 dev target0
            ip link set target0 up
            """;

    private static String standIn(String command, String body) {
        return "cat >/run/bin/" + command + " <<'END'\n#!/bin/sh\n" + body + "\nEND\nchmod +x /run/bin/" + command
                + "\n";
    }

    /** The real apt-get says that there is such a package, and changes nothing. */
    @Test
    @Tag("queue-rule")
    void shouldFindThatThereIsNoToolForRules() throws Exception {
        String fault = "mount -t tmpfs tmpfs /usr/sbin\n"
                + standIn("apt-get", "umount /usr/sbin && exec /usr/bin/apt-get -s \"$@\"");
        mend(FindingId.QUEUE_RULE, new Script(fault, "intercept check", AS_TOLD));
    }

    /** The setting is the host's: a copy of it is mounted over those that a network of its own lacks. */
    @Test
    @Tag("backend")
    void shouldFindThatTheKernelInterpretsPrograms() throws Exception {
        String fault = DEVICE + """
                cp -r /proc/sys/net/core /run/core
                echo 0 >/run/core/bpf_jit_enable
                mount --bind /run/core /proc/sys/net/core
                """;
        String line = mend(FindingId.BACKEND, new Script(fault, EBPF, AS_TOLD));
        assertTrue(line.contains("; do: sysctl -w net.core.bpf_jit_enable=1  # on the host itself"), line);
    }

    @Test
    @Tag("backend")
    void shouldFindThatNoFilterCanBeAttachedWithoutTheCapability() throws Exception {
        mend(
                FindingId.BACKEND,
                new Script(
                        DEVICE,
                        AS_NOBODY + EBPF,
                        "check() { eval \"$(echo \"$remedy\" | sed 's/^sudo intercept/" + EBPF + "/')\"; }"));
    }

    /** A module that every kernel here has is taken away as the program sees it: no socket can be opened. */
    @Test
    @Tag("backend")
    void shouldFindThatTheModuleOfTheQueueIsNotLoaded() throws Exception {
        String fault =
                "without='strace -f -qq -o /dev/null --seccomp-bpf -e trace=socket -e inject=socket:error=EPROTONOSUPPORT'\n"
                        + standIn("modprobe", "[ \"$*\" = nfnetlink_queue ] && [ -e \"/proc/net/netfilter/$1\" ]");
        for (String backend : new String[] {"", "--backend=nfqueue"}) {
            mend(FindingId.BACKEND, new Script(fault, "$without intercept check " + backend, AS_TOLD + " && without="));
        }
    }

    /** Whom another container has is not seen from this one; the start that the finding names is made. */
    @Test
    @Tag("queue-owner")
    void shouldFindThatAnotherContainerHasTheQueueAndStartWithAFreeOne() throws Exception {
        String fault = """
                intercept --backend=nfqueue -p 8080 2>other &
                started=$!
                await 'listening on' other
                contained='unshare -p -f --kill-child --mount-proc'
                """;
        String start = """
                $contained sh -c "exec $(advised) --backend=nfqueue" 2>log &
                started="$started $!"
                await 'listening on' log
                kill $(cat /proc/$!/task/$!/children)
                wait $! || :
                started=${started% *}
                options=$(advised | sed 's/^intercept//')
                """;
        String line = mend(
                FindingId.QUEUE_OWNER,
                new Script(fault, "$contained intercept check --backend=nfqueue $options", start));
        assertTrue(line.contains("which lives in another container"), line);
    }
}
