package dev.intercept.capture;

import dev.intercept.session.Readers;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.CaptureBackend.Polling;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;

/**
 * Holds back a packet source that can wait, a capture file, until clients want its packets and while they are slow to take
 * them, and ends it when they are gone. Thread rule: the capture thread's.
 */
final class Pacing {

    private static final System.Logger LOG = System.getLogger(Pacing.class.getName());

    /** A client announces its sessions in a row: reading begins when none was added for so long. */
    static final long SETTLE_NS = 200_000_000L;

    /** But no later than this after the first: some announce sessions all the time. */
    static final long MAX_SETTLE_NS = 2_000_000_000L;

    /** Far below the bound of a tunnel's buffer, and more than a batch's headers take. */
    static final int MAX_BACKLOG_BYTES = 64 * 1024;

    /** What to do next. */
    enum Step {
        POLL,
        WAIT,
        END
    }

    private final CaptureBackend backend;
    private final Readers readers;
    private final LongSupplier nanoClock;
    private boolean hasBegun;
    private boolean wereConnected;
    private long routes;
    private long firstRouteNs;
    private long lastRouteNs;

    Pacing(CaptureBackend backend, Readers readers, LongSupplier nanoClock) {
        this.backend = backend;
        this.readers = readers;
        this.nanoClock = nanoClock;
        hasBegun = backend.polling() != Polling.FROM_FIRST_ROUTE;
    }

    private boolean isPaced() {
        return backend.polling() != Polling.ALWAYS;
    }

    /** Before a poll. */
    Step next() {
        if (!isPaced()) {
            return Step.POLL;
        }
        boolean connected = readers.areConnected();
        if (wereConnected && hasBegun && !connected) {
            LOG.log(Level.WARNING, "{0}: every client has gone; the rest is not read", backend.lane());
            return Step.END;
        }
        wereConnected |= connected;
        if (!hasBegun && !isTimeToBegin()) {
            return Step.WAIT;
        }
        hasBegun = true;
        return readers.longestBacklogBytes() > MAX_BACKLOG_BYTES ? Step.WAIT : Step.POLL;
    }

    private boolean isTimeToBegin() {
        long nowNs = nanoClock.getAsLong();
        long routesNow = readers.routes();
        if (routesNow == 0) {
            return false;
        }
        if (routes == 0) {
            firstRouteNs = nowNs;
        }
        if (routesNow != routes) {
            routes = routesNow;
            lastRouteNs = nowNs;
        }
        return nowNs - lastRouteNs >= SETTLE_NS || nowNs - firstRouteNs >= MAX_SETTLE_NS;
    }

    /** Behind the last packet: whether every client took what it was sent, or has gone. */
    boolean isTaken() {
        return !isPaced() || readers.longestBacklogBytes() == 0;
    }

    /** All is taken that will be. */
    void logEnd() {
        if (isPaced() && wereConnected) {
            LOG.log(Level.INFO, "{0}: ended; headers sent: {1}", backend.lane(), readers.taken());
        }
    }
}
