package dev.intercept.netlink;

/**
 * Decides whether a system call that failed is tried again: at once, then every millisecond, until it has failed for a second.
 * Only errors that pass by themselves are worth it. Allocates nothing.
 *
 * <p>Thread rule: one thread; {@link #count} by any.
 */
public final class Retries {

    /** How long a call may go on failing. */
    public static final int LIMIT_MS = 1_000;

    private static final int PAUSE_US = 1_000;

    private final SystemCalls calls;
    private boolean failing;
    private long sinceNs;
    private volatile long count;

    public Retries(SystemCalls calls) {
        this.calls = calls;
    }

    /** Whether an error passes by itself: a signal, a lack of memory or of room. */
    public static boolean canPass(int errno) {
        return errno == Errno.EINTR || errno == Errno.EAGAIN || errno == Errno.ENOMEM || errno == Errno.ENOBUFS;
    }

    /** After a failure: whether to try again now. May pause. */
    public boolean again(int errno) {
        if (!canPass(errno)) {
            return false;
        }
        long nowNs = calls.nanoTime();
        if (!failing) {
            failing = true;
            sinceNs = nowNs;
        } else if (nowNs - sinceNs >= LIMIT_MS * 1_000_000L) {
            return false;
        } else {
            calls.sleepUs(PAUSE_US);
        }
        count = count + 1;
        return true;
    }

    /** After a success: the next failure is a new one. */
    public void succeeded() {
        failing = false;
    }

    /** How often a call was tried again. */
    public long count() {
        return count;
    }
}
