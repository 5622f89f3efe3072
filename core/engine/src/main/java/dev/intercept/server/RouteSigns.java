package dev.intercept.server;

import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.PortTally;

/**
 * What the server notices in the routes that clients add: the targets they name, and sessions that are begun again soon,
 * as happens when an answer escaped or never came back. Bounded; server thread, but the tally may be read by any.
 */
public final class RouteSigns {

    /** Routes remembered; a power of two. */
    private static final int REMEMBERED = 4096;

    private static final int AT_ONCE_S = 1;

    /** tcpcopy gives a session up about 3 s after it began when no SYN/ACK came back to it. */
    private static final int GIVEN_UP_S = 4;

    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final Counters counters;
    private final long[] sessions = new long[REMEMBERED];
    private final int[] addedS = new int[REMEMBERED];
    private final PortTally targets = new PortTally();

    RouteSigns(Counters counters) {
        this.counters = counters;
    }

    void onAdd(int clientAddress, int clientPort, int targetAddress, int targetPort, int nowS) {
        if (targetPort != 0) {
            targets.count(targetPort, targetAddress);
        }
        long session = ((clientAddress * MIX ^ targetAddress) * MIX ^ ((long) clientPort << 16 | targetPort)) * MIX | 1;
        int index = (int) (session >>> 40) & REMEMBERED - 1;
        if (sessions[index] == session) {
            onAgain(nowS - addedS[index]);
        }
        sessions[index] = session;
        addedS[index] = nowS;
    }

    private void onAgain(int afterS) {
        if (afterS <= AT_ONCE_S) {
            counters.increment(Counter.ROUTES_RENEWED_AT_ONCE);
        } else if (afterS <= GIVEN_UP_S) {
            counters.increment(Counter.ROUTES_RENEWED_SOON);
        }
    }

    /** The targets that routes name, by port; clients that name none are left out. */
    public PortTally targets() {
        return targets;
    }
}
