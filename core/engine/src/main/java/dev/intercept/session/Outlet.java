package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;

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
     * @return whether the socket was written to
     */
    boolean flush();

    /** The same number for all outlets that lead to one host. */
    default int owner() {
        return 0;
    }
}
