package dev.intercept.nflog;

import dev.intercept.nfnetlink.Inbox;
import dev.intercept.nfnetlink.MessageCursor;
import dev.intercept.nfnetlink.MessageVector;
import dev.intercept.nfnetlink.NetlinkHeader;
import dev.intercept.nfnetlink.NetlinkSocket;
import dev.intercept.nfnetlink.PacketWindow;
import dev.intercept.nfnetlink.PollGate;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;

/**
 * One NFLOG group. The kernel's rules have decided about each packet before it is seen here; a poll hands over what is left
 * of the messages received before, or receives some more, each with up to as many packets as the threshold says.
 *
 * <p>A packet of which nothing was copied is an empty buffer, and one that is not IP a zero byte.
 */
final class NflogBackend implements CaptureBackend {

    /** With packets gathering in the kernel, a wait is cut short after this time to see whether the traffic has ended. */
    private static final int LULL_MS = 20;

    private final String lane;
    private final Inbox inbox;
    private final BatchThreshold threshold;
    private final ThresholdRequest thresholdRequest;
    private final GroupReadings readings;
    private final PacketWindow window;
    private final PollGate gate;
    private final LogMessage message = new LogMessage();

    /** @param cursor may hold packets already, for the first poll */
    NflogBackend(
            int group,
            NetlinkSocket socket,
            MessageVector received,
            MessageCursor cursor,
            BatchThreshold threshold,
            GroupReadings readings) {
        lane = "nflog:" + group;
        inbox = new Inbox(lane, socket, received, cursor, "thresholds");
        this.threshold = threshold;
        this.readings = readings;
        thresholdRequest = new ThresholdRequest(socket, group);
        window = new PacketWindow(received);
        gate = new PollGate(socket, inbox::logCounts);
    }

    @Override
    public String lane() {
        return lane;
    }

    @Override
    public boolean issuesVerdicts() {
        return false;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        gate.enter();
        try {
            if (gate.isClosed()) {
                return END;
            }
            int handed = takeBatch(handler, limit);
            if (handed == 0 && timeoutMs > 0) {
                handed = awaitBatch(handler, limit, timeoutMs);
            }
            return handed == 0 && gate.isClosed() ? END : handed;
        } finally {
            readings.publish();
            gate.leave();
        }
    }

    private int awaitBatch(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        int leftMs = timeoutMs;
        int handed = 0;
        while (handed == 0 && leftMs > 0 && !gate.isClosed()) {
            inbox.await(threshold.packets() == 1 ? leftMs : Math.min(leftMs, LULL_MS));
            handed = gate.isClosed() ? 0 : takeBatch(handler, limit);
            leftMs = (int) ((deadlineNs - System.nanoTime() + 999_999) / 1_000_000);
        }
        return handed;
    }

    private int takeBatch(PacketHandler handler, int limit) throws BackendException {
        int handed = 0;
        while (handed < limit
                && !gate.isClosed()
                && (inbox.next() || handed == 0 && inbox.receive(GroupOpener.BATCH_DATAGRAMS))) {
            handed += takeMessage(handler);
        }
        adaptThreshold(handed);
        return handed;
    }

    /** Deals with the message at the cursor; the number of packets handed over, 0 or 1. */
    private int takeMessage(PacketHandler handler) {
        MessageCursor cursor = inbox.cursor();
        if (!message.wrap(cursor)) {
            if (NetlinkHeader.type(cursor.data(), cursor.at()) != NetlinkHeader.NLMSG_DONE) {
                inbox.counts().add(cursor);
            }
            return 0;
        }
        readings.add(message);
        handler.onPacket(window.show(message.isIp(), message.payloadOffset(), message.payloadBytes()));
        return 1;
    }

    private void adaptThreshold(int arrived) {
        if (threshold.count(arrived, System.nanoTime()) && thresholdRequest.send(threshold.packets()) < 0) {
            inbox.counts().addRefusal();
        }
    }

    @Override
    public KernelStats kernelStats() {
        return readings.read();
    }

    @Override
    public void close() {
        gate.close();
    }
}
