package dev.intercept.ipqueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

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
    private volatile UnaryOperator<byte[]> mutation = UnaryOperator.identity();
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

    /** Changes each message on its way to the listener, as no real kernel would. */
    void setMutation(UnaryOperator<byte[]> change) {
        mutation = change;
    }

    private boolean deliver(int portId, byte[] message) {
        Runnable first = early;
        early = null;
        if (first != null) {
            first.run();
        }
        int errno = mute ? 0 : io.send(portId, 0, mutation.apply(message));
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
}
