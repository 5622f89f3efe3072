package dev.intercept.ipqueue;

import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's half of the messages: writes what a kernel sends, with offsets of its own, so that a wrong offset in the
 * backend cannot cancel itself out.
 */
final class FakeMessages {

    private static final int OUTPUT_HOOK = 3;
    private static final int OUTPUT_DEVICE_BYTES = 16;

    private FakeMessages() {}

    /** {@code IPQM_PACKET} as ip_queue fills it in at the OUTPUT hook. */
    static byte[] packet(WordSize word, long packetId, byte[] packet, int copiedBytes) {
        int header = word == WordSize.BITS_64 ? 112 : 88;
        ByteBuffer out = buffer((header + copiedBytes + 3) / 4 * 4);
        putHeader(out, out.capacity(), 19, 0, 0, 0);
        if (word == WordSize.BITS_64) {
            out.putLong(16, packetId).putInt(48, OUTPUT_HOOK).putLong(104, copiedBytes);
        } else {
            out.putInt(16, (int) packetId).putInt(32, OUTPUT_HOOK).putInt(84, copiedBytes);
        }
        int outputDevice = (word == WordSize.BITS_64 ? 52 : 36) + OUTPUT_DEVICE_BYTES;
        out.put(outputDevice, new byte[] {'e', 't', 'h', '0'});
        out.put(outputDevice + OUTPUT_DEVICE_BYTES, new byte[] {8, 0});
        return out.put(header, packet, 0, copiedBytes).array();
    }

    /** {@code NLMSG_ERROR}: with the header of the message it answers, and with its body where it is an error. */
    static byte[] answer(byte[] original, int errno) {
        int quoted = errno == 0 ? 16 : original.length;
        ByteBuffer in = ByteBuffer.wrap(original).order(ByteOrder.nativeOrder());
        ByteBuffer out = buffer(20 + quoted);
        putHeader(out, out.capacity(), 2, 0, in.getInt(8), in.getInt(12));
        out.putInt(16, -errno).put(20, original, 0, quoted);
        return out.array();
    }

    /** A verdict or mode message of {@code 16 + body.length} bytes. */
    static byte[] request(int type, int flags, int sequence, int portId, byte[] body) {
        ByteBuffer out = buffer(16 + body.length);
        putHeader(out, out.capacity(), type, flags, sequence, portId);
        return out.put(16, body).array();
    }

    /** A verdict of a 64-bit listener. */
    static byte[] verdict(int portId, long packetId, int verdict) {
        byte[] body = buffer(24)
                .putInt(0, verdict)
                .putLong(8, packetId)
                .putLong(16, 0)
                .array();
        return request(18, 1, 0, portId, body);
    }

    /** A mode message of a 64-bit listener, with NLM_F_REQUEST and NLM_F_ACK. */
    static byte[] mode(int portId, int mode, long range) {
        byte[] body = buffer(24).put(0, (byte) mode).putLong(8, range).array();
        return request(17, 5, 7, portId, body);
    }

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static void putHeader(ByteBuffer out, int length, int type, int flags, int sequence, int portId) {
        out.putInt(0, length)
                .putShort(4, (short) type)
                .putShort(6, (short) flags)
                .putInt(8, sequence)
                .putInt(12, portId);
    }
}
