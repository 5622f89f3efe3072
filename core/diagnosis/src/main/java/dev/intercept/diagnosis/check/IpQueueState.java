package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;
import java.util.Optional;

/** What {@code /proc/net/ip_queue} says; it exists where the kernel has ip_queue, in the first network namespace only. */
record IpQueueState(long peerPid, long maxLength) {

    static Optional<IpQueueState> read(Host host) {
        return host.readNet("ip_queue")
                .map(text -> new IpQueueState(value(text, "Peer PID"), value(text, "Queue max. length")));
    }

    private static long value(String text, String name) {
        for (String line : text.split("\n")) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }

    boolean hasListener() {
        return peerPid != 0;
    }
}
