package dev.intercept.ipqueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A stand-in of ip_queue that speaks real netlink: a NETLINK_USERSOCK socket, a thread that answers, and a directory that
 * looks like /proc. Needs no privilege. {@link FakeIpQueue} decides what happens.
 */
final class FakeKernel implements AutoCloseable {

    /** Netlink between processes. */
    static final int NETLINK_USERSOCK = 2;

    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
    private static final int WAIT_MS = 100;

    private record Datagram(int sender, byte[] bytes) {}

    private final NetlinkSocket socket;
    private final Waiter waiter;
    private final DatagramIo io;
    private final Path proc;
    private final FakeIpQueue queue;
    private final Thread thread = new Thread(this::serve, "fake ip_queue");
    private String published = "";
    private volatile boolean closed;
    private volatile boolean mute;
    private volatile int onlyAnswer;
    private volatile int pretendedPort;
    private volatile Runnable early;

    private FakeKernel(NetlinkSocket socket, Path proc) throws SystemCallException {
        this.socket = socket;
        this.proc = proc;
        socket.setReceiveBuffer(RECEIVE_BUFFER_BYTES);
        waiter = new Waiter(socket.fd());
        io = new DatagramIo(socket.fd());
        queue = new FakeIpQueue(Native.wordSize(), this::deliver);
    }

    /**
     * Starts one.
     *
     * @param portId its netlink port id; 0 lets the kernel choose
     * @param proc an empty directory
     */
    static FakeKernel start(int portId, Path proc) throws SystemCallException {
        FakeKernel kernel = new FakeKernel(NetlinkSocket.bound(NETLINK_USERSOCK, portId), proc);
        kernel.writeProc("sys/kernel/osrelease", "3.4.113\n");
        kernel.writeProc("sys/net/core/rmem_max", "212992\n");
        kernel.writeProc("sys/net/core/wmem_max", "212992\n");
        kernel.publish();
        kernel.thread.setDaemon(true);
        kernel.thread.start();
        return kernel;
    }

    KernelEndpoint endpoint() {
        return new KernelEndpoint(NETLINK_USERSOCK, socket.portId(), proc);
    }

    FakeIpQueue ipQueue() {
        return queue;
    }

    CompletableFuture<Integer> queue(byte[] packet) {
        return queue.queue(packet);
    }

    /** Answers nothing any more. */
    void fallSilent() {
        mute = true;
    }

    /** Answers every message with this error and does nothing else. */
    void answerEverythingWith(int errno) {
        onlyAnswer = errno;
    }

    /** Takes this port for one that a process has bound. */
    void pretendBound(int portId) {
        pretendedPort = portId;
    }

    /** A packet that the next listener finds in front of the answer to its mode message. */
    CompletableFuture<Integer> queueBeforeAnswer(byte[] packet) {
        CompletableFuture<Integer> verdict = new CompletableFuture<>();
        early = () -> queue.queue(packet).thenAccept(verdict::complete);
        return verdict;
    }

    /** Sends any bytes to the listener, as no real kernel would. */
    void sendRaw(byte[] datagram) {
        deliver(queue.peer(), datagram);
    }

    private boolean deliver(int portId, byte[] message) {
        Runnable first = early;
        early = null;
        if (first != null) {
            first.run();
        }
        int errno = mute ? 0 : io.send(portId, message);
        if (errno != 0 && errno != Errno.EAGAIN && errno != Errno.ECONNREFUSED) {
            throw new IllegalStateException("send to port " + portId + ": " + Errno.describe(errno));
        }
        return errno == 0;
    }

    private void serve() {
        while (!closed) {
            waiter.await(WAIT_MS);
            List<Datagram> waiting = receiveAll();
            int listener = queue.peer();
            boolean mayBeGone = waiting.isEmpty() || onlyFrom(listener, waiting).size() < waiting.size();
            if (listener != 0 && mayBeGone && !isBound(listener)) {
                // What it sent before it closed counts: the real kernel reads a message before send() returns.
                waiting.addAll(receiveAll());
                onlyFrom(listener, waiting).forEach(this::read);
                queue.portClosed(listener);
                waiting.removeIf(datagram -> datagram.sender == listener);
            }
            waiting.forEach(this::read);
            publish();
        }
        waiter.close();
        socket.close();
    }

    private List<Datagram> receiveAll() {
        List<Datagram> waiting = new ArrayList<>();
        for (byte[] datagram = io.receive(); datagram != null; datagram = io.receive()) {
            waiting.add(new Datagram(io.lastSender(), datagram));
        }
        return waiting;
    }

    private static List<Datagram> onlyFrom(int sender, List<Datagram> datagrams) {
        return datagrams.stream().filter(datagram -> datagram.sender == sender).toList();
    }

    private void read(Datagram datagram) {
        if (onlyAnswer != 0) {
            deliver(datagram.sender, FakeMessages.answer(datagram.bytes, onlyAnswer));
        } else {
            queue.receive(datagram.bytes, datagram.sender);
        }
    }

    /** The real kernel is told when a listener closes; here the list of netlink sockets tells. */
    private boolean isBound(int portId) {
        if (portId == pretendedPort) {
            return true;
        }
        try {
            List<String> sockets = Files.readAllLines(Path.of("/proc/net/netlink"));
            return sockets.stream()
                    .map(line -> line.trim().split("\\s+"))
                    .anyMatch(words -> words[1].equals(Integer.toString(NETLINK_USERSOCK))
                            && words[2].equals(Integer.toUnsignedString(portId)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Brings DIR/net/ip_queue up to date; the thread does it too, ten times a second. */
    synchronized void publish() {
        String status = queue.status();
        if (!status.equals(published)) {
            writeProc("net/ip_queue", status);
            published = status;
        }
    }

    void writeProc(String name, String text) {
        try {
            Path file = proc.resolve(name);
            Files.createDirectories(file.getParent());
            Path complete = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
            Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        waiter.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** sendmsg(2) and recvmsg(2) with addresses. */
    private static final class DatagramIo {

        private static final int MSG_DONTWAIT = 0x40;
        private static final int SOCKADDR_BYTES = 12;
        private static final int MAX_BYTES = 1 << 17;

        private final FakeLibc libc = FakeLibc.LOADED;
        private final int fd;
        private final Envelope incoming = new Envelope(MAX_BYTES);
        private final Envelope outgoing = new Envelope(MAX_BYTES);

        DatagramIo(int fd) {
            this.fd = fd;
        }

        /** Null for none. One thread. */
        byte[] receive() {
            incoming.prepare(SOCKADDR_BYTES, MAX_BYTES);
            long bytes = libc.recvmsg(fd, incoming.address(), MSG_DONTWAIT);
            return bytes < 0 ? null : incoming.copy((int) bytes);
        }

        int lastSender() {
            return incoming.portId();
        }

        /** Returns 0 or an error number. Any thread. */
        synchronized int send(int portId, byte[] datagram) {
            outgoing.write(portId, datagram);
            outgoing.prepare(SOCKADDR_BYTES, datagram.length);
            return libc.sendmsg(fd, outgoing.address(), MSG_DONTWAIT) < 0 ? FakeLibc.errno() : 0;
        }
    }

    /** {@code struct msghdr} with its name, its one iovec and its bytes in one piece of memory. */
    private static final class Envelope {

        private static final int NAME_OFFSET = 64;
        private static final int IOVEC_OFFSET = 96;
        private static final int DATA_OFFSET = 128;

        private final WordSize word = Native.wordSize();
        private final ByteBuffer memory;
        private final long address;

        Envelope(int maxBytes) {
            memory = Native.allocate(DATA_OFFSET + maxBytes);
            address = Native.address(memory);
        }

        void prepare(int nameBytes, int dataBytes) {
            int w = word.bytes();
            word.put(memory, 0, address + NAME_OFFSET);
            memory.putInt(w, nameBytes);
            word.put(memory, 2 * w, address + IOVEC_OFFSET);
            word.put(memory, 3 * w, 1);
            word.put(memory, IOVEC_OFFSET, address + DATA_OFFSET);
            word.put(memory, IOVEC_OFFSET + w, dataBytes);
        }

        void write(int portId, byte[] data) {
            memory.putShort(NAME_OFFSET, (short) 16).putInt(NAME_OFFSET + 4, portId);
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

        long address() {
            return address;
        }
    }
}
