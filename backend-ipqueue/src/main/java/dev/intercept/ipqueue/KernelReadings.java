package dev.intercept.ipqueue;

import dev.intercept.spi.KernelStats;
import java.util.List;
import java.util.Optional;

/** Turns /proc/net/ip_queue into {@link KernelStats}: losses since this backend opened, each with the knob to turn. */
final class KernelReadings {

    static final String QUEUE_MAXLEN = "net.ipv4.ip_queue_maxlen";
    private static final String RMEM_MAX = "net.core.rmem_max";
    private static final String WMEM_MAX = "net.core.wmem_max";

    private static final String QUEUE_FULL = "packets found the kernel's queue full";
    private static final String SOCKET_FULL = "packets found the socket's buffer full";

    private final ProcFiles proc;
    private final long queueDroppedBefore;
    private final long netlinkDroppedBefore;
    private final long receivedBefore;
    private QueueStatus last;

    /** Packets that found the queue full between two readings: the worst burst. */
    private long largestLoss;

    /** @param state what {@link #state} returned of those that these follow; empty for a listener that is new */
    KernelReadings(ProcFiles proc, String state) {
        this.proc = proc;
        last = proc.queueStatus().orElse(QueueStatus.NONE);
        String[] numbers = state.isEmpty() ? new String[0] : state.split(" ");
        queueDroppedBefore = numbers.length == 0 ? last.queueDropped() : Long.parseLong(numbers[0]);
        netlinkDroppedBefore = numbers.length == 0 ? last.netlinkDropped() : Long.parseLong(numbers[1]);
        receivedBefore = numbers.length == 0 ? 0 : Long.parseLong(numbers[2]);
    }

    /** For readings that go on from here. */
    String state(long received) {
        return queueDroppedBefore + " " + netlinkDroppedBefore + " " + (receivedBefore + received);
    }

    /** Reads again; where the file has gone, the last reading holds. */
    synchronized void refresh() {
        QueueStatus now = proc.queueStatus().orElse(last);
        largestLoss = Math.max(largestLoss, now.queueDropped() - last.queueDropped());
        last = now;
    }

    synchronized KernelStats stats(long received) {
        return new KernelStats(
                last.queueLength(),
                receivedBefore + received,
                List.of(
                        loss("queue_dropped", queueDroppedBefore, last.queueDropped(), QUEUE_FULL, queueRemedy()),
                        loss(
                                "netlink_dropped",
                                netlinkDroppedBefore,
                                last.netlinkDropped(),
                                SOCKET_FULL,
                                bufferRemedy())));
    }

    /** Counters begin at 0 again when the module is loaded again. */
    private static KernelStats.Loss loss(String name, long before, long now, String cause, String remedy) {
        return new KernelStats.Loss(name, now >= before ? now - before : now, cause, remedy);
    }

    private String queueRemedy() {
        long maxLength = last.queueMaxLength();
        return "sysctl -w " + QUEUE_MAXLEN + "=" + QueueLength.forBurst(maxLength, largestLoss) + "  # now "
                + maxLength;
    }

    private String bufferRemedy() {
        Optional<Long> rmemMax = proc.sysctl(RMEM_MAX);
        Optional<Long> wmemMax = proc.sysctl(WMEM_MAX);
        long wanted = 2 * receiveBufferBytes(proc);
        return "sysctl -w " + RMEM_MAX + "=" + wanted + " " + WMEM_MAX + "=" + wanted + "  # now " + text(rmemMax)
                + " and " + text(wmemMax) + "; then restart intercept";
    }

    private static String text(Optional<Long> value) {
        return value.map(Object::toString).orElse("unknown");
    }

    /** 16 MiB hold ip_queue's longest sensible queue, at 768 bytes and more for a short packet; more where it is allowed. */
    static long receiveBufferBytes(ProcFiles proc) {
        return Math.max(
                IpQueueBackend.RECEIVE_BUFFER_BYTES, proc.sysctl(RMEM_MAX).orElse(0L));
    }
}
