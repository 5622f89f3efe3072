package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.Await;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NativeMemory;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NflogFakeKernelTest {

    private static final int WAIT_MS = 60_000;
    private static final int TCP_SEQUENCE_OFFSET = 24;

    private final List<Integer> seen = new ArrayList<>();
    private final PacketHandler handler = packet -> {
        seen.add(packet.getInt(packet.position() + TCP_SEQUENCE_OFFSET));
        return Verdict.DROP;
    };
    private FakeLogger kernel;
    private NflogBackend backend;

    @BeforeEach
    void open() throws Exception {
        kernel = new FakeLogger();
        backend = kernel.open(new JnaSystemCalls(), Map.of());
    }

    @AfterEach
    void close() {
        backend.close();
        kernel.close();
    }

    private static byte[] datagram(int first, int packets) {
        byte[][] all = new byte[packets][];
        for (int i = 0; i < packets; i++) {
            all[i] = new PacketBuilder().sequence(first + i).build();
        }
        return LogDatagram.of(first, all);
    }

    private static List<Integer> numbers(int first, int end) {
        List<Integer> numbers = new ArrayList<>();
        for (int number = first; number < end; number++) {
            numbers.add(number);
        }
        return numbers;
    }

    @Test
    void shouldHandOverEachPacketOfADatagram() throws Exception {
        kernel.send(datagram(0, 64));
        assertEquals(64, backend.poll(handler, 64, WAIT_MS));
        assertEquals(numbers(0, 64), seen);
    }

    @Test
    void shouldKeepWhatIsBeyondTheLimitForTheNextPoll() throws Exception {
        kernel.send(datagram(0, 50));
        kernel.send(datagram(50, 50));
        assertEquals(30, backend.poll(handler, 30, WAIT_MS));
        assertEquals(30, backend.poll(handler, 30, 0));
        assertEquals(numbers(0, 60), seen);
        assertEquals(40, backend.poll(handler, 64, 0));
        assertEquals(0, backend.poll(handler, 64, 0));
        assertEquals(numbers(0, 100), seen);
        assertEquals(100, backend.kernelStats().received());
    }

    @Test
    void shouldCountGapsOfTheNumbersAsLost() throws Exception {
        kernel.send(datagram(3, 2));
        kernel.send(datagram(5, 10));
        kernel.send(datagram(115, 1));
        assertEquals(13, backend.poll(handler, 64, WAIT_MS));
        assertEquals(13, backend.kernelStats().received());
        assertEquals(103, backend.kernelStats().lost());
    }

    @Test
    void shouldSayWhatToDoAboutLosses() {
        assertEquals("nflog_dropped", backend.kernelStats().losses().get(0).name());
        assertEquals(
                "intercept --backend=nflog --nflog-buffer=33554432  # now 16777216; and give intercept a processor of"
                        + " its own",
                backend.kernelStats().losses().get(0).remedy());
    }

    @Test
    void shouldCountOnWhereNumbersBeginAgain() throws Exception {
        kernel.send(datagram(-2, 4));
        backend.poll(handler, 64, WAIT_MS);
        long lost = backend.kernelStats().lost();
        kernel.send(datagram(3, 1));
        backend.poll(handler, 64, WAIT_MS);
        assertEquals(1, backend.kernelStats().lost() - lost);
    }

    @Test
    void shouldNotCountLossesOfAKernelThatNumbersNothing() throws Exception {
        byte[] packet = new PacketBuilder().build();
        kernel.send(new LogDatagram()
                .header(NetfilterHeader.AF_INET, 0)
                .payload(packet)
                .header(NetfilterHeader.AF_INET, 0)
                .payload(packet)
                .build());
        assertEquals(2, backend.poll(handler, 64, WAIT_MS));
        assertEquals(0, backend.kernelStats().lost());
    }

    @Test
    void shouldShowWhatIsNotIpAsAZeroByteAndWhatWasNotCopiedAsNothing() throws Exception {
        kernel.send(new LogDatagram()
                .header(NetfilterHeader.AF_UNSPEC, 0x0806)
                .payload(new byte[] {0x45, 1, 2, 3})
                .header(NetfilterHeader.AF_INET, 0x0800)
                .build());
        List<Integer> bytes = new ArrayList<>();
        PacketHandler looking = packet -> {
            bytes.add(packet.remaining() > 0 ? (int) packet.get(packet.position()) : -1);
            return Verdict.DROP;
        };
        assertEquals(2, backend.poll(looking, 64, WAIT_MS));
        assertEquals(List.of(0, -1), bytes);
    }

    @Test
    void shouldGoOnAfterMessagesThatAreNoPackets() throws Exception {
        kernel.send(FakePeer.error(0, Errno.EINVAL));
        kernel.send(new byte[] {1, 2, 3});
        kernel.send(datagram(0, 1));
        assertEquals(1, backend.poll(handler, 64, WAIT_MS));
    }

    /** Traffic of 64 packets a millisecond, until the backend asks for a threshold. */
    private void heavyTraffic() throws Exception {
        Await.until("a threshold", () -> {
            for (int i = 0; i < 1000 && kernel.thresholds().isEmpty(); i++) {
                kernel.send(datagram(64 * i, 64));
                assertEquals(64, backend.poll(handler, 64, WAIT_MS));
                kernel.serve();
            }
            return !kernel.thresholds().isEmpty();
        });
    }

    @Test
    void shouldAskForBatchesWhenTrafficIsHeavyAndForSinglePacketsWhenItEnds() throws Exception {
        heavyTraffic();
        assertTrue(kernel.thresholds().get(0) > 1, "threshold " + kernel.thresholds());
        assertEquals(0, backend.poll(handler, 64, 200));
        kernel.serve();
        assertEquals(1, kernel.thresholds().get(kernel.thresholds().size() - 1));
    }

    @Test
    void shouldGoOnWhenTheThresholdCannotBeSent() throws Exception {
        boolean[] broken = new boolean[1];
        JnaSystemCalls calls = new JnaSystemCalls() {
            @Override
            public int sendmsg(int fd, NativeMemory message, int flags) {
                return broken[0] ? -Errno.ENOBUFS : super.sendmsg(fd, message, flags);
            }
        };
        try (FakeLogger other = new FakeLogger();
                NflogBackend going = other.open(calls, Map.of())) {
            broken[0] = true;
            long deadlineNs = System.nanoTime() + 3 * BatchThreshold.WINDOW_NS;
            while (System.nanoTime() < deadlineNs) {
                other.send(datagram(0, 64));
                assertEquals(64, going.poll(handler, 64, WAIT_MS));
            }
            other.serve();
            assertEquals(List.of(), other.thresholds());
        }
    }

    @Test
    void shouldStopInTheMiddleOfADatagramWhenTheHandlerCloses() throws Exception {
        kernel.send(datagram(0, 10));
        PacketHandler closing = packet -> {
            backend.close();
            return handler.onPacket(packet);
        };
        assertEquals(1, backend.poll(closing, 64, WAIT_MS));
        assertEquals(CaptureBackend.END, backend.poll(handler, 64, 0));
        assertEquals(List.of(0), seen);
    }

    @Test
    void shouldHandOverTheRestAfterAHandlerThatThrew() throws Exception {
        kernel.send(datagram(0, 3));
        boolean[] thrown = new boolean[1];
        PacketHandler throwing = packet -> {
            if (!thrown[0]) {
                thrown[0] = true;
                throw new IllegalStateException("on purpose");
            }
            return handler.onPacket(packet);
        };
        try {
            backend.poll(throwing, 64, WAIT_MS);
        } catch (IllegalStateException e) {
            assertEquals(2, backend.poll(throwing, 64, 0));
        }
        assertEquals(List.of(1, 2), seen);
    }

    @Test
    void shouldNotIssueVerdicts() {
        assertFalse(backend.issuesVerdicts());
        assertEquals("nflog:0", backend.lane());
    }

    @Test
    void shouldShowPacketsInBigEndianWithTheirFirstAndLastByte() throws Exception {
        byte[] packet = new PacketBuilder().payload((byte) 1, (byte) 2).build();
        kernel.send(LogDatagram.of(0, packet));
        byte[] shown = new byte[packet.length];
        PacketHandler copying = buffer -> {
            ByteBuffer copy = buffer.duplicate();
            assertEquals(packet.length, copy.remaining());
            copy.get(shown);
            return Verdict.ACCEPT;
        };
        backend.poll(copying, 64, WAIT_MS);
        org.junit.jupiter.api.Assertions.assertArrayEquals(packet, shown);
    }
}
