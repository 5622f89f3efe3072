package dev.intercept.nflog;

import dev.intercept.netlink.DatagramVector;
import dev.intercept.netlink.NetlinkAttribute;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.nfnetlink.NetfilterHeader;

/**
 * {@code NFULNL_MSG_CONFIG} with a new threshold, said while packets come: the kernel answers only to refuse. Written once,
 * but for its value.
 *
 * <pre>
 *    0   nlmsghdr, nfgenmsg       (20)  res_id: the group
 *   20   nla_len 8, nla_type 5    (4)   NFULA_CFG_QTHRESH
 *   24   threshold                u32   big-endian: packets
 * </pre>
 */
final class ThresholdRequest {

    private static final int VALUE_OFFSET = NetfilterHeader.BYTES + NetlinkAttribute.HEADER_BYTES;
    private static final int BYTES = VALUE_OFFSET + Integer.BYTES;
    private static final int TYPE = LogProtocol.SUBSYSTEM << 8 | LogProtocol.NFULNL_MSG_CONFIG;

    private final NetlinkSocket socket;
    private final DatagramVector datagram;

    ThresholdRequest(NetlinkSocket socket, int group) {
        this.socket = socket;
        datagram = new DatagramVector(socket.calls(), 1, BYTES);
        NetfilterHeader.put(datagram.data(), 0, TYPE, NetlinkHeader.NLM_F_REQUEST, 0, NetfilterHeader.AF_UNSPEC, group);
        NetlinkHeader.putLength(datagram.data(), 0, BYTES);
        NetlinkAttribute.put(datagram.data(), NetfilterHeader.BYTES, LogProtocol.NFULA_CFG_QTHRESH, Integer.BYTES);
    }

    /** Allocates nothing. Returns 0 or more, or a negated error number. */
    int send(int packets) {
        NetworkOrder.putInt32(datagram.data(), VALUE_OFFSET, packets);
        return socket.send(datagram, BYTES);
    }
}
