package dev.intercept.nfqueue;

import dev.intercept.nfnetlink.MessageCursor;
import dev.intercept.nfnetlink.NetlinkHeader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Messages of the kernel that were no packet to hand over, by kind. Written by the polling thread alone. */
final class MessageCounts {

    /** Receive buffer overruns that were told as an error. */
    long overruns;

    private long refusedVerdicts;
    private long unknown;

    /** Counts a message that is no packet with an id. */
    void add(MessageCursor cursor) {
        if (!NetlinkHeader.isError(cursor.data(), cursor.at(), cursor.bytes())) {
            unknown++;
        } else if (NetlinkHeader.errno(cursor.data(), cursor.at()) != 0) {
            // ENOENT: the packet was gone, its device went down for example.
            refusedVerdicts++;
        }
    }

    long refusedVerdicts() {
        return refusedVerdicts;
    }

    long unknown() {
        return unknown;
    }

    /** One line, when there is something to say. */
    void log(Logger log, Level level, String lane, long malformed) {
        if (overruns + refusedVerdicts + unknown + malformed > 0) {
            log.log(
                    level,
                    lane + ": besides packets, the kernel sent " + refusedVerdicts + " errors about verdicts, "
                            + unknown + " unknown and " + malformed + " malformed messages, " + overruns + " overruns");
        }
    }
}
