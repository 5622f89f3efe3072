package dev.intercept.session;

import java.util.Arrays;

/**
 * What is known of targets where some clients name theirs and others do not: whether a SYN/ACK without a route of its own may go
 * to its client's route to any target, or has to wait for one that names its target. Bounded; what is beyond the bound is not known.
 *
 * <p>Thread rule: the server thread names, any thread asks and leaves unnamed.
 */
final class NamedTargets {

    static final int MAX_TARGETS = 256;

    private volatile long[] named = {};
    private volatile long[] unnamed = {};
    private volatile long[] overlapping = {};
    private volatile boolean isExpectingNames;

    /** There is a client that will name its targets. */
    void expectNames() {
        isExpectingNames = true;
    }

    /**
     * A route names it.
     *
     * @param overlaps whether the same client's session has a route to any target too: two tcpcopies copy it
     */
    void name(long target, boolean overlaps) {
        named = with(named, target);
        overlapping = overlaps ? with(overlapping, target) : overlapping;
        isExpectingNames = true;
    }

    /** It has answered, and no route named it. */
    synchronized void leaveUnnamed(long target) {
        unnamed = contains(named, target) ? unnamed : with(unnamed, target);
    }

    /** Whether a route that names this target may come. */
    boolean mayBeNamed(long target) {
        return isExpectingNames && (contains(named, target) || !contains(unnamed, target));
    }

    /** Whether routes name this target for sessions that have a route to any target as well. */
    boolean overlaps(long target) {
        return contains(overlapping, target);
    }

    private static long[] with(long[] targets, long target) {
        if (targets.length == MAX_TARGETS || contains(targets, target)) {
            return targets;
        }
        long[] more = Arrays.copyOf(targets, targets.length + 1);
        more[targets.length] = target;
        return more;
    }

    private static boolean contains(long[] targets, long target) {
        for (long each : targets) {
            if (each == target) {
                return true;
            }
        }
        return false;
    }
}
