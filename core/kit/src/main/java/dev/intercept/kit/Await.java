package dev.intercept.kit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Waits for what another thread, process or the kernel does. The one place where tests look at the clock: its patience is far
 * more than a busy machine takes, and no test knows how much of it was used up.
 */
public final class Await {

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long FIRST_PAUSE_NS = 50_000;
    private static final long LONGEST_PAUSE_NS = 10_000_000;

    private Await() {}

    /** What is waited for. */
    public interface Condition {
        boolean isMet() throws Exception;
    }

    /**
     * Returns once the condition is met.
     *
     * @param what of which the failure says that it did not come
     * @throws AssertionError when it is not met for two minutes
     */
    public static void until(String what, Condition condition) throws Exception {
        until(() -> what, condition);
    }

    /** As {@link #until(String, Condition)}, with words of the moment in which patience ends. */
    public static void until(Supplier<String> what, Condition condition) throws Exception {
        long beginNs = System.nanoTime();
        long pauseNs = FIRST_PAUSE_NS;
        while (!condition.isMet()) {
            if (System.nanoTime() - beginNs > PATIENCE_NS) {
                throw new AssertionError("waited in vain for " + what.get());
            }
            LockSupport.parkNanos(pauseNs);
            pauseNs = Math.min(pauseNs + pauseNs / 4, LONGEST_PAUSE_NS);
        }
    }
}
