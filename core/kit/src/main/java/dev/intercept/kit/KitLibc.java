package dev.intercept.kit;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;

/** The C library's calls that the kit needs and Java lacks. Each throws with {@code errno} when it fails. */
final class KitLibc {

    /** linux/sched.h */
    static final int CLONE_NEWNET = 0x40000000;

    /** bits/socket.h */
    static final int AF_INET = 2;

    static final int AF_PACKET = 17;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int MSG_DONTWAIT = 0x40;

    /** netinet/in.h: implies IP_HDRINCL. */
    static final int IPPROTO_RAW = 255;

    /** linux/if_ether.h */
    static final int ETH_P_IP = 0x0800;

    /** poll.h */
    static final short POLLIN = 1;

    /** sys/resource.h; a {@code struct rlimit} is the soft and the hard limit. */
    static final int RLIMIT_NOFILE = 7;

    static {
        Native.register(KitLibc.class, "c");
    }

    private KitLibc() {}

    static native int unshare(int flags) throws LastErrorException;

    static native int socket(int family, int type, int protocol) throws LastErrorException;

    static native int bind(int fd, byte[] address, int addressBytes) throws LastErrorException;

    static native int setsockopt(int fd, int level, int name, int[] value, int valueBytes) throws LastErrorException;

    static native long sendto(int fd, byte[] data, long dataBytes, int flags, byte[] address, int addressBytes)
            throws LastErrorException;

    static native long recv(int fd, byte[] data, long dataBytes, int flags) throws LastErrorException;

    static native int poll(byte[] pollfds, long count, int timeoutMs) throws LastErrorException;

    static native int if_nametoindex(String name) throws LastErrorException;

    static native int close(int fd) throws LastErrorException;

    static native int getrlimit(int resource, long[] limit) throws LastErrorException;

    static native int setrlimit(int resource, long[] limit) throws LastErrorException;

    /** Makes a socket's buffer larger, past the system's bound, where the process may; otherwise leaves it as it is. */
    static void enlargeBuffer(int fd, int option, int bytes) {
        try {
            setsockopt(fd, SOL_SOCKET, option, new int[] {bytes}, Integer.BYTES);
        } catch (LastErrorException e) {
            // Without CAP_NET_ADMIN it is the system's default: enough unless thousands of packets wait at once.
        }
    }

    /** Says what failed and, for the commonest reason, what to do. */
    static IOException failure(String what, LastErrorException e) {
        String hint = e.getErrorCode() == 1 ? ": run as root, or inside unshare -Urn" : "";
        return new IOException(what + " failed: " + e.getMessage() + hint, e);
    }
}
