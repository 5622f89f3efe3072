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
}
