package dev.intercept.daemon;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/** Reports to the service manager at intervals, on a thread of its own, how this process is doing and that it lives. */
public final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Heartbeat.class.getName());

    /** Between two status texts where nobody watches. */
    private static final long STATUS_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    /** Beats in the time after which the service manager ends the process: one that comes late does no harm. */
    private static final int BEATS = 4;

    private final ServiceManager manager;
    private final Supplier<String> status;
    private final LongPredicate works;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread beats = new Thread(task, "heartbeat");
        beats.setDaemon(true);
        return beats;
    });

    /**
     * @param status one line
     * @param works whether the process does its work and has not been stuck for so many nanoseconds
     */
    public Heartbeat(ServiceManager manager, Supplier<String> status, LongPredicate works) {
        this.manager = manager;
        this.status = status;
        this.works = works;
    }

    /** Says that the start is done, and begins. Nothing happens where no service manager listens. */
    public void start() {
        if (manager.isThere()) {
            manager.ready(status.get());
            long intervalNs = watchdogNs() / BEATS;
            thread.scheduleAtFixedRate(this::beat, 0, intervalNs, TimeUnit.NANOSECONDS);
        }
    }

    private long watchdogNs() {
        return manager.watchdogNs().orElse(STATUS_INTERVAL_NS * BEATS);
    }

    /**
     * Silence is the message when the process is stuck: the service manager then ends it and starts it again. What fails here is
     * logged and tried again at the next beat, since an executor forgets a task that throws.
     */
    void beat() {
        try {
            if (works.test(watchdogNs() / 2)) {
                manager.alive();
            }
            manager.status(status.get());
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a heartbeat to the service manager failed, please report: " + e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
