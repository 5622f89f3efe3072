package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.RecordingLogger;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaptureLoopTest {

    private final List<Throwable> ends = new ArrayList<>();
    private long nowNs;

    @Test
    void shouldEndWithoutFailureWhenTheSourceEnds() {
        ScriptedBackend backend = new ScriptedBackend(3);
        loop(backend).run();
        assertEquals(4, backend.polls);
        assertTrue(backend.isClosed);
        assertEquals(1, ends.size());
        assertNull(ends.get(0));
    }

    @Test
    void shouldFinishTheBatchItIsInWhenStopped() {
        ScriptedBackend backend = new ScriptedBackend(100);
        CaptureLoop loop = loop(backend);
        backend.onPoll = loop::stop;
        loop.run();
        assertEquals(1, backend.polls);
        assertTrue(backend.isClosed);
        assertNull(ends.get(0));
    }

    @Test
    void shouldTellWhyASourceIsUseless() {
        ScriptedBackend backend = new ScriptedBackend(100);
        BackendException failure = new BackendException(BackendException.Kind.REFUSED, "the queue is gone");
        backend.failure = failure;
        loop(backend).run();
        assertSame(failure, ends.get(0));
        assertTrue(backend.isClosed);
    }

    @Test
    void shouldTellHowLongItHasBeenAtItsBatch() {
        nowNs = 1000;
        ScriptedBackend backend = new ScriptedBackend(1);
        CaptureLoop loop = loop(backend);
        List<Long> rounds = new ArrayList<>();
        backend.onPoll = () -> {
            nowNs += 5;
            rounds.add(loop.roundNs());
        };
        loop.run();
        nowNs += 100;
        assertEquals(List.of(5L, 5L), rounds);
        assertEquals(0, loop.roundNs(), "an ended loop is not stuck");
    }

    private CaptureLoop loop(CaptureBackend backend) {
        Interceptor interceptor = new Interceptor(
                new PassList(List.of()),
                new SessionTable(SessionLimits.DEFAULTS, new Counters()),
                UnroutedResponses.NOBODY,
                AddressTranslation.NONE,
                new Counters(),
                new RateLimitedLog(new RecordingLogger(), System::nanoTime),
                CaptureLoop.BATCH_LIMIT,
                0);
        return new CaptureLoop(backend, interceptor, () -> nowNs, (loop, failure) -> ends.add(failure));
    }

    /** Ends after a number of empty polls. */
    private static final class ScriptedBackend implements CaptureBackend {
        private final int emptyPolls;
        int polls;
        boolean isClosed;
        BackendException failure;
        Runnable onPoll = () -> {};

        ScriptedBackend(int emptyPolls) {
            this.emptyPolls = emptyPolls;
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
            onPoll.run();
            if (failure != null) {
                throw failure;
            }
            return polls++ < emptyPolls ? 0 : END;
        }

        @Override
        public String lane() {
            return "scripted";
        }

        @Override
        public boolean issuesVerdicts() {
            return false;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, 0, List.of());
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
