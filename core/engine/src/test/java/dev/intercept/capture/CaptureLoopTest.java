package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.session.Readers;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaptureLoopTest {

    private final List<Throwable> ends = new ArrayList<>();
    private long nowNs;
    private Readers readers = Readers.NONE;

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
    void shouldReportWhyASourceIsUseless() {
        ScriptedBackend backend = new ScriptedBackend(100);
        BackendException failure = new BackendException(BackendException.Kind.REFUSED, "the queue is gone");
        backend.failure = failure;
        loop(backend).run();
        assertSame(failure, ends.get(0));
        assertTrue(backend.isClosed);
    }

    @Test
    void shouldReportHowLongItHasBeenAtItsBatch() {
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

    @Test
    void shouldReadOnlyWhenRoutesAreThereAndClientsTakeTheirHeaders() {
        ScriptedBackend backend = new ScriptedBackend(3);
        backend.polling = CaptureBackend.Polling.FROM_FIRST_ROUTE;
        Clients clients = new Clients();
        readers = clients;
        List<String> steps = new ArrayList<>();
        backend.onPoll = () -> {
            steps.add("poll with " + clients.routes + " routes at " + nowNs / 1_000_000 + " ms");
            clients.backlogs.addAll(List.of(Pacing.MAX_BACKLOG_BYTES + 1, Pacing.MAX_BACKLOG_BYTES + 1));
        };
        loop(backend).run();
        assertEquals(
                List.of(
                        "poll with 5 routes at 335 ms",
                        "poll with 5 routes at 365 ms",
                        "poll with 5 routes at 395 ms",
                        "poll with 5 routes at 425 ms"),
                steps);
        assertTrue(clients.backlogs.isEmpty(), "it ended when all was taken");
    }

    @Test
    void shouldReadAtOnceWhatMayAndEndWhenTheClientsHaveGone() {
        ScriptedBackend backend = new ScriptedBackend(100);
        backend.polling = CaptureBackend.Polling.WHILE_TAKEN;
        Clients clients = new Clients();
        readers = clients;
        backend.onPoll = () -> clients.connected = backend.polls == 3;
        loop(backend).run();
        assertEquals(5, backend.polls, "it read until the client came, and went");
        assertTrue(backend.isClosed);
        assertNull(ends.get(0));
    }

    /** A client that adds a route each 25 ms, five in all, and has these backlogs when it is looked at, each 10 ms. */
    private final class Clients implements Readers {
        private final Deque<Integer> backlogs = new ArrayDeque<>();
        private long routes;
        private boolean connected;

        @Override
        public long routes() {
            nowNs += 25_000_000;
            routes = Math.min(5, routes + 1);
            return routes;
        }

        @Override
        public boolean areConnected() {
            return connected;
        }

        @Override
        public int longestBacklogBytes() {
            nowNs += 10_000_000;
            return backlogs.isEmpty() ? 0 : backlogs.remove();
        }

        @Override
        public String taken() {
            return "";
        }
    }

    private CaptureLoop loop(CaptureBackend backend) {
        Interceptor interceptor = new Interceptor(
                new PassList(List.of()),
                new SessionTable(SessionLimits.DEFAULTS, new Counters()),
                UnroutedResponses.NOBODY,
                AddressTranslation.NONE,
                new Counters(),
                new RateLimitedLog(new RecordingLogger(), System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                0);
        return new CaptureLoop(backend, interceptor, readers, () -> nowNs, (loop, failure) -> ends.add(failure));
    }

    /** Ends after a number of empty polls. */
    private static final class ScriptedBackend implements CaptureBackend {
        private final int emptyPolls;
        int polls;
        boolean isClosed;
        BackendException failure;
        Runnable onPoll = () -> {};
        Polling polling = Polling.ALWAYS;

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
        public Polling polling() {
            return polling;
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
