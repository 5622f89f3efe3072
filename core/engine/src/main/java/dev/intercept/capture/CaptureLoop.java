package dev.intercept.capture;

import dev.intercept.session.Readers;
import dev.intercept.session.SessionClock;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of one capture thread: poll a batch, whose verdicts the backend sends before it returns, then send the
 * headers.
 *
 * <p>Thread rule: {@link #run} on the capture thread; {@link #stop} by any thread.
 */
public final class CaptureLoop implements Runnable {

    /** Packets of one batch at most: one system call brings them, and no tunnel waits for more. */
    public static final int BATCH_LIMIT = 64;

    /** How long a poll may wait for a packet: bounds how long a stop takes, costs ten wake-ups a second when idle. */
    static final int POLL_TIMEOUT_MS = 100;

    private static final long PAUSE_NS = 1_000_000L;

    /** Called with how a loop ended. */
    public interface EndListener {
        /** @param failure why the packet source is useless now; null when the loop was stopped or the source has ended */
        void onEnd(CaptureLoop loop, @Nullable Throwable failure);
    }

    private final CaptureBackend backend;
    private final Interceptor interceptor;
    private final LongSupplier nanoClock;
    private final EndListener endListener;
    private final Pacing pacing;
    private volatile boolean stopping;
    private volatile boolean leaving;
    private volatile boolean hasEnded;
    private volatile long roundBeganNs;

    /** @param readers who a source that can wait waits for */
    public CaptureLoop(
            CaptureBackend backend,
            Interceptor interceptor,
            Readers readers,
            LongSupplier nanoClock,
            EndListener endListener) {
        this.backend = backend;
        this.interceptor = interceptor;
        this.nanoClock = nanoClock;
        this.endListener = endListener;
        this.pacing = new Pacing(backend, readers, nanoClock);
        this.roundBeganNs = nanoClock.getAsLong();
    }

    public CaptureBackend backend() {
        return backend;
    }

    /** How long the batch it is in has taken so far, the wait for it included, in nanoseconds; 0 once it has ended. Any thread. */
    public long roundNs() {
        return hasEnded ? 0 : nanoClock.getAsLong() - roundBeganNs;
    }

    /** Ends the loop after the batch it is in, with that batch's verdicts and headers sent. Does not wait. */
    public void stop() {
        stopping = true;
    }

    /** As {@link #stop}, but the backend stays open and nothing is reported: another process goes on with it. Does not wait. */
    public void leave() {
        leaving = true;
        stop();
    }

    @Override
    public void run() {
        Throwable failure = failureOf(null, this::pollUntilTheEnd);
        if (leaving) {
            failure = failureOf(failure, () -> backend.handOverTaken(interceptor));
        }
        failure = failureOf(failure, () -> interceptor.endOfBatch(SessionClock.seconds(nanoClock.getAsLong())));
        if (leaving && failure == null) {
            hasEnded = true;
            return;
        }
        failure = failureOf(failure, backend::close);
        hasEnded = true;
        endListener.onEnd(this, failure);
    }

    private void pollUntilTheEnd() throws BackendException {
        while (!stopping && step() != CaptureBackend.END) {
            // The work is in step.
        }
        awaitTaken();
    }

    @FunctionalInterface
    private interface EndStep {
        void run() throws BackendException;
    }

    /** Runs a step of the end, whatever the ones before did; the first failure is the one that counts. */
    private static @Nullable Throwable failureOf(@Nullable Throwable earlier, EndStep step) {
        try {
            step.run();
            return earlier;
        } catch (BackendException | RuntimeException | Error e) {
            if (earlier == null) {
                return e;
            }
            if (earlier != e) {
                earlier.addSuppressed(e);
            }
            return earlier;
        }
    }

    private int step() throws BackendException {
        return switch (pacing.next()) {
            case POLL -> pollOnce();
            case WAIT -> pause();
            case END -> CaptureBackend.END;
        };
    }

    /** What is seen next is seen a millisecond later at most. */
    private int pause() {
        LockSupport.parkNanos(PAUSE_NS);
        roundBeganNs = nanoClock.getAsLong();
        return 0;
    }

    private void awaitTaken() {
        while (!stopping && !pacing.isTaken()) {
            pause();
        }
        pacing.logEnd();
    }

    private int pollOnce() throws BackendException {
        int packets = backend.poll(interceptor, BATCH_LIMIT, POLL_TIMEOUT_MS);
        long nowNs = nanoClock.getAsLong();
        roundBeganNs = nowNs;
        interceptor.endOfBatch(SessionClock.seconds(nowNs));
        return packets;
    }
}
