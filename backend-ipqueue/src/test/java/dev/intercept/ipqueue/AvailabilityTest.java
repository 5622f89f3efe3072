package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why ip_queue cannot be used, and the next step. The socket calls are real, /proc is made. */
class AvailabilityTest {

    /** Like NETLINK_FIREWALL on a kernel without ip_queue: a protocol that nobody registered. */
    private static final int PROTOCOL_NOBODY_HAS = 31;

    private static final int PROTOCOL_OUT_OF_RANGE = 1000;

    private static final String RULE = "iptables -I OUTPUT -p tcp --sport PORT -j NFQUEUE --queue-num 0"
            + " (a rule with -j QUEUE feeds queue 0 too)";

    @TempDir
    Path proc;

    @Test
    void shouldSendUsersOfLaterKernelsToNfqueue() throws Exception {
        write("sys/kernel/osrelease", "6.1.0-18-amd64\n");
        assertEquals(
                "kernel 6.1.0-18-amd64 has no ip_queue, which Linux dropped in 3.5: use --backend=nfqueue with the rule "
                        + RULE,
                cause(PROTOCOL_NOBODY_HAS));
    }

    @Test
    void shouldTrustAModuleThatSomebodyBroughtToALaterKernel() throws Exception {
        write("sys/kernel/osrelease", "4.19.0\n");
        write("net/ip_queue", "Peer PID          : 0\n");
        assertEquals("available", cause(FakeKernel.NETLINK_USERSOCK));
        assertEquals(Refusal.kernelTooNew("4.19.0"), cause(PROTOCOL_NOBODY_HAS));
    }

    @Test
    void shouldCount3Point5AsTooNewAnd3Point4AsNot() throws Exception {
        for (String release : new String[] {"3.5", "3.5.0-rc1", "3.10.0-1160.el7", "4.0.1", "10.2"}) {
            write("sys/kernel/osrelease", release + "\n");
            assertEquals(true, new ProcFiles(proc).kernelIsTooNew(), release);
        }
        for (String release : new String[] {"3.4.113", "3.2.0-4-amd64", "2.6.32-754.el6.x86_64", "3", "", "new"}) {
            write("sys/kernel/osrelease", release + "\n");
            assertEquals(false, new ProcFiles(proc).kernelIsTooNew(), release);
        }
    }

    @Test
    void shouldNameModprobeWhereTheModuleIsMissing() throws Exception {
        write("sys/kernel/osrelease", "3.2.0-4-amd64\n");
        write("net/netfilter/nf_queue", " 0 NONE\n 2 NONE\n10 NONE\n");
        assertEquals(
                "module ip_queue of kernel 3.2.0-4-amd64 is not loaded, and did not load by itself: run"
                        + " \"modprobe ip_queue\"; if there is no such module (CONFIG_IP_NF_QUEUE), use --backend=nfqueue"
                        + " with the rule " + RULE,
                cause(PROTOCOL_NOBODY_HAS));
    }

    @Test
    void shouldNameModprobeEvenWhereProcSaysNothing() {
        assertEquals(
                "module ip_queue of kernel of unknown version is not loaded, and did not load by itself: run"
                        + " \"modprobe ip_queue\"; if there is no such module (CONFIG_IP_NF_QUEUE), use --backend=nfqueue"
                        + " with the rule " + RULE,
                cause(PROTOCOL_NOBODY_HAS));
    }

    @Test
    void shouldNameTheModuleToUnloadWhereNfqueueHoldsTheHook() throws Exception {
        write("sys/kernel/osrelease", "3.4.113\n");
        write("net/netfilter/nf_queue", " 0 NONE\n 2 nf_queue\n10 ip_queue\n");
        assertEquals(
                "module ip_queue cannot load: nfnetlink_queue holds the IPv4 queue hook (/proc/net/netfilter/nf_queue says"
                        + " \"2 nf_queue\"), even after its program ended. Stop the program that uses NFQUEUE, run"
                        + " \"modprobe -r nfnetlink_queue\" and \"modprobe ip_queue\"; or use --backend=nfqueue",
                cause(PROTOCOL_NOBODY_HAS));
    }

    @Test
    void shouldNameTheNamespaceWhereTheSocketWorksAndProcIsMissing() {
        assertEquals(
                "ip_queue serves only the first network namespace, and /proc/net/ip_queue is missing in this one: start"
                        + " intercept outside of containers, \"ip netns exec\" and \"unshare -n\"; or use --backend=nfqueue",
                cause(FakeKernel.NETLINK_USERSOCK));
    }

    @Test
    void shouldNameTheCallThatFailedOtherwise() {
        SystemCallException denied = new SystemCallException("socket(AF_NETLINK, SOCK_RAW, 3)", Errno.EPERM);
        assertEquals(
                "socket(AF_NETLINK, SOCK_RAW, 3) failed with EPERM (1): netlink itself is refused here, look for a seccomp"
                        + " filter or a security module; \"strace -e socket\" shows the call",
                Availability.explain(denied, new ProcFiles(proc)));
    }

    @Test
    void shouldTreatAProtocolNumberOutOfRangeLikeAMissingOne() throws Exception {
        write("sys/kernel/osrelease", "6.18\n");
        assertEquals(cause(PROTOCOL_NOBODY_HAS), cause(PROTOCOL_OUT_OF_RANGE));
    }

    @Test
    void shouldBeAvailableWhereSocketAndProcAreThere() throws Exception {
        write("net/ip_queue", "Peer PID          : 0\n");
        assertEquals(
                Optional.empty(),
                Availability.unavailabilityCause(new KernelEndpoint(FakeKernel.NETLINK_USERSOCK, 0, proc)));
    }

    @Test
    void shouldSayWhatToDoWhenTheNativeLibraryDoesNotLoad() {
        LinkageError broken =
                new ExceptionInInitializerError(new UnsatisfiedLinkError("libjffi-1.2.so: not permitted"));
        assertEquals(
                "jnr-ffi cannot load its native part (libjffi-1.2.so: not permitted): if "
                        + System.getProperty("java.io.tmpdir")
                        + " is mounted noexec, name another directory with -Djffi.extract.dir=DIR",
                Refusal.libraryBroken(broken));
    }

    private String cause(int protocol) {
        return Availability.unavailabilityCause(new KernelEndpoint(protocol, 0, proc))
                .orElse("available");
    }

    private void write(String name, String text) throws IOException {
        Path file = proc.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
