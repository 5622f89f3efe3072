package dev.intercept;

import dev.intercept.stats.RateLimitedLog;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The thread that does what is to be done every so many seconds. Any thread may ask. */
final class StatisticsThread {

    private final RateLimitedLog limitedLog;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "statistics");
        thread.setDaemon(true);
        return thread;
    });

    StatisticsThread(RateLimitedLog limitedLog) {
        this.limitedLog = limitedLog;
    }

    /** Until {@link #stop}; a task that fails is logged and done again. */
    void every(int seconds, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                limitedLog.log("statistics", Level.ERROR, () -> "statistics failed, please report: " + e);
            }
        };
        try {
            executor.scheduleAtFixedRate(guarded, seconds, seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // Stopped meanwhile: a signal may come as soon as the start is done.
        }
    }

    void stop() {
        executor.shutdownNow();
    }
}
