package dev.intercept.nflog;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.NetworkOrder;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.nfnetlink.Dialogue;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;

/**
 * Says the {@code NFULNL_MSG_CONFIG} message that takes a group. One message has everything: a bound group hands up packets
 * from then on.
 *
 * <pre>
 *   after both headers, attributes (their headers 4 bytes)
 *   NFULA_CFG_CMD 1        0  command u8
 *   NFULA_CFG_MODE 2       0  copy range u32 big-endian, 4  copy mode u8, 5  padding
 *   NFULA_CFG_NLBUFSIZ 3   0  bytes of a message with many packets, u32 big-endian
 *   NFULA_CFG_TIMEOUT 4    0  hundredths of a second that packets may gather, u32 big-endian
 *   NFULA_CFG_QTHRESH 5    0  packets of a message, u32 big-endian
 *   NFULA_CFG_FLAGS 6      0  u16 big-endian
 * </pre>
 */
final class GroupConfigurer {

    private static final int NFULA_CFG_CMD = 1;
    private static final int NFULA_CFG_MODE = 2;
    private static final int NFULA_CFG_NLBUFSIZ = 3;
    private static final int NFULA_CFG_TIMEOUT = 4;
    private static final int NFULA_CFG_FLAGS = 6;

    private static final int NFULNL_CFG_CMD_BIND = 1;
    private static final int NFULNL_COPY_PACKET = 2;
    private static final int NFULNL_CFG_F_SEQ = 1;
    private static final int MODE_BYTES = 6;

    /** None whole: the rest of a batch goes up with the kernel's next timer tick, 1 to 10 ms. */
    private static final int TIMEOUT_HUNDREDTHS = 0;

    private static final int TYPE = LogProtocol.SUBSYSTEM << 8 | LogProtocol.NFULNL_MSG_CONFIG;

    private final int group;
    private final Dialogue dialogue;

    GroupConfigurer(NetlinkSocket socket, int group, Inbox inbox) {
        this.group = group;
        dialogue = new Dialogue(socket, "group " + group, group, LogMessage.TYPE, inbox);
    }

    /**
     * Takes the group, with a threshold of one packet.
     *
     * @param messageBytes of a message with many packets, at most
     */
    void bind(int copyRangeBytes, int messageBytes) throws SystemCallException {
        ByteBuffer out = dialogue.begin(TYPE, NetfilterHeader.AF_UNSPEC);
        out.put(dialogue.attribute(NFULA_CFG_CMD, 1), (byte) NFULNL_CFG_CMD_BIND);
        int mode = dialogue.attribute(NFULA_CFG_MODE, MODE_BYTES);
        NetworkOrder.putInt32(out, mode, copyRangeBytes);
        out.put(mode + Integer.BYTES, (byte) NFULNL_COPY_PACKET);
        putNumber(out, NFULA_CFG_NLBUFSIZ, messageBytes);
        putNumber(out, NFULA_CFG_TIMEOUT, TIMEOUT_HUNDREDTHS);
        putNumber(out, LogProtocol.NFULA_CFG_QTHRESH, 1);
        NetworkOrder.putUint16(out, dialogue.attribute(NFULA_CFG_FLAGS, Short.BYTES), NFULNL_CFG_F_SEQ);
        dialogue.demand("BIND");
    }

    private void putNumber(ByteBuffer out, int type, int value) {
        NetworkOrder.putInt32(out, dialogue.attribute(type, Integer.BYTES), value);
    }

    /**
     * Whether this process may ask anything of the kernel's netfilter: it says EPERM also of a group that another socket
     * holds. Asked with a message that only the kernel sends, which does nothing.
     */
    boolean isPermitted() throws SystemCallException {
        dialogue.begin(LogMessage.TYPE, NetfilterHeader.AF_UNSPEC);
        return dialogue.ask("NFULNL_MSG_PACKET of group " + group) != Errno.EPERM;
    }
}
