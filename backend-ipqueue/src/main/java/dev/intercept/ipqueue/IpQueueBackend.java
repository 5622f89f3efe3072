package dev.intercept.ipqueue;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import dev.intercept.netlink.SystemCalls;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.HeldSource;
import dev.intercept.spi.KernelStats;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The listener of ip_queue: packets in batches, verdicts in batches, both in order of arrival.
 *
 * <p>One system call fetches up to {@link #MAX_BATCH} packets, one sends their verdicts, and nothing is allocated between.
 */
final class IpQueueBackend implements CaptureBackend {

    /**
     * Packets per system call. Measured over NETLINK_USERSOCK on two cores: 3 µs CPU a packet in batches of 1, 2 µs of 16,
     * 1.5 µs of 64, and no less of 256.
     */
    static final int MAX_BATCH = 64;

    /** Doubled by the kernel, and a short packet charges 768 bytes and more of it: room for about 40000. */
    static final int RECEIVE_BUFFER_BYTES = 16 << 20;

    /** Longer than the kernel ever takes; without it a test kernel that hangs would hang the capture thread. */
    private static final int SEND_TIMEOUT_S = 1;

    private static final Logger LOG = System.getLogger(IpQueueBackend.class.getName());

    private final String heldAs;
    private final NetlinkSocket socket;
    private final Inbox inbox;
    private final VerdictBatch verdicts;
    private final MessageCounters counters;
    private final KernelReadings readings;
    private final PollGate gate;
    private volatile boolean freed;

    private IpQueueBackend(
            String heldAs,
            NetlinkSocket socket,
            Inbox inbox,
            VerdictBatch verdicts,
            MessageCounters counters,
            KernelReadings readings) {
        this.heldAs = heldAs;
        this.socket = socket;
        this.inbox = inbox;
        this.verdicts = verdicts;
        this.counters = counters;
        this.readings = readings;
        gate = new PollGate(socket::wake, this::free);
    }

    /** @throws BackendException when ip_queue refuses; nothing stays open then */
    static IpQueueBackend open(SystemCalls calls, KernelEndpoint kernel, int copyRangeBytes) throws BackendException {
        try {
            return configured(NetlinkSocket.withPositivePort(calls, kernel.protocol()), kernel, copyRangeBytes, null);
        } catch (SystemCallException e) {
            throw Refusal.setUpFailed(e);
        }
    }

    /** Goes on with a socket that ip_queue sends to already; where that fails it is to listen anew. */
    static IpQueueBackend resume(SystemCalls calls, KernelEndpoint kernel, int copyRangeBytes, HeldSource held)
            throws BackendException {
        try {
            return configured(NetlinkSocket.resumed(calls, held.take()), kernel, copyRangeBytes, held.state());
        } catch (SystemCallException | BackendException e) {
            LOG.log(Level.WARNING, "ipqueue listens anew, what waits in it is dropped: " + e.getMessage());
            return open(calls, kernel, copyRangeBytes);
        }
    }

    /** What a held listener with these settings is called. */
    static String heldAs(KernelEndpoint kernel, int copyRangeBytes) {
        return IpQueueProvider.NAME + " " + kernel + " " + copyRangeBytes;
    }

    /** @param resumed state of a listener that was held; null for a new one */
    private static IpQueueBackend configured(
            NetlinkSocket socket, KernelEndpoint kernel, int copyRangeBytes, @Nullable String resumed)
            throws BackendException, SystemCallException {
        try {
            if (resumed == null) {
                socket.connect(kernel.portId());
            }
            return listen(socket, kernel, copyRangeBytes, resumed);
        } catch (BackendException | SystemCallException e) {
            socket.close();
            throw e;
        }
    }

    private static IpQueueBackend listen(
            NetlinkSocket socket, KernelEndpoint kernel, int copyRangeBytes, @Nullable String resumed)
            throws BackendException, SystemCallException {
        ProcFiles proc = new ProcFiles(kernel.proc());
        socket.limitSendTime(SEND_TIMEOUT_S);
        socket.refuseOverrunErrors();
        long wantedBytes = Math.min(2 * KernelReadings.receiveBufferBytes(proc), Integer.MAX_VALUE);
        int bufferBytes = socket.enlargeReceiveBuffer((int) wantedBytes);
        MessageCounters counters = new MessageCounters();
        Inbox inbox = new Inbox(socket, MAX_BATCH, copyRangeBytes, counters);
        VerdictBatch verdicts = new VerdictBatch(socket, MAX_BATCH);
        KernelReadings readings = new KernelReadings(proc, resumed == null ? "" : resumed);
        if (resumed == null) {
            new Handshake(socket, inbox, verdicts, proc).listen(copyRangeBytes);
        }
        LOG.log(
                Level.DEBUG,
                "ipqueue listens as netlink port id {0}, copies {1} bytes of each packet, receive buffer {2} bytes",
                Integer.toString(socket.portId()),
                Integer.toString(copyRangeBytes),
                Integer.toString(bufferBytes));
        return new IpQueueBackend(heldAs(kernel, copyRangeBytes), socket, inbox, verdicts, counters, readings);
    }

    @Override
    public String lane() {
        return IpQueueProvider.NAME;
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!gate.enter()) {
            return END;
        }
        try {
            int messages = inbox.fetch(limit);
            if (messages == 0 && timeoutMs != 0) {
                inbox.await(timeoutMs);
                messages = gate.isClosed() ? 0 : inbox.fetch(limit);
            }
            int packets = judge(handler, messages);
            return packets == 0 && gate.isClosed() ? END : packets;
        } finally {
            gate.leave();
        }
    }

    /** When the handler throws, its packet and those behind it keep the DROP that each verdict starts as. */
    private int judge(PacketHandler handler, int messages) throws BackendException {
        int packets = 0;
        int slot = 0;
        try {
            for (; slot < messages; slot++) {
                if (take(slot)) {
                    packets++;
                    verdicts.replaceLast(handler.onPacket(inbox.packet(slot)));
                }
            }
        } finally {
            for (slot++; slot < messages; slot++) {
                packets += take(slot) ? 1 : 0;
            }
            counters.packets(packets);
            verdicts.flush();
        }
        return packets;
    }

    /** Gives a packet its DROP and counts an answer. @return whether the handler should see it */
    private boolean take(int slot) {
        switch (inbox.kind(slot)) {
            case PACKET:
                verdicts.addDrop(inbox.packetId(slot));
                return true;
            case ANSWER:
                counters.answer(inbox.errno(slot));
                return false;
            default:
                return false;
        }
    }

    @Override
    public boolean issuesVerdicts() {
        return true;
    }

    @Override
    public Optional<HeldSource> held() {
        return Optional.of(new HeldSource(heldAs, List.of(socket.fd()), readings.state(counters.packets())));
    }

    @Override
    public KernelStats kernelStats() {
        if (!freed) {
            readings.refresh();
        }
        return readings.stats(counters.packets());
    }

    MessageCounters counters() {
        return counters;
    }

    @Override
    public void close() {
        gate.close();
    }

    /** The kernel drops what is still queued when the socket goes. */
    private void free() {
        freed = true;
        socket.close();
        LOG.log(
                Level.DEBUG,
                "ipqueue closed: {0} overruns={1} retries={2}",
                counters,
                Long.toString(socket.overruns()),
                Long.toString(socket.retries()));
    }
}
