package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.Errno;
import dev.intercept.nfnetlink.MessageCursor;
import dev.intercept.nfnetlink.MessageVector;
import dev.intercept.nfnetlink.NetlinkHeader;
import dev.intercept.nfnetlink.NetlinkSocket;
import dev.intercept.nfnetlink.NetworkOrder;
import dev.intercept.nfnetlink.SystemCallException;
import dev.intercept.nfnetlink.SystemCalls;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * nfnetlink_queue as a program: it exchanges true netlink messages with the backend, NETLINK_USERSOCK, and needs no
 * privilege. It remembers every verdict, and can be an older kernel.
 */
final class FakeKernel implements AutoCloseable {

    /** linux/netlink.h: between processes. */
    private static final int NETLINK_USERSOCK = 2;

    private static final int MAX_DATAGRAM_BYTES = 66_000;
    private static final int ANSWER_BYTES = 36;
    private static final int PATIENCE_MS = 5_000;

    private final NetlinkSocket socket;
    private final MessageVector received = new MessageVector(64, 4096);
    private final MessageCursor cursor = new MessageCursor(received);
    private final MessageVector sending = new MessageVector(1, MAX_DATAGRAM_BYTES);

    /** Packets without a verdict, in order of arrival, by id. */
    private final Map<Integer, Boolean> waiting = new LinkedHashMap<>();

    private final Map<Integer, Verdict> verdicts = new LinkedHashMap<>();
    private final Map<Integer, Integer> refusals = new LinkedHashMap<>();
    private final List<Integer> requests = new ArrayList<>();
    private boolean batches = true;
    private int verdictMessages;

    FakeKernel() throws SystemCallException {
        socket = new NetlinkSocket(new SystemCalls(), NETLINK_USERSOCK);
        socket.enlargeReceiveBuffer(8 << 20);
    }

    /** Refuses the configuration request number {@code n}, from 1: PF_BIND, BIND, maximal length, GSO, copy range. */
    FakeKernel refusing(int n, int errno) {
        refusals.put(n, errno);
        return this;
    }

    /** A kernel before 3.1. */
    FakeKernel withoutBatches() {
        batches = false;
        return this;
    }

    /** Opens queue 0 of a backend over these system calls, with this kernel as the peer. */
    NfqueueBackend open(SystemCalls calls, Map<String, String> options) throws Exception {
        NetlinkSocket backend = new NetlinkSocket(calls, NETLINK_USERSOCK);
        backend.connect(socket.portId());
        socket.connect(backend.portId());
        QueueOpener opener = new QueueOpener(calls, QueueFixture.settings(options), 0);
        CompletableFuture<NfqueueBackend> opening = CompletableFuture.supplyAsync(() -> configured(opener, backend));
        long deadlineNs = System.nanoTime() + PATIENCE_MS * 1_000_000L;
        while (!opening.isDone() && System.nanoTime() - deadlineNs < 0) {
            socket.await(1);
            serve();
        }
        forget();
        return opening.get();
    }

    private static NfqueueBackend configured(QueueOpener opener, NetlinkSocket socket) {
        try {
            return opener.configured(socket);
        } catch (SystemCallException | BackendException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Queues a packet: sends the message of this id. */
    void queue(int id, byte[] message) {
        waiting.put(id, true);
        send(message);
    }

    /** Sends a datagram to the backend as it is. */
    void send(byte[] datagram) {
        sending.data().put(0, datagram);
        int result = socket.send(sending, datagram.length);
        if (result < 0) {
            throw new IllegalStateException("a datagram of " + datagram.length + ": " + Errno.text(-result));
        }
    }

    /** Acts on every request that is there. */
    void serve() {
        for (int n = socket.receive(received, received.slots());
                n > 0;
                n = socket.receive(received, received.slots())) {
            cursor.begin(n);
            while (cursor.next()) {
                act(cursor.data(), cursor.at());
            }
        }
    }

    private void act(ByteBuffer data, int at) {
        switch (NetlinkHeader.type(data, at) & 0xff) {
            case QueueProtocol.NFQNL_MSG_CONFIG -> configure(data, at);
            case QueueProtocol.NFQNL_MSG_VERDICT -> answer(data, at, judge(data, at, false));
            default -> answer(data, at, batches ? judge(data, at, true) : Errno.EINVAL);
        }
    }

    private void configure(ByteBuffer data, int at) {
        requests.add(data.getShort(at + NetlinkHeader.ATTRIBUTES_OFFSET + 2) & 0xffff);
        answer(data, at, refusals.getOrDefault(requests.size(), 0));
    }

    private int judge(ByteBuffer data, int at, boolean batch) {
        verdictMessages++;
        Verdict verdict = Verdict.values()[NetworkOrder.int32(data, at + 24)];
        int id = NetworkOrder.int32(data, at + 28);
        List<Integer> judged = new ArrayList<>();
        for (int waits : waiting.keySet()) {
            if (batch ? waits - id <= 0 : waits == id) {
                judged.add(waits);
            }
        }
        waiting.keySet().removeAll(judged);
        judged.forEach(judgedId -> verdicts.put(judgedId, verdict));
        return judged.isEmpty() ? Errno.ENOENT : 0;
    }

    private void answer(ByteBuffer data, int at, int errno) {
        if (errno != 0 || (NetlinkHeader.flags(data, at) & NetlinkHeader.NLM_F_ACK) != 0) {
            send(error(NetlinkHeader.sequence(data, at), errno));
        }
    }

    /** NLMSG_ERROR with the header of the request it answers. */
    static byte[] error(int sequence, int errno) {
        byte[] bytes = new byte[ANSWER_BYTES];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.nativeOrder());
        out.putInt(ANSWER_BYTES).putShort((short) NetlinkHeader.NLMSG_ERROR).putShort((short) 0);
        out.putInt(sequence).putInt(0).putInt(-errno);
        return bytes;
    }

    /** The attribute types of all configuration requests, in order. */
    List<Integer> requests() {
        return requests;
    }

    /** The verdicts so far by id, in the order in which they came. */
    Map<Integer, Verdict> verdicts() {
        return verdicts;
    }

    /** Ids of packets that wait for their verdict. */
    List<Integer> waiting() {
        return List.copyOf(waiting.keySet());
    }

    /** How many messages the verdicts came in, refused ones included. */
    int verdictMessages() {
        return verdictMessages;
    }

    /** Forgets what was judged so far. */
    void forget() {
        verdicts.clear();
        verdictMessages = 0;
    }

    @Override
    public void close() {
        socket.close();
    }
}
