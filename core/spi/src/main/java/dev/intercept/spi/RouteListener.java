package dev.intercept.spi;

/**
 * Learns for which sessions a tunnel has a route: what a backend needs that stops only the answers of replayed sessions.
 *
 * <p>Thread rule: one thread at a time calls, for each change once and in their order, while others may wait for it: a call
 * takes some microseconds, never waits and never throws.
 *
 * @since 2, added later
 */
@FunctionalInterface
public interface RouteListener {

    /**
     * A session got its route, or it ended a minute ago: deleted, expired, evicted, or without a tunnel; earlier where very many end.
     *
     * @param clientAddress IPv4, the first byte of the packet's in the high bits
     * @param clientPort 0 to 65535
     * @param targetAddress 0 for any
     * @param targetPort 0 together with the address for any
     * @param isThere whether there is a route now
     */
    void onRoute(int clientAddress, int clientPort, int targetAddress, int targetPort, boolean isThere);
}
