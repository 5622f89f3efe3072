package dev.intercept.nflog;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.Opener;
import dev.intercept.nfnetlink.ReceiveBuffer;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.HeldSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Opens one group of NFLOG. */
final class GroupOpener extends Opener<NflogBackend> {

    /** Datagrams received with one system call, each with up to {@link BatchThreshold#MAX_PACKETS} packets. */
    static final int BATCH_DATAGRAMS = 16;

    /** What a packet has besides the payload: headers and attributes, 84 to 150 bytes, a rule's prefix of up to 64, room. */
    private static final int MESSAGE_OVERHEAD_BYTES = 256;

    /** NFULA_CFG_NLBUFSIZ at most, nfnetlink_log.c. */
    private static final int MAX_MESSAGE_BYTES = 131_072;

    /** What the kernel has in the same allocation besides, struct skb_shared_info: 320 bytes, and room. */
    private static final int ALLOCATION_OVERHEAD_BYTES = 512;

    private static final Logger LOG = System.getLogger(GroupOpener.class.getName());

    private final GroupSettings settings;
    private final int group;
    private final SystemCalls calls;

    /** While a socket is resumed, which has the group and its settings. */
    private Optional<HeldSource> resumed = Optional.empty();

    GroupOpener(SystemCalls calls, GroupSettings settings) {
        super(calls);
        this.calls = calls;
        this.settings = settings;
        group = settings.group();
    }

    /** What a held source of this group with these settings is called. */
    String heldAs() {
        return "nflog:" + group + " " + settings;
    }

    /** Goes on with what was held of this group; where that fails the group is taken anew. */
    NflogBackend resume(HeldSource held) throws BackendException {
        resumed = Optional.of(held);
        try {
            return configured(NetlinkSocket.resumed(calls, held.take()));
        } catch (SystemCallException | BackendException e) {
            LOG.log(Level.WARNING, "group " + group + " is taken anew, what waits in it is dropped: " + e.getMessage());
            resumed = Optional.empty();
            return open();
        } finally {
            resumed = Optional.empty();
        }
    }

    @Override
    protected BackendException explain(SystemCallException e) {
        return GroupRefusal.explain(group, e);
    }

    @Override
    protected NflogBackend configure(NetlinkSocket socket) throws SystemCallException, BackendException {
        int messageBytes = Math.min(
                MAX_MESSAGE_BYTES, BatchThreshold.MAX_PACKETS * (settings.copyRangeBytes() + MESSAGE_OVERHEAD_BYTES));
        Inbox inbox = new Inbox("nflog:" + group, socket, BATCH_DATAGRAMS, slotBytes(messageBytes), "thresholds");
        socket.refuseOverrunErrors();
        ReceiveBuffer buffer = ReceiveBuffer.enlarge(
                socket, settings.bufferBytes(), "group " + group, "bursts may be longer than it holds");
        if (resumed.isEmpty()) {
            take(new GroupConfigurer(socket, group, inbox), messageBytes);
        }
        BatchThreshold threshold = new BatchThreshold(
                TimeUnit.MICROSECONDS.toNanos(settings.gatherUs()),
                socket.calls().nanoTime());
        GroupReadings readings =
                new GroupReadings(remedy(buffer), resumed.map(HeldSource::state).orElse(""));
        return new NflogBackend(group, socket, inbox, threshold, readings, heldAs(), resumed.isPresent());
    }

    /** The kernel fills what its allocator gave, which is more than it asked for, up to the next power of two. */
    private static int slotBytes(int messageBytes) {
        return Integer.highestOneBit(messageBytes + ALLOCATION_OVERHEAD_BYTES) << 1;
    }

    private void take(GroupConfigurer configurer, int messageBytes) throws SystemCallException, BackendException {
        try {
            configurer.bind(settings.copyRangeBytes(), messageBytes);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.EPERM || e.errno() == Errno.EBUSY) {
                throw configurer.isPermitted() ? GroupRefusal.taken(group, e) : GroupRefusal.notPermitted(group, e);
            }
            throw e;
        }
    }

    private String remedy(ReceiveBuffer buffer) {
        return buffer.isLimited()
                ? buffer.remedy()
                : "intercept --backend=nflog " + GroupSettings.BUFFER + "="
                        + Math.min(GroupSettings.MAX_BUFFER_BYTES, 2L * settings.bufferBytes()) + "  # now "
                        + settings.bufferBytes() + "; and give intercept a processor of its own";
    }
}
