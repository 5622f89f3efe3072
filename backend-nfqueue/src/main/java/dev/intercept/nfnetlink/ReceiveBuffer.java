package dev.intercept.nfnetlink;

import dev.intercept.netlink.NetlinkSocket;
import dev.intercept.netlink.SystemCallException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The room that a socket has for messages nobody has received yet.
 *
 * @param wantedBytes what was asked for
 * @param bytes what the kernel gave
 */
public record ReceiveBuffer(int wantedBytes, int bytes) {

    private static final Path RMEM_MAX = Path.of("/proc/sys/net/core/rmem_max");
    private static final Logger LOG = System.getLogger(ReceiveBuffer.class.getName());

    /**
     * Enlarges that of a socket, and logs when the kernel gave less.
     *
     * @param subject whose buffer it is, {@code "queue 3"}
     * @param consequence what may happen with a smaller one
     */
    public static ReceiveBuffer enlarge(NetlinkSocket socket, int wantedBytes, String subject, String consequence)
            throws SystemCallException {
        ReceiveBuffer buffer = new ReceiveBuffer(wantedBytes, socket.enlargeReceiveBuffer(wantedBytes));
        if (buffer.isLimited()) {
            LOG.log(
                    Level.INFO,
                    subject + ": receive buffer of " + buffer.bytes + " bytes instead of " + wantedBytes + ", "
                            + consequence + ": " + buffer.remedy());
        }
        return buffer;
    }

    /** Whether the kernel gave less than asked for. */
    public boolean isLimited() {
        return bytes < wantedBytes;
    }

    /** What to do when it is too small. */
    public String remedy() {
        return "sysctl -w net.core.rmem_max=" + wantedBytes + "  # now " + rmemMax()
                + "; then restart intercept, whose socket has room for " + bytes + " bytes";
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
