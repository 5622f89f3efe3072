package dev.intercept.nfqueue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
        // In one read: a second one at another offset, as for the size of a file, finds these files at their end.
        byte[] digits = new byte[32];
        try (InputStream in = Files.newInputStream(RMEM_MAX)) {
            return new String(digits, 0, Math.max(0, in.read(digits)), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
