package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The rules that every {@link CaptureBackend} keeps, each a test. A backend's own tests have a leaf class of this one that
 * returns a {@link BackendFixture}, and nothing else is needed.
 *
 * <p>Rules about verdicts ask nothing of a backend that only observes beyond handing the packets over.
 */
public abstract class CaptureBackendContract extends ContractBench {

    @Test
    void r01ShouldHandPacketsOverInOrderOfArrival() throws Exception {
        CaptureBackend backend = open();
        List<Integer> sent = inject(0, 100);
        assertEquals(sent, pollAll(backend, 100, number -> Verdict.DROP));
    }

    @Test
    void r02ShouldShowEachPacketFromPositionToLimitInBigEndian() throws Exception {
        CaptureBackend backend = open();
        byte[] injected = packet(1);
        fixture().inject(injected);
        byte[][] seen = new byte[1][];
        ByteOrder[] order = new ByteOrder[1];
        pollFor(backend, 1, packet -> {
            seen[0] = bytesOf(packet);
            order[0] = packet.order();
            return Verdict.DROP;
        });
        assertEquals(4, seen[0][0] >> 4, "the IP version nibble is at position()");
        assertTrue(seen[0].length >= 40, "both headers are there, not only " + seen[0].length + " bytes");
        assertArrayEquals(injected, seen[0], "position() to limit() is the packet");
        assertSame(ByteOrder.BIG_ENDIAN, order[0]);
    }

    @Test
    void r03ShouldNotMindAHandlerThatMovesPositionAndLimit() throws Exception {
        CaptureBackend backend = open();
        List<Integer> sent = inject(0, 20);
        List<Integer> seen = new ArrayList<>();
        pollFor(backend, 20, packet -> {
            seen.add(numberOf(packet));
            packet.position(packet.limit()).limit(packet.position());
            return Verdict.DROP;
        });
        assertEquals(sent, sorted(seen));
    }

    @Test
    void r04ShouldGiveEachPacketTheVerdictOfTheHandlerExactlyOnce() throws Exception {
        CaptureBackend backend = open();
        inject(0, 100);
        pollAll(backend, 100, number -> isAccepted(number) ? Verdict.ACCEPT : Verdict.DROP);
        if (backend.issuesVerdicts()) {
            List<Integer> expected = IntStream.range(0, 100)
                    .filter(ContractBench::isAccepted)
                    .boxed()
                    .toList();
            assertEquals(expected, sorted(accepted(expected.size())));
            assertEquals(0, backend.kernelStats().queued(), "no packet is left without a verdict");
        }
    }

    @Test
    void r05ShouldHandOverNoMoreThanTheLimit() throws Exception {
        CaptureBackend backend = open();
        List<Integer> sent = inject(0, 10);
        List<Integer> seen = new ArrayList<>();
        awaitOrFail("10 packets", () -> {
            int before = seen.size();
            backend.poll(collecting(seen), 3, SHORT_MS);
            assertTrue(seen.size() - before <= 3, "a limit of 3, but " + (seen.size() - before) + " packets");
            return seen.size() >= 10;
        });
        assertEquals(sent, sorted(seen));
    }

    @Test
    void r06ShouldReturnWithTheFirstPacketAndNotWaitForTheLimit() throws Exception {
        CaptureBackend backend = open();
        inject(0, 1);
        bounded("poll with one packet there and a limit of 64", () -> backend.poll(p -> Verdict.DROP, 64, LONG_MS));
    }

    @Test
    void r07ShouldWaitForAPacketAsLongAsTheTimeoutSays() throws Exception {
        CaptureBackend backend = open();
        assertEquals(0, (int) bounded("poll without a time-out", () -> backend.poll(p -> Verdict.DROP, 64, 0)));
        long waitedMs = bounded("poll", () -> {
            long beginNs = System.nanoTime();
            assertEquals(0, backend.poll(p -> Verdict.DROP, 64, SHORT_MS));
            return (System.nanoTime() - beginNs) / 1_000_000;
        });
        assertTrue(waitedMs >= SHORT_MS - 1, "waited " + waitedMs + " ms of " + SHORT_MS);
    }

    @Test
    void r08ShouldReturnTheNumberOfPacketsHandedOver() throws Exception {
        CaptureBackend backend = open();
        inject(0, 10);
        List<Integer> seen = new ArrayList<>();
        awaitOrFail("10 packets", () -> {
            int before = seen.size();
            assertEquals(backend.poll(collecting(seen), 4, SHORT_MS), seen.size() - before);
            return seen.size() >= 10;
        });
    }

    @Test
    void r09ShouldDropWhatAThrowingHandlerDidNotDecideAndThrowOn() throws Exception {
        CaptureBackend backend = open();
        inject(0, 6);
        List<Integer> decided = new ArrayList<>();
        RuntimeException thrown = new RuntimeException("by the handler, on purpose");
        PacketHandler throwing = packet -> {
            if (decided.size() == 1) {
                throw thrown;
            }
            decided.add(numberOf(packet));
            return Verdict.ACCEPT;
        };
        assertSame(thrown, assertThrows(RuntimeException.class, () -> pollFor(backend, 2, throwing)));
        inject(6, 1);
        PacketHandler accepting = packet -> {
            decided.add(numberOf(packet));
            return Verdict.ACCEPT;
        };
        awaitOrFail("a packet after the exception", () -> {
            backend.poll(accepting, 64, SHORT_MS);
            return decided.contains(6);
        });
        if (backend.issuesVerdicts()) {
            assertEquals(sorted(decided), sorted(accepted(decided.size())));
            assertEquals(0, backend.kernelStats().queued(), "no packet is left without a verdict");
        }
    }

    @Test
    void r10ShouldEndAPollThatWaitsWhenAnotherThreadCloses() throws Exception {
        CaptureBackend backend = open();
        PollThread poll = PollThread.waiting(backend);
        close(backend);
        assertEquals(CaptureBackend.END, (int) bounded("poll after close", poll::result));
    }

    @Test
    void r11ShouldStayAtItsEnd() throws Exception {
        CaptureBackend backend = open();
        inject(0, 3);
        close(backend);
        List<Integer> seen = new ArrayList<>();
        bounded("the first poll after close", () -> backend.poll(collecting(seen), 64, SHORT_MS));
        for (int i = 0; i < 3; i++) {
            assertEquals(CaptureBackend.END, (int) bounded("poll", () -> backend.poll(collecting(seen), 64, SHORT_MS)));
        }
        assertEquals(List.of(), seen);
    }

    @Test
    void r12ShouldDoNothingWhenClosedAgain() throws Exception {
        CaptureBackend backend = open();
        close(backend);
        bounded("closing again", () -> {
            backend.close();
            backend.close();
            return 0;
        });
    }

    @Test
    void r13ShouldEndWhenTheHandlerCloses() throws Exception {
        CaptureBackend backend = open();
        inject(0, 3);
        boolean[] handed = new boolean[1];
        PacketHandler closing = packet -> {
            handed[0] = true;
            close(backend);
            return Verdict.DROP;
        };
        awaitOrFail("the end", () -> backend.poll(closing, 64, SHORT_MS) == CaptureBackend.END);
        assertTrue(handed[0]);
    }

    @Test
    void r14ShouldHoldNothingAfterClose() throws Exception {
        close(open());
        CaptureBackend second = bounded("opening a second time", this::open);
        inject(0, 5);
        assertEquals(5, pollAll(second, 5, number -> Verdict.DROP).size());
    }

    @Test
    void r15ShouldLetNothingThroughThatWaitsWhenItCloses() throws Exception {
        CaptureBackend backend = open();
        inject(0, 10);
        close(backend);
        if (backend.issuesVerdicts()) {
            assertEquals(List.of(), accepted(0));
        }
    }

    @Test
    void r16ShouldCountWhatTheKernelDelivered() throws Exception {
        CaptureBackend backend = open();
        KernelStats before = backend.kernelStats();
        inject(0, 20);
        pollAll(backend, 20, number -> Verdict.DROP);
        KernelStats after = bounded("kernelStats on another thread", backend::kernelStats);
        assertEquals(0, before.received());
        assertEquals(20, after.received());
        assertEquals(0, after.lost());
    }

    @Test
    void r17ShouldReadKernelStatsWhileAnotherThreadPolls() throws Exception {
        CaptureBackend backend = open();
        PollThread.waiting(backend);
        for (int i = 0; i < 20; i++) {
            assertTrue(bounded("kernelStats during poll", backend::kernelStats).queued() >= 0);
        }
    }

    @Test
    void r18ShouldReturnTheLastReadingAfterClose() throws Exception {
        CaptureBackend backend = open();
        inject(0, 5);
        pollAll(backend, 5, number -> Verdict.DROP);
        KernelStats last = backend.kernelStats();
        close(backend);
        assertEquals(last, bounded("kernelStats after close", backend::kernelStats));
    }

    @Test
    void r19ShouldNameItsLossesAlwaysAlikeWithARemedyEach() throws Exception {
        CaptureBackend backend = open();
        List<String> names = lossNames(backend);
        inject(0, 5);
        pollAll(backend, 5, number -> Verdict.DROP);
        assertEquals(names, lossNames(backend));
        for (KernelStats.Loss loss : backend.kernelStats().losses()) {
            assertTrue(loss.name().matches("[a-z][a-z0-9_]*"), loss.name());
            assertFalse(loss.remedy().isBlank(), "no remedy for " + loss.name());
        }
    }

    @Test
    void r20ShouldNeverChangeItsLaneNorWhetherItIssuesVerdicts() throws Exception {
        CaptureBackend backend = open();
        String lane = backend.lane();
        boolean verdicts = backend.issuesVerdicts();
        assertFalse(lane.isBlank());
        inject(0, 5);
        pollAll(backend, 5, number -> Verdict.DROP);
        close(backend);
        assertEquals(lane, backend.lane());
        assertEquals(verdicts, backend.issuesVerdicts());
    }

    @Test
    void r21ShouldAllocateNothingPerPacket() throws Exception {
        CaptureBackend backend = open();
        PacketHandler dropping = packet -> Verdict.DROP;
        pollAllocating(backend, dropping, WARM_UP_ROUNDS);
        // The compiler may still allocate a kilobyte once, on whichever thread; a backend allocates each time.
        long bytes = Math.min(
                pollAllocating(backend, dropping, MEASURED_ROUNDS), pollAllocating(backend, dropping, MEASURED_ROUNDS));
        int packets = MEASURED_ROUNDS * PACKETS_PER_ROUND;
        assertTrue(bytes < packets, bytes + " bytes allocated for " + packets + " packets");
    }

    private static List<String> lossNames(CaptureBackend backend) {
        return backend.kernelStats().losses().stream()
                .map(KernelStats.Loss::name)
                .toList();
    }

    private static byte[] bytesOf(ByteBuffer packet) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        return bytes;
    }
}
