package dev.intercept.nfqueue;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetfilterHeader;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * nfnetlink_queue as a program: it exchanges true netlink messages with the backend, NETLINK_USERSOCK, and needs no
 * privilege. It remembers every verdict, and can be an older kernel.
 */
final class FakeKernel implements AutoCloseable {

    private final FakePeer peer = new FakePeer(this::act);

    /** Packets without a verdict, in order of arrival, by id. */
    private final Map<Integer, Boolean> waiting = new LinkedHashMap<>();

    private final Map<Integer, Verdict> verdicts = new LinkedHashMap<>();
    private final Map<Integer, Integer> refusals = new LinkedHashMap<>();
    private final List<Integer> requests = new ArrayList<>();
    private boolean batches = true;
    private int verdictMessages;

    FakeKernel() throws SystemCallException {}

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
    NfqueueBackend open(JnaSystemCalls calls, Map<String, String> options) throws Exception {
        NetlinkSocket socket = peer.connected(calls);
        QueueOpener opener = new QueueOpener(calls, QueueFixture.settings(options), 0);
        NfqueueBackend backend = peer.serving(() -> opener.configured(socket));
        forget();
        return backend;
    }

    /** Queues a packet: sends the message of this id. */
    void queue(int id, byte[] message) {
        waiting.put(id, true);
        send(message);
    }

    /** Sends a datagram to the backend as it is. */
    void send(byte[] datagram) {
        peer.send(datagram);
    }

    /** Acts on every request that is there. */
    void serve() {
        peer.serve();
    }

    private void act(ByteBuffer data, int at) {
        switch (NetlinkHeader.type(data, at) & 0xff) {
            case QueueProtocol.NFQNL_MSG_CONFIG -> configure(data, at);
            case QueueProtocol.NFQNL_MSG_VERDICT -> peer.answer(data, at, judge(data, at, false));
            default -> peer.answer(data, at, batches ? judge(data, at, true) : Errno.EINVAL);
        }
    }

    private void configure(ByteBuffer data, int at) {
        requests.add(data.getShort(at + NetfilterHeader.BYTES + 2) & 0xffff);
        peer.answer(data, at, refusals.getOrDefault(requests.size(), 0));
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
        peer.close();
    }
}
