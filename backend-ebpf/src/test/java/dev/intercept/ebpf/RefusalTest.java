package dev.intercept.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.bpf.Assembler;
import dev.intercept.bpf.Bpf;
import dev.intercept.bpf.RefusedProgramException;
import dev.intercept.bpf.Register;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendException.Kind;
import dev.intercept.tc.Device;
import dev.intercept.tc.Direction;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Each refusal of the kernel in one line, with the next step. */
class RefusalTest {

    private static final Device ETH0 = new Device(2, "eth0", 1, false, true);

    private static void assertExplained(Kind kind, String words, BackendException explained) {
        assertEquals(kind, explained.kind(), explained.getMessage());
        assertTrue(explained.getMessage().contains(words), explained.getMessage());
        assertEquals(1, explained.getMessage().lines().count());
    }

    private static BackendException of(String operation, int errno) {
        return Refusal.explain(new SystemCallException(operation, errno));
    }

    private static BackendException onDevice(int errno) {
        return Refusal.ofDevice(ETH0, Direction.EGRESS, new SystemCallException("RTM_NEWTFILTER on eth0", errno));
    }

    @Test
    void shouldNameBothCapabilities() {
        assertExplained(
                Kind.NO_PERMISSION,
                "setpriv --inh-caps=+bpf,+net_admin --ambient-caps=+bpf,+net_admin",
                of("BPF_MAP_CREATE of ic_control", Errno.EPERM));
        assertExplained(Kind.NO_PERMISSION, "CAP_BPF and CAP_NET_ADMIN", onDevice(Errno.EPERM));
    }

    @Test
    void shouldNameTheKernelThatIsNeeded() {
        assertExplained(Kind.UNAVAILABLE, "Linux 5.8", of("BPF_MAP_CREATE of ic_ring0", Errno.EINVAL));
        assertExplained(Kind.UNAVAILABLE, "Linux 5.8", of("BPF_MAP_CREATE of ic_control", Errno.ENOSYS));
        assertExplained(Kind.UNAVAILABLE, "modprobe -a sch_ingress cls_bpf", onDevice(Errno.ENOENT));
    }

    @Test
    void shouldNameWhatToMakeSmaller() {
        assertExplained(Kind.REFUSED, "--ring-bytes", of("BPF_MAP_CREATE of ic_ring0", Errno.ENOMEM));
    }

    @Test
    void shouldNameSomebodyElsesFilter() {
        assertExplained(Kind.REFUSED, "tc filter show dev eth0 egress", onDevice(Errno.EINVAL));
        assertExplained(Kind.REFUSED, "RTM_NEWTFILTER on eth0 failed: ENODEV (19)", onDevice(Errno.ENODEV));
    }

    @Test
    void shouldKeepWordsThatAreThere() {
        BackendException words = new BackendException(Kind.USAGE, "words");
        assertSame(words, Refusal.explain(words));
    }

    /** The kernel's own verifier, of a program that returns what it never set. */
    @Test
    void shouldSayWhatTheVerifierSaysLast() {
        RefusedProgramException refused = Assertions.assertThrows(
                RefusedProgramException.class,
                () -> Bpf.load(
                        "wrong", new Assembler().move(Register.R1, 1).exit().build()));
        assertEquals("R0 !read_ok", refused.verdict());
        assertExplained(Kind.UNAVAILABLE, "the kernel's verifier refuses the program: ", Refusal.explain(refused));
        assertExplained(Kind.UNAVAILABLE, ": R0 !read_ok; use --backend=nflog", Refusal.explain(refused));
    }
}
