package dev.intercept.nfqueue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What to do when the kernel drops packets, with the present value of the knob. */
final class Remedies {

    private static final Path RMEM_MAX = Path.of("/proc/sys/net/core/rmem_max");

    private Remedies() {}

    static String queueDropped(QueueSettings settings) {
        return "raise --queue-maxlen, now " + settings.maxPackets()
                + ", or spread over more queues with --queue A:B and --queue-balance in the rule, now --queue "
                + settings.firstQueue()
                + (settings.lastQueue() == settings.firstQueue() ? "" : ":" + settings.lastQueue());
    }

    /** @param receiveBufferBytes what the socket has */
    static String userDropped(long receiveBufferBytes) {
        return "raise net.core.rmem_max, now " + rmemMax() + ", and restart: the socket's receive buffer has "
                + receiveBufferBytes + " bytes";
    }

    private static String rmemMax() {
        try {
            return Files.readString(RMEM_MAX).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
