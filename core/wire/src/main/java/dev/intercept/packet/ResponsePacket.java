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
 *   16        destination address                          16  checksum
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
        MALFORMED
    }

    /** The shortest IPv4/TCP packet: two headers without options. */
    public static final int MIN_BYTES = 40;

    private static final int VERSION_IHL_OFFSET = 0;
    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int FRAGMENT_OFFSET = 6;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int SOURCE_ADDRESS_OFFSET = 12;
    private static final int DESTINATION_ADDRESS_OFFSET = 16;
    private static final int IP_HEADER_MIN_BYTES = 20;

    private static final int SOURCE_PORT_OFFSET = 0;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int DATA_OFFSET_OFFSET = 12;
    private static final int FLAGS_OFFSET = 13;
    private static final int TCP_HEADER_MIN_BYTES = 20;

    private static final int FRAGMENT_MASK = 0x1fff;
    private static final int PROTOCOL_TCP = 6;
    private static final int FLAG_SYN = 0x02;
    private static final int FLAG_RST = 0x04;

    private ByteBuffer buffer;
    private int offset;
    private int capturedBytes;
    private int ipHeaderBytes;

    /**
     * Points at the packet from {@code position()} to {@code limit()}, which stay where they are. Big-endian.
     *
     * @return what it is; only after {@link Kind#TCP} the accessors mean anything
     */
    public Kind wrap(ByteBuffer packet) {
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
        return headersFit() ? Kind.TCP : Kind.MALFORMED;
    }

    private boolean headersFit() {
        if (ipHeaderBytes < IP_HEADER_MIN_BYTES || capturedBytes < ipHeaderBytes + TCP_HEADER_MIN_BYTES) {
            return false;
        }
        int headerBytes = ipHeaderBytes + tcpHeaderBytes();
        return tcpHeaderBytes() >= TCP_HEADER_MIN_BYTES && headerBytes <= capturedBytes && headerBytes <= totalLength();
    }

    public int sourceAddress() {
        return buffer.getInt(offset + SOURCE_ADDRESS_OFFSET);
    }

    /** Writes another source address into the captured copy. The IP header checksum stays: nobody looks at it. */
    public void translateSource(int address) {
        buffer.putInt(offset + SOURCE_ADDRESS_OFFSET, address);
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

    /** The IP header's total length, 40 to 65535; more than {@link #capturedBytes} where the end was not copied. */
    public int totalLength() {
        return uint16(TOTAL_LENGTH_OFFSET);
    }

    /** Bytes of the packet that were captured. */
    public int capturedBytes() {
        return capturedBytes;
    }

    /** Bytes of TCP payload that the packet has, captured or not. */
    public int payloadBytes() {
        return totalLength() - ipHeaderBytes - tcpHeaderBytes();
    }

    /** The buffer that holds the packet, from {@link #offset} on. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where in {@link #buffer} the packet begins. */
    public int offset() {
        return offset;
    }

    private int uint8(int at) {
        return buffer.get(offset + at) & 0xff;
    }

    private int uint16(int at) {
        return buffer.getShort(offset + at) & 0xffff;
    }
}
