package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.spi.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each thing that an older kernel lacks, or that the process may not have: said once, and done without. */
class NfqueueFallbackTest {

    private static final int SO_RCVBUFFORCE = 33;
    private static final int NETLINK_NO_ENOBUFS = 5;
    private static final byte[] PACKET = new PacketBuilder().build();

    private final Logger logger = Logger.getLogger("dev.intercept");
    private final List<String> said = new ArrayList<>();
    private final Handler listener = new Listener();

    @BeforeEach
    void listen() {
        logger.addHandler(listener);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(listener);
    }

    @Test
    void shouldReceiveOneByOneWithoutRecvmmsg() throws Exception {
        JnaSystemCalls withoutRecvmmsg = new JnaSystemCalls() {
            @Override
            public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
                return -Errno.ENOSYS;
            }
        };
        try (FakeKernel kernel = new FakeKernel();
                NfqueueBackend backend = kernel.open(withoutRecvmmsg, Map.of())) {
            pollHundred(kernel, backend);
        }
        assertSaidOnce("no recvmmsg here, ENOSYS (38): one system call for each packet");
    }

    @Test
    void shouldGiveEachPacketItsOwnVerdictWithoutBatches() throws Exception {
        try (FakeKernel kernel = new FakeKernel().withoutBatches();
                NfqueueBackend backend = kernel.open(new JnaSystemCalls(), Map.of())) {
            pollHundred(kernel, backend);
            assertEquals(100, kernel.verdictMessages());
        }
        assertSaidOnce("queue 0: no batch verdicts here, EINVAL (22): one for each packet");
    }

    @Test
    void shouldTakePacketsCutWhereLargeOnesCannotBeHad() throws Exception {
        try (FakeKernel kernel = new FakeKernel().refusing(4, Errno.EOPNOTSUPP);
                NfqueueBackend backend = kernel.open(new JnaSystemCalls(), Map.of())) {
            pollHundred(kernel, backend);
        }
        assertSaidOnce("queue 0: no NFQA_CFG_F_GSO here, EOPNOTSUPP (95): large packets come cut");
    }

    @Test
    void shouldNotAskForLargePacketsWhenAskedNotTo() throws Exception {
        try (FakeKernel kernel = new FakeKernel();
                NfqueueBackend backend = kernel.open(new JnaSystemCalls(), Map.of("--gso", "off"))) {
            pollHundred(kernel, backend);
            assertEquals(List.of(1, 1, 3, 2), kernel.requests());
        }
    }

    @Test
    void shouldCountOverrunsWhereTheyAreErrors() throws Exception {
        JnaSystemCalls older = new RefusingOption(NETLINK_NO_ENOBUFS, Errno.ENOPROTOOPT) {
            private boolean overrun = true;

            @Override
            public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
                boolean now = overrun;
                overrun = false;
                return now ? -Errno.ENOBUFS : super.recvmmsg(fd, messages, count, flags);
            }
        };
        try (FakeKernel kernel = new FakeKernel();
                NfqueueBackend backend = kernel.open(older, Map.of())) {
            pollHundred(kernel, backend);
        }
        assertSaidOnce("no NETLINK_NO_ENOBUFS here, ENOPROTOOPT (92): overruns are read as errors instead");
    }

    @Test
    void shouldDoWithTheBufferThatTheSystemAllows() throws Exception {
        try (FakeKernel kernel = new FakeKernel();
                NfqueueBackend backend = kernel.open(new RefusingOption(SO_RCVBUFFORCE, Errno.EPERM), Map.of())) {
            pollHundred(kernel, backend);
        }
        assertEquals(1, said.size(), said::toString);
        assertTrue(
                said.get(0)
                        .matches("queue 0: receive buffer of \\d+ bytes instead of 16777216, it may be full before the"
                                + " queue is: sysctl -w net.core.rmem_max=16777216  # now \\d+; then restart"
                                + " intercept, whose socket has room for \\d+ bytes"),
                said.get(0));
    }

    private static void pollHundred(FakeKernel kernel, NfqueueBackend backend) throws Exception {
        for (int id = 1; id <= 100; id++) {
            kernel.queue(id, PacketDatagram.ipv4(id, PACKET));
        }
        int handed = 0;
        for (int polls = 0; polls < 100 && handed < 100; polls++) {
            handed += backend.poll(packet -> Verdict.DROP, 64, 0);
        }
        kernel.serve();
        assertEquals(100, handed);
        assertEquals(List.of(), kernel.waiting());
    }

    private void assertSaidOnce(String text) {
        assertEquals(1, said.stream().filter(text::equals).count(), said::toString);
    }

    /** A system that refuses one socket option. */
    private static class RefusingOption extends JnaSystemCalls {

        private final int option;
        private final int errno;

        RefusingOption(int option, int errno) {
            this.option = option;
            this.errno = errno;
        }

        @Override
        public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
            return name == option ? -errno : super.setsockopt(fd, level, name, value, valueBytes);
        }
    }

    private final class Listener extends Handler {
        @Override
        public void publish(LogRecord entry) {
            said.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
