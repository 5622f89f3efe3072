package dev.intercept.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReopeningBackendTest {

    private static final PacketHandler HANDLER = packet -> Verdict.DROP;
    private static final long MS = 1_000_000;

    /** What each opening gives, in order; the last one again and again. */
    private final Queue<Scripted> openings = new ArrayDeque<>();

    private final List<Scripted> opened = new ArrayList<>();
    private BackendException refusal;
    private long nowNs;

    private ReopeningBackend open(Scripted... scripts) throws BackendException {
        openings.addAll(List.of(scripts));
        return ReopeningBackend.open(this::next, () -> nowNs);
    }

    private CaptureBackend next() throws BackendException {
        if (openings.isEmpty()) {
            throw refusal;
        }
        opened.add(openings.remove());
        return opened.get(opened.size() - 1);
    }

    private static BackendException broken(String words) {
        return new BackendException(BackendException.Kind.REFUSED, words);
    }

    @Test
    void shouldOpenABrokenSourceAgainAtOnceAndGoOn() throws BackendException {
        ReopeningBackend backend = open(new Scripted(3, broken("queue 0: EIO")), new Scripted(5, null));
        assertEquals(3, backend.poll(HANDLER, 64, 0));
        assertEquals(0, backend.poll(HANDLER, 64, 0));
        assertEquals(5, backend.poll(HANDLER, 64, 0));
        assertTrue(opened.get(0).isClosed);
        assertEquals("scripted", backend.lane());
    }

    @Test
    void shouldAddUpWhatAllItsSourcesCountedAndWhatWaitedInThem() throws BackendException {
        ReopeningBackend backend = open(new Scripted(3, broken("EIO")), new Scripted(5, null));
        backend.poll(HANDLER, 64, 0);
        backend.poll(HANDLER, 64, 0);
        backend.poll(HANDLER, 64, 0);
        KernelStats stats = backend.kernelStats();
        assertEquals(8, stats.received());
        assertEquals(2, stats.lost("full"), "one of each");
        assertEquals(Scripted.WAITING, stats.lost(ReopeningBackend.REOPEN_DROPPED));
        assertEquals(0, stats.lost("unheard-of"));
    }

    @Test
    void shouldGiveUpWhenItCannotBeOpenedForFiveSeconds() throws BackendException {
        ReopeningBackend backend = open(new Scripted(3, broken("queue 0: EIO")));
        refusal = broken("queue 0 is held by pid 7");
        backend.poll(HANDLER, 64, 0);
        for (int ms = 0; ms < 5_000; ms += 100) {
            assertEquals(0, backend.poll(HANDLER, 64, 0), ms + " ms");
            nowNs += 100 * MS;
        }
        BackendException end = assertThrows(BackendException.class, () -> backend.poll(HANDLER, 64, 0));
        assertEquals("queue 0: EIO; it could not be opened again for 5 s: queue 0 is held by pid 7", end.getMessage());
    }

    @Test
    void shouldGiveUpWhenItBreaksAgainAndAgainWithoutAPacket() throws BackendException {
        ReopeningBackend backend = open(new Scripted(0, broken("queue 0: EFAULT")));
        for (int tries = 0; tries < 49; tries++) {
            openings.add(new Scripted(0, broken("queue 0: EFAULT")));
            backend.poll(HANDLER, 64, 0);
            backend.poll(HANDLER, 64, 0);
            nowNs += 100 * MS;
        }
        openings.add(new Scripted(0, broken("queue 0: EFAULT")));
        nowNs += 200 * MS;
        BackendException end = assertThrows(BackendException.class, () -> {
            backend.poll(HANDLER, 64, 0);
            backend.poll(HANDLER, 64, 0);
        });
        assertEquals("queue 0: EFAULT; it was opened again and again for 5 s and broke each time", end.getMessage());
    }

    @Test
    void shouldHaveFiveSecondsForEachBreakBetweenWhichItWasWhole() throws BackendException {
        ReopeningBackend backend = open(new Scripted(1, broken("EIO")));
        for (int breaks = 0; breaks < 100; breaks++) {
            openings.add(new Scripted(1, broken("EIO")));
            assertEquals(1, backend.poll(HANDLER, 64, 0));
            assertEquals(0, backend.poll(HANDLER, 64, 0));
            nowNs += 1_000 * MS;
        }
    }

    @Test
    void shouldCloseWhatIsOpenAndEnd() throws BackendException {
        ReopeningBackend backend = open(new Scripted(1, null));
        backend.close();
        assertTrue(opened.get(0).isClosed);
        assertEquals(CaptureBackend.END, backend.poll(HANDLER, 64, 0));
        backend.close();
    }

    @Test
    void shouldEndTheWaitForABrokenSourceWhenClosed() throws Exception {
        ReopeningBackend backend = open(new Scripted(0, broken("EIO")));
        refusal = broken("taken");
        backend.poll(HANDLER, 64, 0);
        Thread closer = new Thread(backend::close);
        closer.start();
        closer.join();
        assertEquals(CaptureBackend.END, backend.poll(HANDLER, 64, Integer.MAX_VALUE));
    }

    @Test
    void shouldNotTryAgainWhenItCannotBeOpenedAtFirst() {
        refusal = broken("taken");
        assertThrows(BackendException.class, this::open);
    }

    /** Hands packets over once, then breaks, or has no more. */
    private static final class Scripted implements CaptureBackend {

        static final int WAITING = 4;

        private final int packets;
        private final BackendException failure;
        private boolean isClosed;
        private int polls;

        Scripted(int packets, BackendException failure) {
            this.packets = packets;
            this.failure = failure;
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            if (polls++ == 0 && packets > 0) {
                return packets;
            }
            if (failure != null) {
                throw failure;
            }
            return 0;
        }

        @Override
        public String lane() {
            return "scripted";
        }

        @Override
        public boolean issuesVerdicts() {
            return true;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(
                    isClosed ? 0 : WAITING, packets, List.of(new KernelStats.Loss("full", 1, "a longer queue")));
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
