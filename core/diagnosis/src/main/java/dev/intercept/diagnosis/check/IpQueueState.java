package dev.intercept.diagnosis.check;

import dev.intercept.spi.Host;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /proc/net/ip_queue} says; it exists where the kernel has ip_queue, in the first network namespace only. */
record IpQueueState(long peerPid) {

    private static final Pattern PEER = Pattern.compile("(?m)^Peer PID[^:]*: *(\\d+)");

    static Optional<IpQueueState> read(Host host) {
        return host.readNet("ip_queue").map(text -> {
            Matcher peer = PEER.matcher(text);
            return new IpQueueState(peer.find() ? Long.parseLong(peer.group(1)) : 0);
        });
    }

    boolean hasListener() {
        return peerPid != 0;
    }
}
