package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The queues of nfnetlink_queue, from {@code /proc/net/netfilter/nfnetlink_queue}: one line for each, whose columns are
 * queue number, port id of the listener's netlink socket, packets waiting, copy mode, copy range, dropped because the
 * queue was full, dropped because the socket was full, packets so far, and 1. See seq_show in net/netfilter/nfnetlink_queue.c.
 */
public record QueueTable(List<Queue> queues) {

    /**
     * One queue.
     *
     * @param portId of the listener's socket as the kernel prints it here: unsigned
     */
    public record Queue(int number, long portId, long waiting, long dropped, long userDropped, long packets) {}

    private static final int COLUMNS = 8;

    public static QueueTable read(Host host) {
        List<Queue> queues = new ArrayList<>();
        for (String line : host.readNet("netfilter/nfnetlink_queue").orElse("").split("\n")) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length >= COLUMNS) {
                queues.add(new Queue(
                        Integer.parseInt(columns[0]),
                        Integer.toUnsignedLong((int) Long.parseLong(columns[1])),
                        Long.parseLong(columns[2]),
                        Long.parseLong(columns[5]),
                        Long.parseLong(columns[6]),
                        Long.parseLong(columns[7])));
            }
        }
        return new QueueTable(List.copyOf(queues));
    }

    public Optional<Queue> of(int number) {
        return queues.stream().filter(queue -> queue.number() == number).findFirst();
    }
}
