package dev.intercept.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Big-endian fields in a buffer of native byte order. */
public final class NetworkOrder {

    private static final boolean SWAPS = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private NetworkOrder() {}

    public static int uint16(ByteBuffer in, int at) {
        short value = in.getShort(at);
        return (SWAPS ? Short.reverseBytes(value) : value) & 0xffff;
    }

    public static int int32(ByteBuffer in, int at) {
        int value = in.getInt(at);
        return SWAPS ? Integer.reverseBytes(value) : value;
    }

    public static void putUint16(ByteBuffer out, int at, int value) {
        out.putShort(at, SWAPS ? Short.reverseBytes((short) value) : (short) value);
    }

    public static void putInt32(ByteBuffer out, int at, int value) {
        out.putInt(at, SWAPS ? Integer.reverseBytes(value) : value);
    }
}
