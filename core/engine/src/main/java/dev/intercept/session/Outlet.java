package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counters;

/** Where a route leads: a tunnel, as sessions and the capture threads see it. Every method may be called by any thread. */
public interface Outlet {

    /**
     * Takes the response's header, to be sent at the next {@link #flush} or before. Never waits.
     *
     * @return false when there is no room for it or the tunnel is closed; then nothing of it was taken
     */
    boolean forward(ResponsePacket response);

    /**
     * Sends what was taken, as far as the socket takes it without waiting.
     *
     * @param counters the calling thread's, in which {@code socket_writes} and {@code messages_written} are counted
     */
    void flush(Counters counters);

    /** Whether it takes nothing any more. */
    default boolean isClosed() {
        return false;
    }

    /** The same number for all outlets that lead to one host. */
    default int owner() {
        return 0;
    }
}
