package dev.intercept.nfqueue;

import java.util.Optional;

/**
 * One line of {@code /proc/net/netfilter/nfnetlink_queue}: a queue as its kernel sees it. All counters run around 2^32.
 *
 * <pre>
 *   queue  port id  waiting  copy mode  copy range  queue dropped  user dropped  last id  1
 *       0   123456        0  2            128            0              0             42  1
 * </pre>
 *
 * @param queue its number
 * @param portId netlink port of its owner, as an unsigned number
 * @param waiting packets without a verdict
 * @param dropped packets that came when the queue was full
 * @param userDropped packets that the owner's receive buffer had no room for
 * @param lastId id of the last packet that had room in the queue
 */
record QueueStatus(int queue, long portId, long waiting, long dropped, long userDropped, long lastId) {

    private static final int FIELDS = 8;

    /** The line of a queue in the text of the whole file; empty when it is not there or does not look like one. */
    static Optional<QueueStatus> find(String text, int queue) {
        return text.lines()
                .map(QueueStatus::parse)
                .flatMap(Optional::stream)
                .filter(status -> status.queue == queue)
                .findFirst();
    }

    private static Optional<QueueStatus> parse(String line) {
        String[] fields = line.strip().split(" +");
        if (fields.length < FIELDS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new QueueStatus(
                    Integer.parseInt(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[5]),
                    Long.parseLong(fields[6]),
                    Long.parseLong(fields[7])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
