package dev.intercept.tc;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/** The C library's calls without a {@code size_t}, mapped directly. */
final class Libc {

    static {
        Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int socket(int family, int type, int protocol);

    static native int bind(int fd, byte[] address, int addressBytes);

    static native int eventfd(int initial, int flags);

    static native int eventfd_write(int fd, long value);

    static native int poll(int[] descriptors, NativeLong count, int timeoutMs);

    static native NativeLong send(int fd, Pointer data, NativeLong bytes, int flags);

    static native NativeLong recv(int fd, Pointer data, NativeLong bytes, int flags);

    static native int close(int fd);
}
