package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.ProcTable;
import dev.intercept.spi.IoFailure;
import dev.intercept.spi.KernelStats;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's counters of one queue since it was opened, carried on past 2^32.
 *
 * <p>Thread rule: any thread.
 */
final class QueueReadings implements AutoCloseable {

    /** Names of the losses; never change. */
    static final String QUEUE_DROPPED = "queue_dropped";

    static final String USER_DROPPED = "user_dropped";

    private static final Logger LOG = System.getLogger(QueueReadings.class.getName());

    private final int queue;
    private final long portId;
    private final String queueRemedy;
    private final String userRemedy;
    private final Optional<ProcTable> proc;

    private final WrappingCounter dropped = new WrappingCounter();
    private final WrappingCounter userDropped = new WrappingCounter();
    private final WrappingCounter ids = new WrappingCounter();
    private long waiting;
    private boolean closed;

    /**
     * @param portId netlink port of the queue's owner; a queue of somebody else is not counted
     * @param queueRemedy what to do when {@link #QUEUE_DROPPED} grows
     * @param userRemedy what to do when {@link #USER_DROPPED} grows
     */
    QueueReadings(int queue, int portId, String queueRemedy, String userRemedy) {
        this.queue = queue;
        this.portId = Integer.toUnsignedLong(portId);
        this.queueRemedy = queueRemedy;
        this.userRemedy = userRemedy;
        proc = openProc();
    }

    private Optional<ProcTable> openProc() {
        try {
            return Optional.of(new ProcTable(QueueProtocol.PROC_TABLE));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "queue " + queue + ": " + uncounted(e));
            return Optional.empty();
        }
    }

    /** @param e why the kernel's table cannot be opened */
    static String uncounted(IOException e) {
        String table = "/proc/net/netfilter/" + QueueProtocol.PROC_TABLE;
        return e instanceof NoSuchFileException
                ? "packets that the kernel drops are not counted: there is no " + table
                        + "; mount /proc, or see whether 'lsmod' has nfnetlink_queue"
                : "packets that the kernel drops are not counted: " + table + ": " + IoFailure.reason(e)
                        + "; run as root, or with CAP_DAC_READ_SEARCH";
    }

    /** Reads the counters; after {@link #close} those read last. */
    synchronized KernelStats read() {
        if (!closed && proc.isPresent()) {
            update(proc.get());
        }
        return new KernelStats(
                waiting,
                ids.total() - userDropped.total(),
                List.of(
                        new KernelStats.Loss(
                                QUEUE_DROPPED, dropped.total(), "packets found the kernel's queue full", queueRemedy),
                        new KernelStats.Loss(
                                USER_DROPPED,
                                userDropped.total(),
                                "packets found the socket's buffer full",
                                userRemedy)));
    }

    private void update(ProcTable file) {
        try {
            QueueStatus.find(file.read(), queue)
                    .filter(status -> status.portId() == portId)
                    .ifPresent(this::update);
        } catch (IOException e) {
            // The next reading, in a few seconds, has it all: counters do not start again.
            LOG.log(Level.DEBUG, "queue " + queue + ": kernel counters", e);
        }
    }

    private void update(QueueStatus status) {
        waiting = status.waiting();
        dropped.advanceTo(status.dropped());
        userDropped.advanceTo(status.userDropped());
        ids.advanceTo(status.lastId());
    }

    /** Takes the last reading. */
    @Override
    public synchronized void close() {
        if (!closed) {
            read();
            closed = true;
            waiting = 0;
            closeProc();
        }
    }

    private void closeProc() {
        try {
            if (proc.isPresent()) {
                proc.get().close();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "queue " + queue + ": closing kernel counters", e);
        }
    }
}
