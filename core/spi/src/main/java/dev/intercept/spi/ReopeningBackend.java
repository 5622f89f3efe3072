package dev.intercept.spi;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A packet source that is opened again when it breaks: sessions and tunnels do not notice. What waited in the kernel then is
 * dropped by it and counted as {@link #REOPEN_DROPPED}. Only when the source stays broken for {@link #GIVE_UP_S} seconds does
 * {@link #poll} throw, with what broke and why it could not be opened.
 *
 * <p>Thread rule: that of {@link CaptureBackend}.
 */
public final class ReopeningBackend implements CaptureBackend {

    /** Opens the source, or says why it cannot. */
    @FunctionalInterface
    public interface Source {
        CaptureBackend open() throws BackendException;
    }

    /** Name of the loss; never changes. */
    public static final String REOPEN_DROPPED = "reopen_dropped";

    /** How long a source may stay broken, in seconds. */
    public static final int GIVE_UP_S = 5;

    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(GIVE_UP_S);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A source that breaks again within this time, without a packet between, was never whole. */
    private static final long SOUND_NS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger LOG = System.getLogger(ReopeningBackend.class.getName());

    private final Source source;
    private final LongSupplier nanoClock;
    private final String lane;
    private final boolean issuesVerdicts;
    private final Polling polling;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** Guards the four below it. */
    private final Object lock = new Object();

    /** Null from a break until it is open again. */
    private @Nullable CaptureBackend current;

    private boolean closed;
    private KernelStats past;
    private long dropped;

    /** The rest is the polling thread's. */
    private @Nullable BackendException cause;

    private long brokenSinceNs;
    private long openedNs;
    private long nextTryNs;

    /** Opens the source for the first time. @throws BackendException when that fails: nothing is tried again then */
    public static ReopeningBackend open(Source source) throws BackendException {
        return open(source, System::nanoTime);
    }

    /** With a clock of a test. */
    public static ReopeningBackend open(Source source, LongSupplier nanoClock) throws BackendException {
        return new ReopeningBackend(source, source.open(), nanoClock);
    }

    private ReopeningBackend(Source source, CaptureBackend first, LongSupplier nanoClock) {
        this.source = source;
        this.nanoClock = nanoClock;
        current = first;
        lane = first.lane();
        issuesVerdicts = first.issuesVerdicts();
        polling = first.polling();
        past = new KernelStats(0, 0, List.of());
    }

    @Override
    public String lane() {
        return lane;
    }

    @Override
    public boolean issuesVerdicts() {
        return issuesVerdicts;
    }

    @Override
    public Polling polling() {
        return polling;
    }

    @Override
    public void handOverTaken(PacketHandler handler) throws BackendException {
        CaptureBackend source = current;
        if (source != null) {
            source.handOverTaken(handler);
        }
    }

    @Override
    public Optional<HeldSource> held() {
        synchronized (lock) {
            return current == null ? Optional.empty() : current.held();
        }
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (closing.getCount() == 0) {
            return END;
        }
        CaptureBackend source = current;
        if (source == null) {
            return awaitSource(timeoutMs);
        }
        try {
            int packets = source.poll(handler, limit, timeoutMs);
            if (packets > 0) {
                cause = null;
            }
            return packets;
        } catch (BackendException e) {
            onBreak(source, e);
            return awaitSource(0);
        }
    }

    private void onBreak(CaptureBackend broken, BackendException e) throws BackendException {
        long nowNs = nanoClock.getAsLong();
        if (cause == null || nowNs - openedNs > SOUND_NS) {
            LOG.log(
                    Level.WARNING,
                    "{0}; {1} is opened again, what waits in the kernel is dropped",
                    e.getMessage(),
                    lane);
            brokenSinceNs = nowNs;
            nextTryNs = nowNs;
        }
        cause = e;
        synchronized (lock) {
            dropped += broken.kernelStats().queued();
            broken.close();
            past = sum(broken.kernelStats(), past);
            current = null;
        }
        giveUpInTime("it was opened again and again for " + GIVE_UP_S + " s and broke each time", e);
    }

    /** Opens the source when it is time to; 0, or END. */
    private int awaitSource(int timeoutMs) throws BackendException {
        long waitNs = Math.min(TimeUnit.MILLISECONDS.toNanos(timeoutMs), nextTryNs - nanoClock.getAsLong());
        if (waitNs > 0) {
            awaitClose(waitNs);
        }
        if (closing.getCount() > 0 && nanoClock.getAsLong() - nextTryNs >= 0) {
            nextTryNs = nanoClock.getAsLong() + RETRY_NS;
            reopen();
        }
        return closing.getCount() == 0 ? END : 0;
    }

    private void awaitClose(long waitNs) {
        try {
            closing.await(waitNs, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reopen() throws BackendException {
        try {
            take(source.open());
            LOG.log(Level.INFO, "{0} is open again", lane);
        } catch (BackendException e) {
            giveUpInTime("it could not be opened again for " + GIVE_UP_S + " s: " + e.getMessage(), e);
        }
    }

    private void take(CaptureBackend opened) {
        synchronized (lock) {
            current = opened;
            openedNs = nanoClock.getAsLong();
            if (closed) {
                opened.close();
            }
        }
    }

    private void giveUpInTime(String why, BackendException e) throws BackendException {
        if (nanoClock.getAsLong() - brokenSinceNs >= GIVE_UP_NS) {
            throw new BackendException(e.kind(), Objects.requireNonNull(cause).getMessage() + "; " + why, e);
        }
    }

    @Override
    public KernelStats kernelStats() {
        synchronized (lock) {
            KernelStats total = current == null ? past : sum(current.kernelStats(), past);
            List<KernelStats.Loss> losses = new ArrayList<>(total.losses());
            losses.add(new KernelStats.Loss(
                    REOPEN_DROPPED,
                    dropped,
                    "packets waited in a source that broke and was opened again",
                    "dmesg  # the log has the error for which " + lane + " was opened again"));
            return new KernelStats(total.queued(), total.received(), losses);
        }
    }

    /** The counts of both; names and remedies of the first where it has them. */
    private static KernelStats sum(KernelStats now, KernelStats before) {
        List<KernelStats.Loss> losses = new ArrayList<>();
        for (KernelStats.Loss loss : now.losses()) {
            losses.add(loss.plus(before.lost(loss.name())));
        }
        return new KernelStats(now.queued(), now.received() + before.received(), losses);
    }

    @Override
    public void close() {
        CaptureBackend closable;
        synchronized (lock) {
            closed = true;
            closable = current;
        }
        closing.countDown();
        if (closable != null) {
            closable.close();
        }
    }
}
