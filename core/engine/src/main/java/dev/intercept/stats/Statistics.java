package dev.intercept.stats;

import dev.intercept.spi.CaptureBackend;
import dev.intercept.spi.KernelStats;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Everything that was counted, over all threads and lanes, and the line that reports it. Any thread.
 *
 * @param counters of each thread that counts
 * @param lanes whose kernel counts are added
 * @param sessions how many sessions there are
 * @param tunnels how many tunnels are open
 * @param waiting how many headers wait for the sockets of tunnels: those forwarded, unparked and further are those written, waiting
 *     and unsent
 */
public record Statistics(
        List<Counters> counters,
        List<CaptureBackend> lanes,
        IntSupplier sessions,
        IntSupplier tunnels,
        LongSupplier waiting) {

    /** Counters for every packet that was handed up, each packet in exactly one. */
    public static final Set<Counter> PACKET_COUNTERS = EnumSet.of(
            Counter.PASSED,
            Counter.FORWARDED,
            Counter.PARKED,
            Counter.NO_ROUTE,
            Counter.MALFORMED,
            Counter.UNKNOWN_LENGTH,
            Counter.FRAGMENT,
            Counter.NOT_TCP,
            Counter.HANDLER_ERROR,
            Counter.TUNNEL_OVERFLOW,
            Counter.TUNNEL_GONE);

    /** In every line; the others once they are not 0. */
    private static final Set<Counter> ALWAYS_TOLD =
            EnumSet.of(Counter.FORWARDED, Counter.PARKED, Counter.NO_ROUTE, Counter.PASSED);

    /** In the four figures with which the line begins. */
    private static final Set<Counter> TOLD_FIRST = EnumSet.of(Counter.ROUTES_ADDED, Counter.SOCKET_WRITES);

    public Statistics {
        counters = List.copyOf(counters);
        lanes = List.copyOf(lanes);
    }

    public long get(Counter counter) {
        long sum = 0;
        for (Counters each : counters) {
            sum += each.get(counter);
        }
        return sum;
    }

    /** Packets that got a verdict from intercept or were observed by it. */
    public long packets() {
        return PACKET_COUNTERS.stream().mapToLong(this::get).sum();
    }

    /** Packets that the kernel lost before intercept saw them. */
    public long kernelLost() {
        return lanes.stream().mapToLong(lane -> lane.kernelStats().lost()).sum();
    }

    /**
     * One line: first the four figures of the original intercept's line, under its names, then ours.
     *
     * <p>"total resp packs" are packets not passed, "all" all packets, "route" CLIENT_ADD records.
     */
    public String line() {
        StringBuilder line = new StringBuilder();
        line.append("total resp packs:").append(packets() - get(Counter.PASSED));
        line.append(", all:").append(packets());
        line.append(", route:").append(get(Counter.ROUTES_ADDED));
        line.append(", sock write cnt:").append(get(Counter.SOCKET_WRITES));
        line.append("; tunnels:").append(tunnels.getAsInt());
        line.append(" sessions:").append(sessions.getAsInt());
        for (Counter counter : Counter.values()) {
            long count = get(counter);
            if (ALWAYS_TOLD.contains(counter) || count != 0 && !TOLD_FIRST.contains(counter)) {
                line.append(' ').append(counter.label()).append(':').append(count);
            }
        }
        long waitingNow = waiting.getAsLong();
        if (waitingNow != 0) {
            line.append(" waiting:").append(waitingNow);
        }
        for (CaptureBackend lane : lanes) {
            appendLane(line, lane);
        }
        return line.toString();
    }

    private static void appendLane(StringBuilder line, CaptureBackend lane) {
        KernelStats stats = lane.kernelStats();
        line.append("; ").append(lane.lane()).append(" queued:").append(stats.queued());
        for (KernelStats.Loss loss : stats.losses()) {
            line.append(' ').append(loss.name()).append(':').append(loss.packets());
        }
    }
}
