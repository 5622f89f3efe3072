package dev.intercept.nfnetlink;

import dev.intercept.spi.BackendException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Where a lane's messages come in: those received and not yet looked at, and the socket behind them. Allocates nothing.
 *
 * <p>Thread rule: the polling thread.
 */
public final class Inbox {

    private static final Logger LOG = System.getLogger(Inbox.class.getName());

    private final String lane;
    private final NetlinkSocket socket;
    private final MessageVector received;
    private final MessageCursor cursor;
    private final MessageCounts counts;

    /**
     * @param lane begins each error text, {@code "nfqueue:0"}
     * @param cursor over {@code received}; may hold messages already
     * @param requests what the backend says to the kernel while it polls, {@code "verdicts"}
     */
    public Inbox(String lane, NetlinkSocket socket, MessageVector received, MessageCursor cursor, String requests) {
        this.lane = lane;
        this.socket = socket;
        this.received = received;
        this.cursor = cursor;
        counts = new MessageCounts(requests);
    }

    /** At the present message. */
    public MessageCursor cursor() {
        return cursor;
    }

    /** Messages that were no packet to hand over. */
    public MessageCounts counts() {
        return counts;
    }

    /** Waits for a datagram as {@link NetlinkSocket#await} does. */
    public void await(int timeoutMs) {
        socket.await(timeoutMs);
    }

    /** Goes to the next message among those received; false when there is none. */
    public boolean next() {
        return cursor.next();
    }

    /**
     * Receives datagrams and goes to the first message; false when none waits.
     *
     * @param limit most datagrams
     */
    public boolean receive(int limit) throws BackendException {
        int datagrams = socket.receive(received, Math.min(limit, received.slots()));
        if (datagrams < 0) {
            check(-datagrams);
            return false;
        }
        cursor.begin(datagrams);
        return cursor.next();
    }

    private void check(int errno) throws BackendException {
        if (errno == Errno.ENOBUFS) {
            // What was lost the kernel counts itself.
            counts.addOverrun();
        } else if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            throw new BackendException(
                    BackendException.Kind.REFUSED,
                    lane + ": receiving packets failed: " + Errno.text(errno) + ": restart intercept");
        }
    }

    /** Says in one line what came besides packets, if anything did. */
    public void logCounts() {
        counts.log(LOG, Level.INFO, lane, cursor.malformed());
    }
}
