package dev.intercept.tc;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;

/**
 * The C library's calls without a {@code size_t}, mapped directly.
 *
 * <p>This is the border to the kernel: a test makes any of them fail here, any thread.
 */
class Libc {

    /** What the package calls. */
    static volatile Libc calls = new Libc();

    private static final class Direct {

        static {
            Native.register(Direct.class, "c");
        }

        private Direct() {}

        static native int socket(int family, int type, int protocol);

        static native int bind(int fd, byte[] address, int addressBytes);

        static native int eventfd(int initial, int flags);

        static native int eventfd_write(int fd, long value);

        static native int poll(int[] descriptors, NativeLong count, int timeoutMs);

        static native NativeLong send(int fd, Pointer data, NativeLong bytes, int flags);

        static native NativeLong recv(int fd, Pointer data, NativeLong bytes, int flags);

        static native int close(int fd);
    }

    int socket(int family, int type, int protocol) {
        return Direct.socket(family, type, protocol);
    }

    int bind(int fd, byte[] address, int addressBytes) {
        return Direct.bind(fd, address, addressBytes);
    }

    int eventfd(int initial, int flags) {
        return Direct.eventfd(initial, flags);
    }

    int eventfd_write(int fd, long value) {
        return Direct.eventfd_write(fd, value);
    }

    int poll(int[] descriptors, NativeLong count, int timeoutMs) {
        return Direct.poll(descriptors, count, timeoutMs);
    }

    NativeLong send(int fd, Pointer data, NativeLong bytes, int flags) {
        return Direct.send(fd, data, bytes, flags);
    }

    NativeLong recv(int fd, Pointer data, NativeLong bytes, int flags) {
        return Direct.recv(fd, data, bytes, flags);
    }

    int close(int fd) {
        return Direct.close(fd);
    }
}
