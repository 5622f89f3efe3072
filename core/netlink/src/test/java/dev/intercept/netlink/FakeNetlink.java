package dev.intercept.netlink;

import dev.intercept.kit.FailingCallsRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A kernel's netlink in memory, behind the border of system calls: any call can be made to fail at any time, and its clock
 * stands still but for what is waited. One thread.
 */
public final class FakeNetlink implements SystemCalls, FailingCallsRun.Kernel {

    /** The kernel's side of a protocol. */
    public interface Peer {
        /** A process sent a datagram; answers are delivered before this returns. */
        void receive(int portId, byte[] datagram);

        /** A socket was closed. */
        void closed(int portId);
    }

    /** Says which calls fail. */
    public interface Faults {
        /** @return the error number with which this call fails, 0 for none */
        int errno(String call);
    }

    /** The names of all calls that may fail, and "any". */
    public static final List<String> CALLS = List.of(
            "socket",
            "bind",
            "connect",
            "getsockname",
            "setsockopt",
            "getsockopt",
            "sendmsg",
            "sendmmsg",
            "recvmsg",
            "recvmmsg",
            "epoll_create1",
            "epoll_ctl",
            "epoll_wait",
            "eventfd",
            "eventfd_write",
            "usleep",
            "close",
            "any");

    /** What a call takes; one that fails is taken for slow, so that loops without a wait come to an end. */
    private static final long CALL_NS = 1_000;

    private static final long FAILURE_NS = 1_000_000;
    private static final int RECEIVE_BUFFER_DATAGRAMS = 10_000;
    private static final int REMEMBERED = 5;

    private static final class Socket {
        int portId;
        final Queue<byte[]> received = new ArrayDeque<>();
    }

    /** Memory at made-up addresses. */
    private final class Block extends NativeMemory {
        Block(ByteBuffer buffer, long address) {
            super(buffer, address);
        }

        @Override
        public NativeMemory at(int offset) {
            ByteBuffer part = buffer().slice(offset, buffer().capacity() - offset);
            return new Block(part.order(ByteOrder.nativeOrder()), address() + offset);
        }
    }

    private final Peer peer;
    private final Faults faults;
    private final Map<Integer, Socket> sockets = new HashMap<>();
    private final Set<Integer> open = new TreeSet<>();
    private final TreeMap<Long, ByteBuffer> memory = new TreeMap<>();
    private final List<String> failed = new ArrayList<>();
    private long nextAddress = 0x10_0000;
    private int nextFd = 3;
    private long nowNs;
    private boolean woken;

    public FakeNetlink(Peer peer, Faults faults) {
        this.peer = peer;
        this.faults = faults;
    }

    /** Sends a datagram to a port; false when nobody is there, or there is no room. */
    public boolean deliver(int portId, byte[] datagram) {
        for (Socket socket : sockets.values()) {
            if (socket.portId == portId && socket.received.size() < RECEIVE_BUFFER_DATAGRAMS) {
                return socket.received.add(datagram);
            }
        }
        return false;
    }

    @Override
    public Set<Integer> open() {
        return open;
    }

    /** The calls that failed last. */
    public List<String> failed() {
        return failed;
    }

    @Override
    public void passMs(long ms) {
        nowNs += ms * 1_000_000;
    }

    private int fault(String call) {
        nowNs += CALL_NS;
        int errno = faults.errno(call);
        if (errno != 0) {
            nowNs += FAILURE_NS;
            failed.add(call + " " + Errno.text(errno));
            while (failed.size() > REMEMBERED) {
                failed.remove(0);
            }
        }
        return -errno;
    }

    private int descriptor(String call) {
        int fault = fault(call);
        if (fault == 0) {
            open.add(nextFd);
            return nextFd++;
        }
        return fault;
    }

    @Override
    public int socket(int family, int type, int protocol) {
        int fd = descriptor("socket");
        if (fd >= 0) {
            sockets.put(fd, new Socket());
        }
        return fd;
    }

    @Override
    public int bind(int fd, NativeMemory address, int addressBytes) {
        int wanted = address.buffer().getInt(4);
        sockets.get(fd).portId = wanted == 0 ? 1000 + fd : wanted;
        return fault("bind");
    }

    @Override
    public int connect(int fd, NativeMemory address, int addressBytes) {
        return fault("connect");
    }

    @Override
    public int getsockname(int fd, NativeMemory address, NativeMemory addressBytes) {
        address.buffer().putInt(4, sockets.get(fd).portId);
        return fault("getsockname");
    }

    @Override
    public int setsockopt(int fd, int level, int name, NativeMemory value, int valueBytes) {
        return fault("setsockopt");
    }

    @Override
    public int getsockopt(int fd, int level, int name, NativeMemory value, NativeMemory valueBytes) {
        value.buffer().putInt(0, 1 << 24);
        return fault("getsockopt");
    }

    @Override
    public int sendmsg(int fd, NativeMemory message, int flags) {
        int fault = fault("sendmsg");
        return fault != 0 ? fault : send(fd, message);
    }

    @Override
    public int sendmmsg(int fd, NativeMemory messages, int count, int flags) {
        int fault = fault("sendmmsg");
        if (fault != 0) {
            return fault;
        }
        for (int i = 0; i < count; i++) {
            send(fd, messages.at(i * 8 * wordSize().bytes()));
        }
        return count;
    }

    private int send(int fd, NativeMemory message) {
        ByteBuffer vector = at(message.buffer().getLong(16));
        byte[] datagram = new byte[(int) vector.getLong(8)];
        at(vector.getLong(0)).get(0, datagram);
        peer.receive(sockets.get(fd).portId, datagram);
        return datagram.length;
    }

    @Override
    public int recvmsg(int fd, NativeMemory message, int flags) {
        int fault = fault("recvmsg");
        return fault != 0 ? fault : receive(fd, message);
    }

    @Override
    public int recvmmsg(int fd, NativeMemory messages, int count, int flags) {
        int fault = fault("recvmmsg");
        if (fault != 0) {
            return fault;
        }
        int received = 0;
        while (received < count && !sockets.get(fd).received.isEmpty()) {
            NativeMemory header = messages.at(received++ * 8 * wordSize().bytes());
            header.buffer().putInt(56, receive(fd, header));
        }
        return received == 0 ? -Errno.EAGAIN : received;
    }

    private int receive(int fd, NativeMemory message) {
        byte[] datagram = sockets.get(fd).received.poll();
        if (datagram == null) {
            return -Errno.EAGAIN;
        }
        ByteBuffer vector = at(message.buffer().getLong(16));
        int bytes = (int) Math.min(datagram.length, vector.getLong(8));
        at(vector.getLong(0)).put(0, datagram, 0, bytes);
        return bytes;
    }

    private ByteBuffer at(long address) {
        Map.Entry<Long, ByteBuffer> block = memory.floorEntry(address);
        int offset = (int) (address - block.getKey());
        return block.getValue()
                .slice(offset, block.getValue().capacity() - offset)
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public int epollCreate(int flags) {
        return descriptor("epoll_create1");
    }

    @Override
    public int epollAdd(int epollFd, int fd, NativeMemory event) {
        return fault("epoll_ctl");
    }

    @Override
    public int epollWait(int epollFd, NativeMemory events, int maxEvents, int timeoutMs) {
        int fault = fault("epoll_wait");
        if (fault != 0) {
            return fault;
        }
        if (woken || sockets.values().stream().anyMatch(socket -> !socket.received.isEmpty())) {
            return 1;
        }
        passMs(timeoutMs);
        return 0;
    }

    @Override
    public int eventfd(int initial, int flags) {
        return descriptor("eventfd");
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        int fault = fault("eventfd_write");
        woken |= fault == 0;
        return fault;
    }

    @Override
    public int sleepUs(int us) {
        nowNs += us * 1_000L;
        return fault("usleep");
    }

    /** As Linux does it, the descriptor is gone even when this fails. */
    @Override
    public int close(int fd) {
        if (!open.remove(fd)) {
            throw new IllegalStateException("descriptor " + fd + " is closed twice, or was never open");
        }
        Socket socket = sockets.remove(fd);
        if (socket != null) {
            peer.closed(socket.portId);
        }
        return fault("close");
    }

    @Override
    public NativeMemory allocate(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        long address = nextAddress;
        nextAddress += (bytes + 4095) / 4096 * 4096L + 4096;
        memory.put(address, buffer);
        return new Block(buffer, address);
    }

    @Override
    public WordSize wordSize() {
        return WordSize.BITS_64;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }
}
