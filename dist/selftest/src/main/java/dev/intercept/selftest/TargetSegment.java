package dev.intercept.selftest;

import java.nio.ByteBuffer;

/**
 * What one forwarded header reports to the forged client of a segment that the target sent: RFC 9293, without the payload's
 * bytes, of which only the number is known.
 *
 * @param clientAddress where the target sent it, 32 bits
 * @param clientPort 1 to 65535
 * @param sequence of the first byte, or of SYN
 * @param acknowledgement the next byte that the target expects from the client
 * @param flags the flag bits, see {@link TcpFlags}
 * @param payloadBytes bytes of TCP payload that the packet had, up to 64 KiB where the kernel had not cut it yet
 */
record TargetSegment(
        int clientAddress, int clientPort, int sequence, int acknowledgement, int flags, int payloadBytes) {

    /** A message begins with the 20 bytes of an IP header without its options; TCP follows at once. */
    private static final int TCP_OFFSET = 20;

    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int DESTINATION_ADDRESS_OFFSET = 16;
    private static final int DESTINATION_PORT_OFFSET = TCP_OFFSET + 2;
    private static final int SEQUENCE_OFFSET = TCP_OFFSET + 4;
    private static final int ACKNOWLEDGEMENT_OFFSET = TCP_OFFSET + 8;
    private static final int DATA_OFFSET_OFFSET = TCP_OFFSET + 12;
    private static final int FLAGS_OFFSET = TCP_OFFSET + 13;

    /** Reads a message of at least 40 bytes. Big-endian. */
    static TargetSegment read(ByteBuffer message) {
        int ipHeaderBytes = (message.get(0) & 0x0f) * 4;
        int tcpHeaderBytes = (message.get(DATA_OFFSET_OFFSET) >> 4 & 0x0f) * 4;
        int totalLength = message.getShort(TOTAL_LENGTH_OFFSET) & 0xffff;
        return new TargetSegment(
                message.getInt(DESTINATION_ADDRESS_OFFSET),
                message.getShort(DESTINATION_PORT_OFFSET) & 0xffff,
                message.getInt(SEQUENCE_OFFSET),
                message.getInt(ACKNOWLEDGEMENT_OFFSET),
                message.get(FLAGS_OFFSET) & 0xff,
                totalLength - ipHeaderBytes - tcpHeaderBytes);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    @Override
    public String toString() {
        return TcpFlags.text(flags) + " seq " + Integer.toUnsignedString(sequence) + " ack "
                + Integer.toUnsignedString(acknowledgement) + ", " + payloadBytes + " bytes";
    }
}
