package dev.intercept.nflog;

import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.Lane;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import java.util.List;
import java.util.Optional;

/**
 * One NFLOG group. The kernel's rules have decided about each packet before it is seen here; a poll hands over what is left
 * of the messages received before, or receives some more, each with up to as many packets as the threshold says.
 *
 * <p>A packet of which nothing was copied is an empty buffer, and one that is not IP a zero byte.
 */
final class NflogBackend extends Lane {

    /** With packets gathering in the kernel, a wait is cut short after this time to see whether the traffic has ended. */
    private static final int LULL_MS = 20;

    private final NetlinkSocket socket;
    private final String heldAs;
    private final BatchThreshold threshold;
    private final ThresholdRequest thresholdRequest;
    private final GroupReadings readings;
    private final LogMessage message = new LogMessage();
    private final SystemCalls calls;
    private boolean thresholdOwed;

    /**
     * @param inbox may hold packets already, for the first poll
     * @param heldAs what its socket is called when it is held
     * @param isResumed whether the kernel's threshold may be another one
     */
    NflogBackend(
            int group,
            NetlinkSocket socket,
            Inbox inbox,
            BatchThreshold threshold,
            GroupReadings readings,
            String heldAs,
            boolean isResumed) {
        super("nflog:" + group, socket, inbox);
        this.socket = socket;
        this.heldAs = heldAs;
        thresholdOwed = isResumed;
        this.threshold = threshold;
        calls = socket.calls();
        this.readings = readings;
        thresholdRequest = new ThresholdRequest(socket, group);
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    @Override
    protected int longestWaitMs() {
        return threshold.packets() == 1 ? Integer.MAX_VALUE : LULL_MS;
    }

    @Override
    protected int takeBatch(PacketHandler handler, int limit) throws BackendException {
        int handed = 0;
        try {
            while (handed < limit
                    && !isClosed()
                    && (inbox().next() || handed == 0 && inbox().receive(GroupOpener.BATCH_DATAGRAMS))) {
                handed += takeMessage(handler);
            }
        } finally {
            readings.publish();
        }
        adaptThreshold(handed);
        return handed;
    }

    /** Deals with the present message; the number of packets handed over, 0 or 1. */
    private int takeMessage(PacketHandler handler) {
        MessageCursor at = inbox().message();
        if (!message.wrap(at)) {
            if (NetlinkHeader.type(at.data(), at.at()) != NetlinkHeader.NLMSG_DONE) {
                inbox().counts().add(at);
            }
            return 0;
        }
        readings.add(message);
        handler.onPacket(inbox().packet(message.isIp(), message.payloadOffset(), message.payloadBytes()));
        return 1;
    }

    private void adaptThreshold(int arrived) {
        thresholdOwed |= threshold.count(arrived, calls.nanoTime());
        if (thresholdOwed) {
            thresholdOwed = thresholdRequest.send(threshold.packets()) < 0;
            if (thresholdOwed) {
                inbox().counts().addRefusal();
            }
        }
    }

    /** What is left of the messages received last. */
    @Override
    public void handOverTaken(PacketHandler handler) {
        while (inbox().next()) {
            takeMessage(handler);
        }
        readings.publish();
    }

    @Override
    public Optional<HeldSource> held() {
        return Optional.of(new HeldSource(heldAs, List.of(socket.fd()), readings.state()));
    }

    @Override
    public KernelStats kernelStats() {
        return readings.read();
    }
}
