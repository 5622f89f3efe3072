package dev.intercept.ipqueue;

import java.nio.ByteBuffer;

/**
 * {@code struct nlmsgerr} behind its header: the kernel's answer to one message. Native byte order.
 *
 * <pre>
 *   0                 16      20                          36
 *   +-----------------+-------+---------------------------+------------------------+
 *   | header, type 2  | error | header of what it answers | its body, for an error |
 *   +-----------------+-------+---------------------------+------------------------+
 * </pre>
 *
 * {@code error} is 0 for an acknowledgement, otherwise a negative error number.
 */
final class NetlinkError {

    /** An acknowledgement; an error is longer by the body of the message it answers. */
    static final int MIN_BYTES = 36;

    static final int ERROR_OFFSET = 16;
    static final int ORIGINAL_OFFSET = 20;

    private NetlinkError() {}

    /** The error number, positive; 0 for an acknowledgement. */
    static int errno(ByteBuffer memory, int offset) {
        return -memory.getInt(offset + ERROR_OFFSET);
    }

    /** The sequence number of the message that is answered. */
    static int answeredSequence(ByteBuffer memory, int offset) {
        return NetlinkHeader.sequence(memory, offset + ORIGINAL_OFFSET);
    }
}
