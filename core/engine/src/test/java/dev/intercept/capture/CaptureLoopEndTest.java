package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.Readers;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever fails at the end of a loop, its source is closed and its owner learns of it. */
class CaptureLoopEndTest {

    private static final IllegalStateException FAILURE = new IllegalStateException("on purpose");

    private final List<Throwable> ends = new ArrayList<>();

    @Test
    void shouldCloseAndReportItsEndThoughTheLastRoundFailsAsWell() {
        OnePacket backend = new OnePacket(false);
        loop(backend, new ThrowingOutlet()).run();
        assertTrue(backend.isClosed);
        assertEquals(List.of(FAILURE), ends);
    }

    @Test
    void shouldReportItsEndThoughTheSourceCannotBeClosed() {
        loop(new OnePacket(true), null).run();
        assertEquals(List.of(FAILURE), ends);
    }

    private CaptureLoop loop(CaptureBackend backend, Outlet outlet) {
        Interceptor interceptor = new Interceptor(
                new PassList(List.of()),
                new SessionTable(SessionLimits.DEFAULTS, new Counters()),
                response -> outlet,
                AddressTranslation.NONE,
                new Counters(),
                new RateLimitedLog(new RecordingLogger(), System::nanoTime),
                new AnswerMeter(new Sampling(), System::nanoTime),
                0);
        return new CaptureLoop(
                backend, interceptor, Readers.NONE, System::nanoTime, (loop, failure) -> ends.add(failure));
    }

    private static final class ThrowingOutlet implements Outlet {
        @Override
        public boolean forward(ResponsePacket response) {
            return true;
        }

        @Override
        public void flush(Counters counters) {
            throw FAILURE;
        }
    }

    /** Hands one packet over, and ends. */
    private static final class OnePacket implements CaptureBackend {

        private final boolean failsToClose;
        private boolean isClosed;
        private int polls;

        OnePacket(boolean failsToClose) {
            this.failsToClose = failsToClose;
        }

        @Override
        public int poll(PacketHandler handler, int limit, int timeoutMs) {
            if (polls++ > 0) {
                return END;
            }
            handler.onPacket(
                    ByteBuffer.wrap(new PacketBuilder().flags(PacketBuilder.ACK).build()));
            return 1;
        }

        @Override
        public String lane() {
            return "one";
        }

        @Override
        public boolean issuesVerdicts() {
            return true;
        }

        @Override
        public KernelStats kernelStats() {
            return new KernelStats(0, 1, List.of());
        }

        @Override
        public void close() {
            isClosed = true;
            if (failsToClose) {
                throw FAILURE;
            }
        }
    }
}
