package dev.intercept.server;

import dev.intercept.net.Cidr;
import java.util.List;

/**
 * What the server takes from its peers, and no more.
 *
 * @param maxTunnels open connections at most; a further one takes the place of one that never spoke, or is closed at once
 * @param tunnelBufferBytes bytes that may wait for one tunnel's socket
 * @param backlogBytes bytes that may wait for the sockets of all tunnels together, beyond 32 KiB for each
 * @param allow who may connect
 * @param keepalive when a silent peer is given up
 */
public record ServerLimits(
        int maxTunnels, int tunnelBufferBytes, long backlogBytes, AllowList allow, Keepalive keepalive) {

    /** All backlogs together may take this part of the heap ({@code -Xmx}). */
    private static final int HEAP_SHARE = 4;

    /** A first record that has begun must be complete after this time. */
    public static final long FIRST_RECORD_TIMEOUT_NS = 10_000_000_000L;

    /** A write that fails is tried again for this time, then its tunnel is closed. */
    public static final long WRITE_RETRY_NS = 1_000_000_000L;

    /** A tunnel whose socket takes nothing for this time, with bytes waiting, is closed. */
    public static final long STALL_TIMEOUT_NS = 30_000_000_000L;

    /** With the backlogs bounded by a quarter of the heap. */
    public ServerLimits(int maxTunnels, int tunnelBufferBytes, AllowList allow, Keepalive keepalive) {
        this(maxTunnels, tunnelBufferBytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE, allow, keepalive);
    }

    /** As the others, with {@link Keepalive#DEFAULT}. */
    public ServerLimits(int maxTunnels, int tunnelBufferBytes, List<Cidr> allow) {
        this(maxTunnels, tunnelBufferBytes, new AllowList(allow), Keepalive.DEFAULT);
    }

    /** As the others, with {@link Keepalive#DEFAULT}. */
    public ServerLimits(int maxTunnels, int tunnelBufferBytes, long backlogBytes, List<Cidr> allow) {
        this(maxTunnels, tunnelBufferBytes, backlogBytes, new AllowList(allow), Keepalive.DEFAULT);
    }
}
