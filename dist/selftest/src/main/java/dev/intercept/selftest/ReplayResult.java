package dev.intercept.selftest;

import java.util.List;

/**
 * What the small tcpcopy saw.
 *
 * @param connections opened
 * @param answered requests whose whole answer came back as headers
 * @param headers received through the tunnels
 * @param delayedRoutes connections whose route was claimed after their SYN, on purpose
 * @param retransmissions packets that had to be sent again
 * @param troubles a sentence for each connection that did not end well
 * @param durationNs from the first SYN to the last connection's end
 */
record ReplayResult(
        int connections,
        int answered,
        long headers,
        int delayedRoutes,
        long retransmissions,
        List<String> troubles,
        long durationNs) {}
