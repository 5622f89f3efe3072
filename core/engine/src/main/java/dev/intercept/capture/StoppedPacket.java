package dev.intercept.capture;

import dev.intercept.stats.Counter;

/**
 * A TCP packet that did not go on to its client, as it was captured.
 *
 * @param sourceAddress IPv4, as {@link dev.intercept.packet.ResponsePacket} gives it
 * @param flags the TCP header's, FIN lowest
 * @param payloadBytes of TCP
 * @param fate what became of its header
 * @param atS when, in seconds of {@link dev.intercept.session.SessionClock}
 */
public record StoppedPacket(
        int sourceAddress,
        int sourcePort,
        int destinationAddress,
        int destinationPort,
        int flags,
        int payloadBytes,
        Counter fate,
        int atS) {}
