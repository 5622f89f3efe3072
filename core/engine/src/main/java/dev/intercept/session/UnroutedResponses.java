package dev.intercept.session;

import dev.intercept.packet.ResponsePacket;
import org.jspecify.annotations.Nullable;

/** Who gets a response that no client announced. Any thread. */
@FunctionalInterface
public interface UnroutedResponses {

    /** Nobody: the clients announce each session with an ADD. */
    UnroutedResponses NOBODY = response -> null;

    /** The tunnel for this response, or null. Allocates nothing, takes no lock. */
    @Nullable
    Outlet outletFor(ResponsePacket response);

    /**
     * Reads what clients have sent, unless another thread does at this moment: the route of a handshake that came may be among it. To be
     * called once a batch at most, as a batch's routes were sent before it was. Reads a bounded part, waits for nothing, allocates nothing.
     */
    default void readRecords() {}
}
