package dev.intercept.nfnetlink;

import dev.intercept.kit.Await;
import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The kernel's end of a backend's socket: true netlink messages between two sockets, NETLINK_USERSOCK, without privilege. */
public final class FakePeer implements AutoCloseable {

    /** Acts on a request. */
    public interface Requests {
        /** @param at where in {@code data} the message begins */
        void act(ByteBuffer data, int at);
    }

    /** linux/netlink.h: between processes. */
    private static final int NETLINK_USERSOCK = 2;

    private static final int MAX_DATAGRAM_BYTES = 66_000;
    private static final int ANSWER_BYTES = 36;

    private final SystemCalls calls = new JnaSystemCalls();
    private final NetlinkSocket socket;
    private final DatagramVector received = new DatagramVector(calls, 64, 4096);
    private final MessageCursor cursor = new MessageCursor();
    private final DatagramVector sending = new DatagramVector(calls, 1, MAX_DATAGRAM_BYTES);
    private final Requests requests;

    public FakePeer(Requests requests) throws SystemCallException {
        this.requests = requests;
        socket = new NetlinkSocket(calls, NETLINK_USERSOCK);
        socket.enlargeReceiveBuffer(8 << 20);
    }

    /** A socket over these system calls, connected with this one. */
    public NetlinkSocket connected(SystemCalls backendCalls) throws SystemCallException {
        NetlinkSocket backend = new NetlinkSocket(backendCalls, NETLINK_USERSOCK);
        backend.connect(socket.portId());
        socket.connect(backend.portId());
        return backend;
    }

    /** Answers what a backend asks while it opens, and returns what it opened. */
    public <T> T serving(Callable<T> open) throws Exception {
        CompletableFuture<T> opening = CompletableFuture.supplyAsync(() -> call(open));
        Await.until("the opening", () -> {
            socket.await(1);
            serve();
            return opening.isDone();
        });
        return opening.get();
    }

    private static <T> T call(Callable<T> open) {
        try {
            return open.call();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /** Acts on every request that is there. */
    public void serve() {
        for (int n = receive(); n > 0; n = receive()) {
            for (int slot = 0; slot < n; slot++) {
                cursor.begin(received.data(), received.offset(slot), received.length(slot));
                while (cursor.next()) {
                    requests.act(cursor.data(), cursor.at());
                }
            }
        }
    }

    private int receive() {
        return socket.receive(received, received.slots());
    }

    /** Sends a datagram to the backend as it is. */
    public void send(byte[] datagram) {
        sending.data().put(0, datagram);
        int result = socket.send(sending, datagram.length);
        if (result < 0) {
            throw new IllegalStateException("a datagram of " + datagram.length + ": " + Errno.text(-result));
        }
    }

    /** Answers a request: always with an error, without one when it asked for an answer. */
    public void answer(ByteBuffer data, int at, int errno) {
        if (errno != 0 || (NetlinkHeader.flags(data, at) & NetlinkHeader.NLM_F_ACK) != 0) {
            send(error(NetlinkHeader.sequence(data, at), errno));
        }
    }

    /** NLMSG_ERROR with the header of the request it answers. */
    public static byte[] error(int sequence, int errno) {
        byte[] bytes = new byte[ANSWER_BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        out.putInt(ANSWER_BYTES).putShort((short) NetlinkHeader.NLMSG_ERROR).putShort((short) 0);
        out.putInt(sequence).putInt(0).putInt(-errno);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
