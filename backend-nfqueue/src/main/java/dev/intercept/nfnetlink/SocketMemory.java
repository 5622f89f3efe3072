package dev.intercept.nfnetlink;

import dev.intercept.spi.Capability;
import dev.intercept.spi.Host;
import dev.intercept.spi.HostFinding;
import dev.intercept.spi.HostFinding.Topic;

/** Whether the host lets a netlink socket have the receive buffer that messages which wait need. */
public final class SocketMemory {

    private static final String LIMIT = "net.core.rmem_max";

    private SocketMemory() {}

    /**
     * With CAP_NET_ADMIN the socket may take more than the limit: SO_RCVBUFFORCE of socket(7).
     *
     * @param what needs the bytes, for a sentence
     */
    public static HostFinding check(Host host, String what, long neededBytes) {
        String fact = what + " needs " + neededBytes + " bytes of socket buffer";
        if (Capability.CAP_NET_ADMIN.isHeld(host)) {
            return HostFinding.ok(Topic.QUEUE_MEMORY, fact + "; CAP_NET_ADMIN may take them");
        }
        long allowed = host.sysctlNumber(LIMIT).orElse(Long.MAX_VALUE);
        return allowed >= neededBytes
                ? HostFinding.ok(Topic.QUEUE_MEMORY, fact + "; " + LIMIT + " is " + allowed)
                : HostFinding.warn(
                        Topic.QUEUE_MEMORY,
                        fact + ", " + LIMIT + " allows " + allowed,
                        "sysctl -w " + LIMIT + "=" + neededBytes);
    }
}
