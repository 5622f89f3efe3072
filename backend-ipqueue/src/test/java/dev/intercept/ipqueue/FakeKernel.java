package dev.intercept.ipqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
    private static final int LOOKS = 200;
    private static final int PROTOCOL_COLUMN = 1;
    private static final int PORT_COLUMN = 2;

    private record Datagram(int sender, byte[] bytes) {
        boolean isFrom(int portId) {
            return sender == portId;
        }

        boolean isMode() {
            return bytes.length >= 16
                    && NetlinkHeader.type(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), 0) == ModeMessage.TYPE;
        }
    }

    private final NetlinkSocket socket;
    private final DatagramIo io;
    private final Path proc;
    private final FakeIpQueue queue;
    private final Thread thread = new Thread(this::serve, "fake ip_queue");
    private String published = "";
    private String listenerSocket = "";
    private long publishedNs = System.nanoTime();
    private volatile boolean closed;
    private volatile boolean mute;
    private volatile UnaryOperator<byte[]> mutation = UnaryOperator.identity();
    private volatile int onlyAnswer;
    private volatile Runnable early;

    private FakeKernel(NetlinkSocket socket, Path proc) throws SystemCallException {
        this.socket = socket;
        this.proc = proc;
        socket.enlargeReceiveBuffer(2 * RECEIVE_BUFFER_BYTES);
        io = new DatagramIo(socket.fd());
        queue = new FakeIpQueue(new JnrSystemCalls().wordSize(), this::deliver);
    }

    /**
     * Starts one.
     *
     * @param portId its netlink port id; 0 lets the kernel choose
     * @param proc an empty directory
     */
    static FakeKernel start(int portId, Path proc) throws SystemCallException {
        FakeKernel kernel = new FakeKernel(new NetlinkSocket(new JnrSystemCalls(), NETLINK_USERSOCK, portId), proc);
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
            throw new IllegalStateException("send to port " + portId + ": " + Errno.text(errno));
        }
        return errno == 0;
    }

    private void serve() {
        while (!closed) {
            socket.await(WAIT_MS);
            List<Datagram> waiting = receiveAll();
            int listener = queue.peer();
            if (listener != 0 && mayBeGone(listener, waiting) && isGone(listener, waiting)) {
                // What it sent before it closed counts: the real kernel reads a message before send() returns.
                waiting.addAll(receiveAll());
                List<Datagram> last = waiting.stream()
                        .takeWhile(datagram -> !(datagram.isFrom(listener) && datagram.isMode()))
                        .filter(datagram -> datagram.isFrom(listener))
                        .toList();
                last.forEach(this::read);
                waiting.removeAll(last);
                queue.portClosed(listener);
            }
            waiting.forEach(this::read);
            publishNowAndThen();
        }
        socket.close();
    }

    private List<Datagram> receiveAll() {
        List<Datagram> waiting = new ArrayList<>();
        for (byte[] datagram = io.receive(); datagram != null; datagram = io.receive()) {
            waiting.add(new Datagram(io.lastSender(), datagram));
        }
        return waiting;
    }

    /** Nothing but verdicts of the listener: then it is there, and the look at its socket can be spared. */
    private static boolean mayBeGone(int listener, List<Datagram> waiting) {
        return waiting.isEmpty()
                || waiting.stream().anyMatch(datagram -> !datagram.isFrom(listener) || datagram.isMode());
    }

    /** Looks again where another would take its place: a socket is in the list until nothing in the kernel uses it. */
    private boolean isGone(int listener, List<Datagram> waiting) {
        boolean isWanted = waiting.stream().anyMatch(datagram -> !datagram.isFrom(listener) && datagram.isMode());
        for (int looks = isWanted ? LOOKS : 1; looks > 0; looks--) {
            if (!listenerSocket.equals(socketOf(listener))) {
                return true;
            }
        }
        return false;
    }

    private void read(Datagram datagram) {
        if (onlyAnswer != 0) {
            deliver(datagram.sender, FakeMessages.answer(datagram.bytes, onlyAnswer));
            return;
        }
        int before = queue.peer();
        queue.receive(datagram.bytes, datagram.sender);
        if (queue.peer() != before) {
            listenerSocket = socketOf(queue.peer());
        }
    }

    /**
     * The inode of the socket bound to a port, empty for none. The real kernel sees a listener close; here the list
     * of netlink sockets shows it.
     */
    private String socketOf(int portId) {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/net/netlink")).stream()
                    .map(line -> line.trim().split("\\s+"))
                    .filter(words -> words[PROTOCOL_COLUMN].equals(Integer.toString(NETLINK_USERSOCK))
                            && words[PORT_COLUMN].equals(Integer.toUnsignedString(portId)))
                    .map(words -> words[words.length - 1])
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void publishNowAndThen() {
        long nowNs = System.nanoTime();
        if (nowNs - publishedNs > TimeUnit.MILLISECONDS.toNanos(WAIT_MS)) {
            publishedNs = nowNs;
            publish();
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
        socket.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
