package dev.intercept.kit;

import java.nio.ByteBuffer;

/** The Internet checksum, RFC 1071. */
final class Checksums {

    private Checksums() {}

    /** The checksum over {@code length} bytes from {@code offset}, whose checksum field is 0; {@code sum} is added in. */
    static int internet(ByteBuffer data, int offset, int length, int sum) {
        int end = offset + length;
        int folded = sum;
        for (int i = offset; i + 1 < end; i += 2) {
            folded += data.getShort(i) & 0xffff;
        }
        if (length % 2 == 1) {
            folded += (data.get(end - 1) & 0xff) << 8;
        }
        while (folded >> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return ~folded & 0xffff;
    }

    /** What the pseudo header of TCP adds to the sum. */
    static int pseudoHeader(int source, int destination, int protocol, int tcpBytes) {
        return (source >>> 16)
                + (source & 0xffff)
                + (destination >>> 16)
                + (destination & 0xffff)
                + protocol
                + tcpBytes;
    }
}
