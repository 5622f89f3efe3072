package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.PacketHandler;
import dev.intercept.spi.PollGate;

/** What both netfilter backends do alike: a poll hands over what is left of the last batch, or waits for the next one. */
public abstract class Lane implements CaptureBackend {

    private final String name;
    private final NetlinkSocket socket;
    private final Inbox inbox;
    private final PollGate gate;

    /** @param inbox may hold packets already, for the first poll */
    @SuppressWarnings("this-escape") // The gate calls back at the end of a poll only; newer compilers warn.
    protected Lane(String name, NetlinkSocket socket, Inbox inbox) {
        this.name = name;
        this.socket = socket;
        this.inbox = inbox;
        gate = new PollGate(socket::wake, this::freeAll);
    }

    @Override
    public final String lane() {
        return name;
    }

    protected final Inbox inbox() {
        return inbox;
    }

    protected final boolean isClosed() {
        return gate.isClosed();
    }

    @Override
    public int poll(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        if (!gate.enter()) {
            return END;
        }
        try {
            int handed = takeBatch(handler, limit);
            if (handed == 0 && timeoutMs > 0) {
                handed = awaitBatch(handler, limit, timeoutMs);
            }
            return handed == 0 && gate.isClosed() ? END : handed;
        } finally {
            gate.leave();
        }
    }

    private int awaitBatch(PacketHandler handler, int limit, int timeoutMs) throws BackendException {
        long deadlineNs = socket.calls().nanoTime() + timeoutMs * 1_000_000L;
        int leftMs = timeoutMs;
        int handed = 0;
        while (handed == 0 && leftMs > 0 && !gate.isClosed()) {
            inbox.await(Math.min(leftMs, longestWaitMs()));
            handed = gate.isClosed() ? 0 : takeBatch(handler, limit);
            leftMs = (int) ((deadlineNs - socket.calls().nanoTime() + 999_999) / 1_000_000);
        }
        return handed;
    }

    /** Hands over what waits, without waiting; how many packets. */
    protected abstract int takeBatch(PacketHandler handler, int limit) throws BackendException;

    /** After how many milliseconds of a wait {@link #takeBatch} is called though nothing came. */
    protected int longestWaitMs() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
        gate.close();
    }

    private void freeAll() {
        free();
        inbox.logCounts();
        socket.close();
    }

    /** Called once, before the socket is closed. */
    protected void free() {}
}
