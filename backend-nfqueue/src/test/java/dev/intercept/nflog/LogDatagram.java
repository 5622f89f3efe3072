package dev.intercept.nflog;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds datagrams as nfnetlink_log sends them: one message for each packet, and an end behind several. */
final class LogDatagram {

    private static final int NFULA_PACKET_HDR = 1;
    private static final int NFULA_IFINDEX_OUTDEV = 5;
    private static final int NFULA_PAYLOAD = 9;
    private static final int NFULA_PREFIX = 10;
    private static final int NFULA_SEQ = 12;

    private final ByteBuffer out = ByteBuffer.allocate(66_000).order(ByteOrder.nativeOrder());
    private int messageAt;
    private int messages;

    /** Packets numbered from {@code firstSequence}. */
    static byte[] of(int firstSequence, byte[]... packets) {
        LogDatagram datagram = new LogDatagram();
        int sequence = firstSequence;
        for (byte[] packet : packets) {
            datagram.packet(sequence++, packet);
        }
        return datagram.build();
    }

    LogDatagram packet(int sequence, byte[] payload) {
        return header(NetfilterHeader.AF_INET, 0x0800)
                .payload(payload)
                .attribute(NFULA_SEQ, ByteBuffer.allocate(4).putInt(sequence).array());
    }

    /** A message with what stands before the payload. */
    LogDatagram header(int family, int hwProtocol) {
        message(LogMessage.TYPE, family);
        messages++;
        attribute(
                NFULA_PACKET_HDR,
                ByteBuffer.allocate(4)
                        .putShort((short) hwProtocol)
                        .put((byte) 3)
                        .array());
        attribute(NFULA_PREFIX, new byte[] {0});
        return attribute(NFULA_IFINDEX_OUTDEV, new byte[] {0, 0, 0, 3});
    }

    LogDatagram payload(byte[] packet) {
        return attribute(NFULA_PAYLOAD, packet);
    }

    /** Begins a message. */
    LogDatagram message(int type, int family) {
        messageAt = out.position();
        out.putInt(0).putShort((short) type).putShort((short) 0).putInt(0).putInt(0);
        out.put((byte) family).put((byte) 0).putShort((short) 0);
        return endMessage();
    }

    LogDatagram attribute(int type, byte[] value) {
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (out.position() % 4 != 0) {
            out.put((byte) 0);
        }
        return endMessage();
    }

    private LogDatagram endMessage() {
        out.putInt(messageAt, out.position() - messageAt);
        return this;
    }

    byte[] build() {
        if (messages > 1) {
            message(NetlinkHeader.NLMSG_DONE, 0);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }
}
