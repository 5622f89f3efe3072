package dev.intercept.ipqueue;

import dev.intercept.netlink.NativeMemory;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.netlink.WordSize;
import java.nio.ByteBuffer;

/** sendmsg(2) and recvmsg(2) with addresses, which the backend does not need and a kernel does. */
final class DatagramIo {

    private static final int MSG_DONTWAIT = 0x40;
    private static final int SOCKADDR_BYTES = 12;
    private static final int MAX_BYTES = 1 << 17;

    private final SystemCalls calls = new JnrSystemCalls();
    private final int fd;
    private final Envelope incoming = new Envelope(calls, MAX_BYTES);
    private final Envelope outgoing = new Envelope(calls, MAX_BYTES);

    DatagramIo(int fd) {
        this.fd = fd;
    }

    /** Null for none. One thread. */
    byte[] receive() {
        incoming.prepare(SOCKADDR_BYTES, MAX_BYTES);
        int bytes = calls.recvmsg(fd, incoming.header(), MSG_DONTWAIT);
        return bytes < 0 ? null : incoming.copy(bytes);
    }

    /** The port id from which the last datagram came. */
    int lastSender() {
        return incoming.portId();
    }

    /** To a port, or to the multicast groups of a bit set. Returns 0 or an error number. Any thread. */
    synchronized int send(int portId, int groups, byte[] datagram) {
        outgoing.write(portId, groups, datagram);
        outgoing.prepare(SOCKADDR_BYTES, datagram.length);
        return Math.max(0, -calls.sendmsg(fd, outgoing.header(), MSG_DONTWAIT));
    }

    /** {@code struct msghdr}, its {@code sockaddr_nl}, its one iovec and its bytes in one piece of memory. */
    private static final class Envelope {

        private static final int NAME_OFFSET = 64;
        private static final int IOVEC_OFFSET = 96;
        private static final int DATA_OFFSET = 128;
        private static final short AF_NETLINK = 16;

        private final WordSize word;
        private final NativeMemory header;
        private final ByteBuffer memory;

        Envelope(SystemCalls calls, int maxBytes) {
            word = calls.wordSize();
            header = calls.allocate(DATA_OFFSET + maxBytes);
            memory = header.buffer();
        }

        void prepare(int nameBytes, int dataBytes) {
            int w = word.bytes();
            word.put(memory, 0, header.address() + NAME_OFFSET);
            memory.putInt(w, nameBytes);
            word.put(memory, 2 * w, header.address() + IOVEC_OFFSET);
            word.put(memory, 3 * w, 1);
            word.put(memory, IOVEC_OFFSET, header.address() + DATA_OFFSET);
            word.put(memory, IOVEC_OFFSET + w, dataBytes);
        }

        void write(int portId, int groups, byte[] data) {
            memory.putShort(NAME_OFFSET, AF_NETLINK)
                    .putInt(NAME_OFFSET + 4, portId)
                    .putInt(NAME_OFFSET + 8, groups);
            memory.put(DATA_OFFSET, data);
        }

        int portId() {
            return memory.getInt(NAME_OFFSET + 4);
        }

        byte[] copy(int bytes) {
            byte[] data = new byte[bytes];
            memory.get(DATA_OFFSET, data);
            return data;
        }

        NativeMemory header() {
            return header;
        }
    }
}
