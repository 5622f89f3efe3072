package dev.intercept.nfnetlink;

import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkError;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Messages of the kernel that were no packet to hand over, by kind. Written by the polling thread alone. */
public final class MessageCounts {

    private final String requests;
    private long overruns;
    private long refused;
    private long unknown;

    /** @param requests what the backend says to the kernel while it polls, {@code "verdicts"} */
    public MessageCounts(String requests) {
        this.requests = requests;
    }

    /** Counts a receive buffer overrun that was told as an error. */
    public void addOverrun() {
        overruns++;
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
    public void log(Logger log, Level level, String lane, long malformed) {
        if (overruns + refused + unknown + malformed > 0) {
            log.log(
                    level,
                    lane + ": besides packets, the kernel sent " + refused + " errors about " + requests + ", "
                            + unknown + " unknown and " + malformed + " malformed messages, " + overruns + " overruns");
        }
    }
}
