package dev.intercept.nflog;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.FakePeer;
import dev.intercept.nfnetlink.JnaSystemCalls;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** nfnetlink_log as a program. It remembers every threshold that was asked for. */
final class FakeLogger implements AutoCloseable {

    private final FakePeer peer = new FakePeer(this::act);
    private final List<Integer> thresholds = new ArrayList<>();
    private int refusal;

    FakeLogger() throws SystemCallException {}

    /** Refuses every request. */
    FakeLogger refusing(int errno) {
        refusal = errno;
        return this;
    }

    NflogBackend open(JnaSystemCalls calls, Map<String, String> options) throws Exception {
        NetlinkSocket socket = peer.connected(calls);
        return peer.serving(() -> new GroupOpener(calls, GroupFixture.settings(options)).configured(socket));
    }

    private void act(ByteBuffer data, int at) {
        boolean isThreshold = data.getShort(at + NetfilterHeader.BYTES + 2) == LogProtocol.NFULA_CFG_QTHRESH;
        if (isThreshold) {
            thresholds.add(NetworkOrder.int32(data, at + NetfilterHeader.BYTES + 4));
        }
        peer.answer(data, at, refusal);
    }

    void send(byte[] datagram) {
        peer.send(datagram);
    }

    void serve() {
        peer.serve();
    }

    /** Those asked for since the group was opened. */
    List<Integer> thresholds() {
        return thresholds;
    }

    @Override
    public void close() {
        peer.close();
    }
}
