package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.Verdict;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The backend and a stand-in of the kernel exchange real netlink messages. */
class IpQueueBackendTest {

    private static final int WAIT_MS = 60_000;
    private static final int COPY_RANGE_BYTES = 128;

    private FakeKernel kernel;
    private IpQueueBackend backend;

    @BeforeEach
    void open(@TempDir Path proc) throws Exception {
        kernel = FakeKernel.start(0, proc);
        backend = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), COPY_RANGE_BYTES);
    }

    @AfterEach
    void close() {
        backend.close();
        kernel.close();
    }

    @Test
    void shouldListenWithAPositivePortIdAlthoughTheProcessHasAnotherSocket() {
        assertTrue(kernel.ipQueue().peer() > 0);
        assertEquals(COPY_RANGE_BYTES, kernel.ipQueue().range());
    }

    @Test
    void shouldGiveEachPacketTheVerdictOfItsOwn() throws Exception {
        List<CompletableFuture<Integer>> verdicts = queue(300);
        int polled = 0;
        while (polled < 300) {
            polled += backend.poll(
                    packet -> Packets.number(packet) % 3 == 0 ? Verdict.ACCEPT : Verdict.DROP, 64, WAIT_MS);
        }
        for (int i = 0; i < 300; i++) {
            assertEquals(i % 3 == 0 ? 1 : 0, verdict(verdicts.get(i)), "verdict of packet " + i);
        }
        assertEquals(0, backend.counters().errors());
    }

    @Test
    void shouldHandOverPacketsInOrderOfArrivalAndInBatches() throws Exception {
        queue(100);
        List<Integer> seen = new ArrayList<>();
        PacketHandler handler = packet -> {
            seen.add(Packets.number(packet));
            return Verdict.DROP;
        };
        assertEquals(64, backend.poll(handler, 1000, WAIT_MS));
        assertEquals(36, backend.poll(handler, 1000, WAIT_MS));
        for (int i = 0; i < 100; i++) {
            assertEquals(i, seen.get(i));
        }
    }

    @Test
    void shouldTakeNoMoreThanTheLimit() throws Exception {
        queue(10);
        assertEquals(4, backend.poll(drop(), 4, WAIT_MS));
        assertEquals(6, backend.poll(drop(), 64, WAIT_MS));
    }

    @Test
    void shouldSendTheVerdictsBeforePollReturns() throws Exception {
        CompletableFuture<Integer> verdict = kernel.queue(Packets.numbered(1, 60));
        assertEquals(1, backend.poll(packet -> Verdict.ACCEPT, 64, WAIT_MS));
        assertEquals(1, verdict(verdict));
    }

    @Test
    void shouldReturnNothingWhenTheTimeIsOver() throws Exception {
        assertEquals(0, backend.poll(drop(), 64, 0));
        assertEquals(0, backend.poll(drop(), 64, 20));
    }

    @Test
    void shouldWakeUpForAPacketThatComesLater() throws Exception {
        CompletableFuture<Integer> polled = inThread(() -> backend.poll(drop(), 64, WAIT_MS));
        kernel.queue(Packets.numbered(1, 60));
        assertEquals(1, polled.get(WAIT_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    void shouldShowThePacketFromItsPositionBigEndianUpToTheCopiedBytes() throws Exception {
        kernel.queue(Packets.numbered(7, 61));
        kernel.queue(Packets.numbered(8, 1500));
        List<Integer> lengths = new ArrayList<>();
        backend.poll(
                packet -> {
                    assertSame(ByteOrder.BIG_ENDIAN, packet.order());
                    assertEquals(0x45, packet.get(packet.position()));
                    lengths.add(packet.remaining());
                    return Verdict.DROP;
                },
                64,
                WAIT_MS);
        // 61 bytes travel as 64: the padding is not part of the packet.
        assertEquals(List.of(61, COPY_RANGE_BYTES), lengths);
    }

    @Test
    void shouldNotMindWhatAHandlerDoesToTheBuffer() throws Exception {
        for (int round = 0; round < 2; round++) {
            kernel.queue(Packets.numbered(round, 60));
            assertEquals(
                    1,
                    backend.poll(
                            packet -> {
                                assertEquals(60, packet.remaining());
                                packet.position(10).limit(20).order(ByteOrder.LITTLE_ENDIAN);
                                return Verdict.DROP;
                            },
                            64,
                            WAIT_MS));
        }
    }

    @Test
    void shouldDropThePacketOfAThrowingHandlerAndThoseBehindIt() throws Exception {
        List<CompletableFuture<Integer>> verdicts = queue(3);
        RuntimeException failure = new IllegalStateException("second packet");
        RuntimeException thrown = assertThrows(
                IllegalStateException.class,
                () -> backend.poll(
                        packet -> {
                            if (Packets.number(packet) == 1) {
                                throw failure;
                            }
                            return Verdict.ACCEPT;
                        },
                        64,
                        WAIT_MS));
        assertSame(failure, thrown);
        assertEquals(1, verdict(verdicts.get(0)));
        assertEquals(0, verdict(verdicts.get(1)));
        assertEquals(0, verdict(verdicts.get(2)));
        assertEquals(3, backend.kernelStats().received());
    }

    @Test
    void shouldGoOnAfterAHandlerThrew() throws Exception {
        shouldDropThePacketOfAThrowingHandlerAndThoseBehindIt();
        shouldSendTheVerdictsBeforePollReturns();
    }

    @Test
    void shouldDropWhereTheHandlerReturnsNull() throws Exception {
        CompletableFuture<Integer> verdict = kernel.queue(Packets.numbered(1, 60));
        backend.poll(packet -> null, 64, WAIT_MS);
        assertEquals(0, verdict(verdict));
    }

    @Test
    void shouldEndAWaitingPollWhenAnotherThreadCloses() throws Exception {
        CompletableFuture<Integer> polled = inThread(() -> backend.poll(drop(), 64, 60_000));
        backend.close();
        assertEquals(CaptureBackend.END, polled.get(WAIT_MS, TimeUnit.MILLISECONDS));
        assertEquals(CaptureBackend.END, backend.poll(drop(), 64, 0));
    }

    @Test
    void shouldSendTheLastBatchsVerdictsWhenClosedFromWithinAHandler() throws Exception {
        List<CompletableFuture<Integer>> verdicts = queue(2);
        assertEquals(
                2,
                backend.poll(
                        packet -> {
                            backend.close();
                            return Verdict.ACCEPT;
                        },
                        64,
                        WAIT_MS));
        assertEquals(1, verdict(verdicts.get(0)));
        assertEquals(1, verdict(verdicts.get(1)));
        assertEquals(CaptureBackend.END, backend.poll(drop(), 64, 0));
    }

    @Test
    void shouldFreeTheSlotForTheNextListenerWhenItCloses() throws Exception {
        kernel.queue(Packets.numbered(1, 60));
        backend.close();
        backend.close();
        try (IpQueueBackend next = IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), COPY_RANGE_BYTES)) {
            CompletableFuture<Integer> verdict = kernel.queue(Packets.numbered(2, 60));
            next.poll(packet -> Verdict.ACCEPT, 64, WAIT_MS);
            assertEquals(1, verdict(verdict));
        }
    }

    @Test
    void shouldRefuseASecondPollAtTheSameTime() throws Exception {
        kernel.queue(Packets.numbered(1, 60));
        backend.poll(
                packet -> {
                    assertThrows(IllegalStateException.class, () -> backend.poll(drop(), 64, 0));
                    return Verdict.DROP;
                },
                64,
                WAIT_MS);
        assertEquals(0, backend.poll(drop(), 64, 0));
    }

    @Test
    void shouldCountAVerdictThatFoundNoPacketAndStayCalm() throws Exception {
        kernel.queue(Packets.numbered(1, 60));
        backend.poll(
                packet -> {
                    kernel.ipQueue().dropAll();
                    return Verdict.DROP;
                },
                64,
                WAIT_MS);
        assertEquals(0, backend.poll(drop(), 64, WAIT_MS), "the error wakes the poll and is no packet");
        assertEquals(1, backend.counters().notQueued());
        assertEquals(0, backend.counters().errors());
    }

    @Test
    void shouldReportItsLaneAndThatItJudges() {
        assertEquals("ipqueue", backend.lane());
        assertTrue(backend.issuesVerdicts());
    }

    @Test
    void shouldCountWhatTheKernelLostSinceItOpened() throws Exception {
        kernel.ipQueue().setMaxLength(2);
        List<CompletableFuture<Integer>> verdicts = queue(5);
        kernel.publish();
        assertEquals(2, backend.kernelStats().queued());
        assertEquals(3, backend.kernelStats().lost());
        backend.poll(drop(), 64, WAIT_MS);
        verdict(verdicts.get(1));
        kernel.publish();
        assertEquals(0, backend.kernelStats().queued());
        assertEquals(2, backend.kernelStats().received());
    }

    @Test
    void shouldKeepTheLastReadingAfterClose() throws Exception {
        kernel.ipQueue().setMaxLength(1);
        queue(2);
        kernel.publish();
        assertEquals(1, backend.kernelStats().lost());
        backend.close();
        kernel.ipQueue().setMaxLength(0);
        kernel.publish();
        assertEquals(1, backend.kernelStats().lost());
        assertFalse(backend.kernelStats().losses().isEmpty());
    }

    private List<CompletableFuture<Integer>> queue(int packets) {
        List<CompletableFuture<Integer>> verdicts = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            verdicts.add(kernel.queue(Packets.numbered(i, 60 + i)));
        }
        return verdicts;
    }

    private static PacketHandler drop() {
        return packet -> Verdict.DROP;
    }

    private static int verdict(CompletableFuture<Integer> verdict) throws Exception {
        return verdict.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private interface Poll {
        int run() throws Exception;
    }

    /** Returns when the thread is about to poll. */
    private static CompletableFuture<Integer> inThread(Poll poll) throws InterruptedException, ExecutionException {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        CountDownLatch started = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            started.countDown();
            try {
                result.complete(poll.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        started.await();
        return result;
    }
}
