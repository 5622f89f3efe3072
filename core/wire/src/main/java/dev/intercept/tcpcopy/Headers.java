package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/**
 * The two fixed headers as a message carries them, and the fields that must change when something between or behind them is cut.
 *
 * <pre>
 *    0   version and ihl      20 .. 31   ports, sequence, acknowledgement
 *    2   total length         32         data offset(4) reserved(4)
 *    4 .. 19  rest of IPv4    33 .. 39   flags, window, checksum, urgent pointer
 *                             40 ..      options
 * </pre>
 */
final class Headers {

    static final int IP_BYTES = 20;
    static final int TCP_BYTES = 20;
    static final int BYTES = IP_BYTES + TCP_BYTES;

    private static final int VERSION_IHL_OFFSET = 0;
    private static final int TOTAL_LENGTH_OFFSET = 2;
    private static final int DATA_OFFSET_OFFSET = IP_BYTES + 12;
    private static final byte VERSION_4_IHL_5 = 0x45;

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(256).asReadOnlyBuffer();

    private Headers() {}

    /** Copies both headers without any options; IP options leave ihl and total length as if they had never been there. */
    static void put(ResponsePacket response, ByteBuffer out, int at) {
        ByteBuffer in = response.buffer();
        out.put(at, in, response.offset(), IP_BYTES);
        out.put(at + IP_BYTES, in, response.offset() + response.ipHeaderBytes(), TCP_BYTES);
        out.put(at + VERSION_IHL_OFFSET, VERSION_4_IHL_5);
        shorten(out, at, response.ipHeaderBytes() - IP_BYTES);
    }

    /** Sets the data offset to {@code tcpHeaderBytes} and shortens the total length by what that cut off. */
    static void setTcpHeaderBytes(ResponsePacket response, ByteBuffer out, int at, int tcpHeaderBytes) {
        int reservedBits = out.get(at + DATA_OFFSET_OFFSET) & 0x0f;
        out.put(at + DATA_OFFSET_OFFSET, (byte) (tcpHeaderBytes / 4 << 4 | reservedBits));
        shorten(out, at, response.tcpHeaderBytes() - tcpHeaderBytes);
    }

    /** Puts {@code bytes} zeros, 0 to 256. */
    static void putZeros(ByteBuffer out, int at, int bytes) {
        out.put(at, ZEROS, 0, bytes);
    }

    private static void shorten(ByteBuffer out, int at, int bytes) {
        int totalLengthAt = at + TOTAL_LENGTH_OFFSET;
        out.putShort(totalLengthAt, (short) (out.getShort(totalLengthAt) - bytes));
    }
}
