package dev.intercept.pcap;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Callable;

/**
 * Takes a privilege from the calling thread alone and gives it back: capset(2), linux/capability.h.
 *
 * <pre>
 *   header    0  version     4  thread id, 0 is the caller
 *   data      0  effective   4  permitted   8  inheritable     (capabilities 0 to 31; then again for 32 to 63)
 * </pre>
 */
final class Capabilities {

    private static final int VERSION_3 = 0x20080522;
    private static final int CAP_NET_RAW = 13;
    private static final int CAP_NET_ADMIN = 12;
    private static final int DATA_BYTES = 24;

    static {
        Native.register(Capabilities.class, "c");
    }

    private Capabilities() {}

    private static native int capget(byte[] header, byte[] data);

    private static native int capset(byte[] header, byte[] data);

    /** Runs code on the calling thread, which may open no packet sockets meanwhile. */
    static <T> T withoutNetRaw(Callable<T> code) throws Exception {
        byte[] header = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(VERSION_3)
                .array();
        byte[] before = new byte[DATA_BYTES];
        check(capget(header, before));
        byte[] reduced = before.clone();
        ByteBuffer data = ByteBuffer.wrap(reduced).order(ByteOrder.nativeOrder());
        data.putInt(0, data.getInt(0) & ~(1 << CAP_NET_RAW | 1 << CAP_NET_ADMIN));
        check(capset(header, reduced));
        try {
            return code.call();
        } finally {
            check(capset(header, before));
        }
    }

    private static void check(int result) {
        if (result != 0) {
            throw new IllegalStateException("capget or capset failed with errno " + Native.getLastError());
        }
    }
}
