package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.NetworkNamespace;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.nfnetlink.Holder;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.WithoutNetAdmin;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.BackendOptions;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What only the real kernel can show, beyond the contract. */
class NfqueueKernelTest {

    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int WAIT_MS = 60_000;

    private static final NfqueueProvider PROVIDER = new NfqueueProvider();

    private static List<CaptureBackend> open(NetworkNamespace namespace, Map<String, String> options) throws Exception {
        return namespace.call(() -> PROVIDER.open(new BackendOptions(PROVIDER.options(), options)));
    }

    private static void inject(QueueFixture fixture, int packets) throws Exception {
        for (int i = 1; i <= packets; i++) {
            fixture.inject(new PacketBuilder().identification(i).sequence(i).build());
        }
    }

    private static KernelStats.Loss loss(KernelStats stats, String name) {
        return stats.losses().stream()
                .filter(loss -> loss.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldBeAvailable() {
        assertTrue(PROVIDER.unavailabilityCause().isEmpty());
    }

    @Test
    void shouldOpenOneLaneForEachQueueOfARange() throws Exception {
        try (QueueFixture fixture = new QueueFixture("--queue-balance", "4:5")) {
            List<CaptureBackend> lanes = open(fixture.namespace(), Map.of("--queue", "4:5"));
            assertEquals(
                    List.of("nfqueue:4", "nfqueue:5"),
                    lanes.stream().map(CaptureBackend::lane).toList());
            // The kernel balances by the two addresses; ports do not count.
            for (int client = 1; client <= 64; client++) {
                fixture.inject(new PacketBuilder()
                        .to(TestNetwork.client(client), 10_000)
                        .build());
            }
            int first = lanes.get(0).poll(packet -> Verdict.DROP, 64, WAIT_MS);
            int second = lanes.get(1).poll(packet -> Verdict.DROP, 64, WAIT_MS);
            assertEquals(64, first + second);
            assertTrue(first > 0 && second > 0, first + " and " + second);
            lanes.forEach(CaptureBackend::close);
        }
    }

    @Test
    void shouldOpenAllQueuesOrNone() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            List<CaptureBackend> held = open(namespace, Map.of("--queue", "2"));
            assertThrows(BackendException.class, () -> open(namespace, Map.of("--queue", "0:3")));
            held.get(0).close();
            open(namespace, Map.of("--queue", "0:3")).forEach(CaptureBackend::close);
        }
    }

    @Test
    void shouldNameTheProcessThatHoldsTheQueueAndTheNextFreeOne() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace();
                Holder holder = namespace.call(() -> new Holder(NfqueueProvider.class))) {
            List<CaptureBackend> neighbour = open(namespace, Map.of("--queue", "1"));
            BackendException taken = assertThrows(BackendException.class, () -> open(namespace, Map.of()));
            neighbour.get(0).close();
            assertSame(BackendException.Kind.REFUSED, taken.kind());
            assertEquals(
                    "queue 0 is held by process " + holder.pid()
                            + " (intercept): stop it, or use --queue 2 here and in the rule",
                    taken.getMessage());
        }
    }

    @Test
    void shouldNameARangeThatIsFreeAsAWholeWhereOneOfARangeIsTaken() throws Exception {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            List<CaptureBackend> neighbour = open(namespace, Map.of("--queue", "12"));
            BackendException taken =
                    assertThrows(BackendException.class, () -> open(namespace, Map.of("--queue", "10:13")));
            neighbour.get(0).close();
            assertEquals(
                    "queue 12 is held by process " + ProcessHandle.current().pid()
                            + " (java): stop it, or use --queue 13:16 here and in the rule",
                    taken.getMessage());
        }
    }

    @Test
    void shouldOpenAtOnceWhenTheHolderWasKilled() throws Exception {
        try (QueueFixture fixture = new QueueFixture();
                Holder holder = fixture.namespace().call(() -> new Holder(NfqueueProvider.class))) {
            holder.kill();
            try (CaptureBackend backend = fixture.open()) {
                inject(fixture, 1);
                assertEquals(1, backend.poll(packet -> Verdict.DROP, 64, WAIT_MS));
            }
        }
    }

    @Test
    void shouldSayWhichPrivilegeIsMissing() throws Throwable {
        try (NetworkNamespace namespace = new NetworkNamespace()) {
            BackendException[] refused = new BackendException[1];
            namespace.run(() -> refused[0] = openWithoutNetAdmin());
            assertSame(BackendException.Kind.NO_PERMISSION, refused[0].kind());
            assertEquals(
                    "queue 0: NFQUEUE needs CAP_NET_ADMIN: run as root, or with AmbientCapabilities=CAP_NET_ADMIN in the"
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
    void shouldCountWhatAFullQueueDropped() throws Exception {
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open(new JnaSystemCalls(), Map.of("--queue-maxlen", "10"))) {
            inject(fixture, 30);
            KernelStats stats = backend.kernelStats();
            KernelStats.Loss loss = loss(stats, "queue_dropped");
            assertEquals(20, loss.packets());
            assertEquals(
                    "intercept --queue-maxlen=20  # now 10; or spread over more queues: --queue=A:B, and --queue-balance"
                            + " in the rule, now --queue=0",
                    loss.remedy());
            assertEquals(10, stats.queued());
            assertEquals(10, stats.received());
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
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open(smallBuffer, Map.of())) {
            inject(fixture, 100);
            KernelStats stats = backend.kernelStats();
            KernelStats.Loss loss = loss(stats, "user_dropped");
            assertTrue(loss.packets() > 50 && loss.packets() < 100, "lost " + loss.packets());
            assertEquals(100, loss.packets() + stats.received());
            assertTrue(
                    loss.remedy()
                            .matches(
                                    "sysctl -w net.core.rmem_max=16777216  # now \\d+; then restart intercept, whose socket has"
                                            + " room for \\d+ bytes"),
                    loss.remedy());
            assertEquals(stats.received(), backend.poll(packet -> Verdict.DROP, 64, WAIT_MS));
            assertEquals(0, backend.kernelStats().queued());
        }
    }

    @Test
    void shouldHoldAFullQueueInItsReceiveBuffer() throws Exception {
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open()) {
            byte[] packet = new PacketBuilder().payload(new byte[1400]).build();
            for (int i = 0; i < 8192; i++) {
                fixture.inject(packet);
            }
            assertEquals(0, backend.kernelStats().lost());
            assertEquals(8192, backend.kernelStats().queued());
        }
    }

    @Test
    void shouldWorkOverTheRealKernelWithoutBatchesOfAnyKind() throws Exception {
        JnaSystemCalls withoutRecvmmsg = new JnaSystemCalls() {
            @Override
            public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
                return -Errno.ENOSYS;
            }
        };
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open(withoutRecvmmsg, Map.of())) {
            inject(fixture, 50);
            assertEquals(50, backend.poll(packet -> Verdict.ACCEPT, 64, WAIT_MS));
            for (int i = 0; i < 50; i++) {
                assertTrue(fixture.accepted(WAIT_MS).isPresent());
            }
            assertEquals(0, backend.kernelStats().queued());
        }
    }

    @Test
    void shouldCopyNoMoreThanTheCopyRange() throws Exception {
        try (QueueFixture fixture = new QueueFixture();
                CaptureBackend backend = fixture.open(new JnaSystemCalls(), Map.of("--copy-range", "60"))) {
            fixture.inject(new PacketBuilder().payload(new byte[500]).build());
            int[] bytes = new int[1];
            backend.poll(
                    packet -> {
                        bytes[0] = packet.remaining();
                        return Verdict.DROP;
                    },
                    64,
                    WAIT_MS);
            assertEquals(60, bytes[0]);
        }
    }
}
