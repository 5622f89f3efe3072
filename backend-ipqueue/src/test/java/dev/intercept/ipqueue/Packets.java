package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/** Packets that differ. */
final class Packets {

    private Packets() {}

    /** An IPv4/TCP packet of so many bytes, whose TCP sequence number is {@code number}. */
    static byte[] numbered(int number, int bytes) {
        ByteBuffer packet = ByteBuffer.allocate(bytes);
        packet.put(0, (byte) 0x45).putShort(2, (short) bytes).put(8, (byte) 64).put(9, (byte) 6);
        packet.putInt(12, 0xc6336401).putInt(16, 0xc0000201);
        packet.putShort(20, (short) 80).putShort(22, (short) 40000).putInt(24, number);
        packet.put(32, (byte) 0x50).put(33, (byte) 0x10);
        return packet.array();
    }

    /** The number of a packet from {@link #numbered}. */
    static int number(ByteBuffer packet) {
        return packet.getInt(packet.position() + 24);
    }
}
