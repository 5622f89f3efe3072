package dev.intercept.ipqueue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One reading of /proc/net/ip_queue.
 *
 * <pre>
 * Peer PID          : 54
 * Copy mode         : 2
 * Copy range        : 128
 * Queue length      : 0
 * Queue max. length : 1024
 * Queue dropped     : 0
 * Netlink dropped   : 0
 * </pre>
 *
 * @param peerPortId the netlink port id of the listener, as a rule its process id; 0 for none
 * @param queueLength packets that wait for a verdict
 * @param queueMaxLength net.ipv4.ip_queue_maxlen
 * @param queueDropped packets that found the queue full, since the module was loaded
 * @param netlinkDropped packets that found the listener's receive buffer full, since the module was loaded
 */
record QueueStatus(long peerPortId, long queueLength, long queueMaxLength, long queueDropped, long netlinkDropped) {

    static final QueueStatus NONE = new QueueStatus(0, 0, 0, 0, 0);

    /** Lines that are missing or not understood count as 0. */
    static QueueStatus parse(List<String> lines) {
        Map<String, Long> values = new HashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon >= 0) {
                ProcFiles.number(line.substring(colon + 1).trim())
                        .ifPresent(value -> values.put(line.substring(0, colon).trim(), value));
            }
        }
        return new QueueStatus(
                values.getOrDefault("Peer PID", 0L),
                values.getOrDefault("Queue length", 0L),
                values.getOrDefault("Queue max. length", 0L),
                values.getOrDefault("Queue dropped", 0L),
                values.getOrDefault("Netlink dropped", 0L));
    }
}
