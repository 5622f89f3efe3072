package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.Holder;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.WithoutNetAdmin;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What only the real kernel can show, beyond the contract. */
class NflogKernelTest {

    private static final int WAIT_MS = 60_000;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;

    private static final NflogProvider PROVIDER = new NflogProvider();
    private static final PacketHandler HANDLER = packet -> Verdict.ACCEPT;

    private static List<CaptureBackend> open(NetworkNamespace namespace, Map<String, String> options) throws Exception {
        return namespace.call(() -> PROVIDER.open(new BackendOptions(PROVIDER.options(), options)));
    }

    private static void inject(GroupFixture fixture, int first, int packets) throws Exception {
        for (int i = first; i < first + packets; i++) {
            fixture.inject(new PacketBuilder().identification(i).sequence(i).build());
        }
    }

    @Test
    void shouldBeAvailableButNeverChosenSilently() {
        assertTrue(PROVIDER.unavailabilityCause().isEmpty());
        assertEquals(0, PROVIDER.priority());
    }

    @Test
    void shouldNameTheProcessThatHoldsTheGroupAndTheNextFreeOne() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace();
                Holder holder = namespace.call(() -> new Holder(NflogProvider.class))) {
            List<CaptureBackend> neighbour = open(namespace, Map.of("--nflog-group", "1"));
            BackendException taken = assertThrows(BackendException.class, () -> open(namespace, Map.of()));
            neighbour.get(0).close();
            assertSame(BackendException.Kind.REFUSED, taken.kind());
            assertEquals(
                    "group 0 is held by process " + holder.pid()
                            + " (intercept): stop it, or use --nflog-group 2 here and in the rule",
                    taken.getMessage());
        }
    }

    @Test
    void shouldOpenAtOnceWhenTheHolderWasKilled() throws Exception {
        try (GroupFixture fixture = new GroupFixture();
                Holder holder = fixture.namespace().call(() -> new Holder(NflogProvider.class))) {
            holder.kill();
            try (CaptureBackend backend = fixture.open()) {
                inject(fixture, 0, 1);
                assertEquals(1, backend.poll(HANDLER, 64, WAIT_MS));
            }
        }
    }

    @Test
    void shouldSayWhichPrivilegeIsMissing() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            BackendException[] refused = new BackendException[1];
            namespace.run(() -> refused[0] = openWithoutNetAdmin());
            assertSame(BackendException.Kind.NO_PERMISSION, refused[0].kind());
            assertEquals(
                    "group 0: NFLOG needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN in the"
                            + " systemd unit, or under setpriv --inh-caps=+net_admin --ambient-caps=+net_admin",
                    refused[0].getMessage());
        }
    }

    private static BackendException openWithoutNetAdmin() {
        return assertThrows(
                BackendException.class,
                () -> WithoutNetAdmin.run(() -> PROVIDER.open(BackendOptions.defaults(PROVIDER.options()))));
    }

    @Test
    void shouldNameTheModuleWhenTheKernelDoesNotKnowTheSubsystem() throws Exception {
        SystemCallException failed = refused(Errno.EINVAL);
        assertEquals("group 0: BIND failed: EINVAL (22)", failed.getMessage());
        BackendException explained = GroupRefusal.explain(0, failed);
        assertSame(BackendException.Kind.UNAVAILABLE, explained.kind());
        assertEquals(
                "group 0: this kernel has no NFLOG (CONFIG_NETFILTER_NETLINK_LOG): modprobe nfnetlink_log",
                explained.getMessage());
    }

    @Test
    void shouldPassOnWhatTheKernelSaidElse() throws Exception {
        BackendException explained = GroupRefusal.explain(0, refused(Errno.EOPNOTSUPP));
        assertSame(BackendException.Kind.REFUSED, explained.kind());
        assertEquals(
                "group 0 cannot be opened: group 0: BIND failed: EOPNOTSUPP (95); dmesg may say more, another group is"
                        + " tried with --nflog-group N",
                explained.getMessage());
        assertEquals(
                "group 4: this kernel has no nfnetlink sockets (CONFIG_NETFILTER_NETLINK): modprobe nfnetlink_log",
                GroupRefusal.explain(4, new SystemCallException("socket", Errno.EPROTONOSUPPORT))
                        .getMessage());
    }

    private static SystemCallException refused(int errno) throws Exception {
        try (FakeLogger kernel = new FakeLogger().refusing(errno)) {
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> kernel.open(new JnaSystemCalls(), Map.of()));
            return (SystemCallException) failed.getCause();
        }
    }

    @Test
    void shouldLoseNothingOfABurstAndGiveItInBatches() throws Exception {
        try (GroupFixture fixture = new GroupFixture();
                NflogBackend backend = fixture.open(new JnaSystemCalls(), Map.of())) {
            int handed = 0;
            int polls = 0;
            for (int first = 0; first < 30_000; first += 600) {
                inject(fixture, first, 600);
                while (handed < first + 400) {
                    handed += backend.poll(HANDLER, 64, WAIT_MS);
                    polls++;
                }
            }
            while (handed < 30_000) {
                handed += backend.poll(HANDLER, 64, WAIT_MS);
            }
            assertEquals(30_000, backend.kernelStats().received());
            assertEquals(0, backend.kernelStats().lost());
            assertTrue(handed / polls > 8, handed / polls + " packets a poll");
        }
    }

    @Test
    void shouldLetNothingEscape() throws Exception {
        try (GroupFixture fixture = new GroupFixture();
                CaptureBackend backend = fixture.open()) {
            inject(fixture, 0, 20);
            int handed = 0;
            while (handed < 20) {
                handed += backend.poll(HANDLER, 64, WAIT_MS);
            }
            assertTrue(fixture.accepted(100).isEmpty());
        }
    }

    @Test
    void shouldCountWhatTheReceiveBufferHadNoRoomFor() throws Exception {
        JnaSystemCalls smallBuffer = new JnaSystemCalls() {
            @Override
            public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
                if (name == SO_RCVBUFFORCE) {
                    return -Errno.EPERM;
                }
                if (name == SO_RCVBUF) {
                    value.buffer().putInt(0, 4096);
                }
                return super.setsockopt(fd, level, name, value, valueBytes);
            }
        };
        try (GroupFixture fixture = new GroupFixture();
                CaptureBackend backend = fixture.open(smallBuffer, Map.of())) {
            inject(fixture, 0, 100);
            while (backend.poll(HANDLER, 64, 0) > 0) {
                // Until nothing waits.
            }
            // Only the number of a later packet shows that some before it are missing.
            inject(fixture, 100, 1);
            assertEquals(1, backend.poll(HANDLER, 64, WAIT_MS));
            KernelStats stats = backend.kernelStats();
            assertEquals(101, stats.received() + stats.lost());
            assertTrue(stats.lost() > 50, "lost " + stats.lost());
            String remedy = stats.losses().get(0).remedy();
            assertTrue(
                    remedy.matches(
                            "sysctl -w net.core.rmem_max=16777216  # now \\d+; then restart intercept, whose socket has"
                                    + " room for \\d+ bytes"),
                    remedy);
        }
    }

    @Test
    void shouldCopyNoMoreThanTheCopyRangeAndHoldTheLargest() throws Exception {
        for (String copyRange : List.of("60", "65531")) {
            try (GroupFixture fixture = new GroupFixture();
                    CaptureBackend backend = fixture.open(new JnaSystemCalls(), Map.of("--copy-range", copyRange))) {
                fixture.inject(new PacketBuilder().payload(new byte[500]).build());
                int[] bytes = new int[1];
                PacketHandler measuring = packet -> {
                    bytes[0] = packet.remaining();
                    return Verdict.DROP;
                };
                backend.poll(measuring, 64, WAIT_MS);
                // The rule itself says 128.
                assertEquals(Math.min(128, Integer.parseInt(copyRange)), bytes[0]);
            }
        }
    }
}
