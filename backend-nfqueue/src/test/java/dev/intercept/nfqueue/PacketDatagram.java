package dev.intercept.nfqueue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds {@code NFQNL_MSG_PACKET} datagrams as a kernel sends them: the header attribute, some others, the payload. */
final class PacketDatagram {

    private static final int NFQA_PACKET_HDR = 1;
    private static final int NFQA_IFINDEX_OUTDEV = 6;
    private static final int NFQA_PAYLOAD = 10;

    /** Where the attribute with the id ends: before it, a change makes another packet of it or none. */
    static final int ID_END = 32;

    private final ByteBuffer out = ByteBuffer.allocate(66_000).order(ByteOrder.nativeOrder());

    /** @param family AF_INET and the like */
    PacketDatagram(int id, int family, int hwProtocol) {
        out.putInt(0)
                .putShort((short) PacketMessage.TYPE)
                .putShort((short) 0)
                .putInt(0)
                .putInt(0);
        out.put((byte) family).put((byte) 0).putShort((short) 0);
        ByteBuffer header =
                ByteBuffer.allocate(7).putInt(id).putShort((short) hwProtocol).put((byte) 3);
        attribute(NFQA_PACKET_HDR, header.array());
        attribute(NFQA_IFINDEX_OUTDEV, new byte[] {0, 0, 0, 3});
    }

    /** An IPv4 packet with this payload. */
    static byte[] ipv4(int id, byte[] payload) {
        return new PacketDatagram(id, 2, 0x0800).payload(payload).build();
    }

    PacketDatagram payload(byte[] packet) {
        return attribute(NFQA_PAYLOAD, packet);
    }

    PacketDatagram attribute(int type, byte[] value) {
        out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (out.position() % 4 != 0) {
            out.put((byte) 0);
        }
        return this;
    }

    byte[] build() {
        byte[] bytes = new byte[out.position()];
        out.putInt(0, bytes.length);
        out.get(0, bytes);
        return bytes;
    }
}
