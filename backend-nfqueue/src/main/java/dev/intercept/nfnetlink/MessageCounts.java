package dev.intercept.nfnetlink;

import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkError;
import dev.intercept.netlink.NetlinkSocket;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Messages of the kernel that were no packet to hand over, by kind. Written by the polling thread alone. */
public final class MessageCounts {

    private final String requests;
    private long refused;
    private long unknown;

    /** @param requests what the backend says to the kernel while it polls, {@code "verdicts"} */
    public MessageCounts(String requests) {
        this.requests = requests;
    }

    /** Counts a request that could not be sent. */
    public void addRefusal() {
        refused++;
    }

    /** Counts a message that is no packet to hand over. */
    public void add(MessageCursor message) {
        if (!NetlinkError.isError(message.data(), message.at(), message.bytes())) {
            unknown++;
        } else if (NetlinkError.errno(message.data(), message.at()) != 0) {
            // ENOENT for a verdict: the packet was gone, its device went down for example.
            refused++;
        }
    }

    /** One line, when there is something to say. */
    public void log(Logger log, Level level, String lane, long malformed, NetlinkSocket socket) {
        long overruns = socket.overruns();
        if (socket.retries() + refused + unknown + malformed > 0) {
            log.log(
                    level,
                    lane + ": besides packets, the kernel sent " + refused + " errors about " + requests + ", "
                            + unknown + " unknown and " + malformed + " malformed messages, " + overruns + " overruns; "
                            + socket.retries() + " system calls were made again");
        }
    }
}
