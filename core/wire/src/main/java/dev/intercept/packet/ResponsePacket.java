package dev.intercept.packet;

import java.nio.ByteBuffer;

/**
 * One captured packet, seen as the answer of the target server to a client: source is the target, destination the client.
 *
 * <p>A flyweight: {@link #wrap} points it at bytes it does not copy, and every accessor reads them where they
 * are. Reused for each packet, by one thread.
 *
 * <pre>
 *   IPv4, RFC 791                                          TCP, RFC 9293, at offset ihl * 4
 *    0        version(4) ihl(4)                             0  source port        2  destination port
 *    2        total length                                  4  sequence number
 *    6        flags(3) fragment offset(13)                  8  acknowledgement number
 *    9        protocol                                     12  data offset(4) reserved(4)
 *   12        source address                               13  flags
 *   16        destination address                          14  window           16  checksum
 *   20 .. 59  options                                      20 .. 59  options
 * </pre>
 */
public final class ResponsePacket {

    /** What a packet is, as far as its verdict depends on it. */
    public enum Kind {
        /** IPv4/TCP with both headers captured whole; every accessor may be used. */
        TCP,
        /** Anything but IPv4/TCP. */
        NOT_TCP,
        /** An IPv4 fragment other than the first. */
        FRAGMENT,
        /** IPv4/TCP whose lengths contradict each other, or whose headers were not captured whole. */
        MALFORMED,
        /** IPv4/TCP of total length 0, and its source does not know the real one either. */
        UNKNOWN_LENGTH
    }

    /** The shortest IPv4/TCP packet: two headers without options. */
    public static final int MIN_BYTES = 40;

    /** The source of the packet knows no length but that in the header. */
    public static final int NO_LENGTH = 0;

    private static final int MAX_TOTAL_LENGTH = 0xffff;

    private static final int VERSION_IHL_OFFSET = 0;
    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int SOURCE_ADDRESS_OFFSET = 12;
    private static final int DESTINATION_ADDRESS_OFFSET = 16;
    private static final int IP_HEADER_MIN_BYTES = 20;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int SEQUENCE_OFFSET = 4;
    private static final int ACKNOWLEDGEMENT_OFFSET = 8;
    private static final int DATA_OFFSET_OFFSET = 12;
    private static final int FLAGS_OFFSET = 13;
    private static final int WINDOW_OFFSET = 14;
    private static final int TCP_HEADER_MIN_BYTES = 20;

    private static final int FRAGMENT_MASK = 0x1fff;
    private static final int PROTOCOL_TCP = 6;
    private static final int FLAG_SYN = 0x02;
    private static final int FLAG_RST = 0x04;
    private static final int FLAGS_OF_FIRST_PART = 0x80; // CWR
    private static final int FLAGS_OF_LAST_PART = 0x09; // FIN and PSH

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int capturedBytes;
    private int ipHeaderBytes;

    /** Payload behind the part that the headers are about. */
    private int payloadBehindBytes;

    private int flagsOfLastPart;

    /** As {@link #wrap(ByteBuffer, int)}, when nothing but the header says how long the packet is. */
    public Kind wrap(ByteBuffer packet) {
        return wrap(packet, NO_LENGTH);
    }

    /**
     * Points at the packet from {@code position()} to {@code limit()}, which stay where they are. Big-endian.
     *
     * <p>Total length 0 is that of a segment which a device is still to cut: linux/ipv6.h and ip(7) have it for those above
     * 64 KiB (BIG TCP), and it is seen in captures of others. It is replaced in place. A segment too long for one header
     * is seen as several {@linkplain #nextPart parts}.
     *
     * @param lengthBytes of the whole packet, for one of total length 0; or {@link #NO_LENGTH}
     * @return what it is; only after {@link Kind#TCP} the accessors mean anything
     */
    public Kind wrap(ByteBuffer packet, int lengthBytes) {
        buffer = packet;
        offset = packet.position();
        capturedBytes = packet.remaining();
        if (capturedBytes > 0 && uint8(VERSION_IHL_OFFSET) >> 4 != 4) {
            return Kind.NOT_TCP;
        }
        if (capturedBytes < IP_HEADER_MIN_BYTES) {
            return Kind.MALFORMED;
        }
        if (uint8(PROTOCOL_OFFSET) != PROTOCOL_TCP) {
            return Kind.NOT_TCP;
        }
        if ((uint16(FRAGMENT_OFFSET) & FRAGMENT_MASK) != 0) {
            return Kind.FRAGMENT;
        }
        ipHeaderBytes = (uint8(VERSION_IHL_OFFSET) & 0x0f) * 4;
        payloadBehindBytes = 0;
        if (!headersCaptured()) {
            return Kind.MALFORMED;
        }
        if (totalLength() == 0) {
            if (lengthBytes == NO_LENGTH) {
                return Kind.UNKNOWN_LENGTH;
            }
            beginParts(lengthBytes);
        }
        return headerBytes() <= totalLength() ? Kind.TCP : Kind.MALFORMED;
    }

    private boolean headersCaptured() {
        return ipHeaderBytes >= IP_HEADER_MIN_BYTES
                && capturedBytes >= ipHeaderBytes + TCP_HEADER_MIN_BYTES
                && tcpHeaderBytes() >= TCP_HEADER_MIN_BYTES
                && headerBytes() <= capturedBytes;
    }

    private void beginParts(int lengthBytes) {
        setTotalLength(Math.min(MAX_TOTAL_LENGTH, lengthBytes));
        payloadBehindBytes = lengthBytes - totalLength();
        if (payloadBehindBytes > 0) {
            flagsOfLastPart = flags() & FLAGS_OF_LAST_PART;
            setFlags(flags() & ~FLAGS_OF_LAST_PART);
        }
    }

    /**
     * Makes the headers those of the next part of the segment, as a device would cut it: the sequence number goes on, CWR is in
     * the first part alone, FIN and PSH in the last. Total lengths are at most 65535, and the payloads of all parts add up to
     * the segment's. No payload of a later part counts as captured.
     *
     * @return false when there is none, as in every packet but those longer than a total length can say
     */
    public boolean nextPart() {
        if (payloadBehindBytes == 0) {
            return false;
        }
        int sequenceAt = offset + ipHeaderBytes + SEQUENCE_OFFSET;
        buffer.putInt(sequenceAt, buffer.getInt(sequenceAt) + payloadBytes());
        int payload = Math.min(payloadBehindBytes, MAX_TOTAL_LENGTH - headerBytes());
        setTotalLength(headerBytes() + payload);
        payloadBehindBytes -= payload;
        setFlags(flags() & ~FLAGS_OF_FIRST_PART | (payloadBehindBytes == 0 ? flagsOfLastPart : 0));
        capturedBytes = headerBytes();
        return true;
    }

    /** Whether there is a {@link #destinationAddress}, whatever {@link #wrap} returned: an IPv4 header is there. */
    public boolean hasDestination() {
        return capturedBytes >= IP_HEADER_MIN_BYTES && uint8(VERSION_IHL_OFFSET) >> 4 == 4;
    }

    public int sourceAddress() {
        return buffer.getInt(offset + SOURCE_ADDRESS_OFFSET);
    }

    /** Writes other addresses into the captured copy. The checksums stay: nobody looks at them. */
    public void translate(int source, int destination) {
        buffer.putInt(offset + SOURCE_ADDRESS_OFFSET, source);
        buffer.putInt(offset + DESTINATION_ADDRESS_OFFSET, destination);
    }

    public int destinationAddress() {
        return buffer.getInt(offset + DESTINATION_ADDRESS_OFFSET);
    }

    public int sourcePort() {
        return uint16(ipHeaderBytes + SOURCE_PORT_OFFSET);
    }

    public int destinationPort() {
        return uint16(ipHeaderBytes + DESTINATION_PORT_OFFSET);
    }

    /** Of the first byte of payload, or of the SYN. */
    public int sequence() {
        return buffer.getInt(offset + ipHeaderBytes + SEQUENCE_OFFSET);
    }

    /** Of the next byte that is expected. */
    public int acknowledgement() {
        return buffer.getInt(offset + ipHeaderBytes + ACKNOWLEDGEMENT_OFFSET);
    }

    /** As it stands in the header, 0 to 65535: not scaled. */
    public int window() {
        return uint16(ipHeaderBytes + WINDOW_OFFSET);
    }

    /** The eight flag bits, CWR highest, FIN lowest. */
    public int flags() {
        return uint8(ipHeaderBytes + FLAGS_OFFSET);
    }

    public boolean isSyn() {
        return (flags() & FLAG_SYN) != 0;
    }

    public boolean isRst() {
        return (flags() & FLAG_RST) != 0;
    }

    /** 20 to 60. */
    public int ipHeaderBytes() {
        return ipHeaderBytes;
    }

    /** 20 to 60. */
    public int tcpHeaderBytes() {
        return (uint8(ipHeaderBytes + DATA_OFFSET_OFFSET) >> 4) * 4;
    }

    private int headerBytes() {
        return ipHeaderBytes + tcpHeaderBytes();
    }

    /** The IP header's total length, 40 to 65535; more than {@link #capturedBytes} where the end was not copied. */
    public int totalLength() {
        return uint16(TOTAL_LENGTH_OFFSET);
    }

    /** Bytes of the packet that were captured. */
    public int capturedBytes() {
        return capturedBytes;
    }

    /** Bytes of TCP payload that the packet, or this part of it, has, captured or not. */
    public int payloadBytes() {
        return totalLength() - ipHeaderBytes - tcpHeaderBytes();
    }

    /** As {@link #payloadBytes}, with the parts to come. */
    public int wholePayloadBytes() {
        return payloadBytes() + payloadBehindBytes;
    }

    /** The buffer that holds the packet, from {@link #offset} on. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where in {@link #buffer} the packet begins. */
    public int offset() {
        return offset;
    }

    private void setTotalLength(int bytes) {
        buffer.putShort(offset + TOTAL_LENGTH_OFFSET, (short) bytes);
    }

    private void setFlags(int flags) {
        buffer.put(offset + ipHeaderBytes + FLAGS_OFFSET, (byte) flags);
    }

    private int uint8(int at) {
        return buffer.get(offset + at) & 0xff;
    }

    private int uint16(int at) {
        return buffer.getShort(offset + at) & 0xffff;
    }
}
