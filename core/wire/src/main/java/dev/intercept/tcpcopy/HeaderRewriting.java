package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/** How a generation's messages carry a response's headers. Without state: one object serves all tunnels. */
interface HeaderRewriting {

    /**
     * Puts the headers at index {@code at} of a big-endian buffer and leaves its position alone. IP options are never
     * carried: ihl is 5, and the total length is that much shorter.
     *
     * @return the bytes put, which is where payload begins
     */
    int put(ResponsePacket response, ByteBuffer out, int at);

    /** Room that a message has for TCP options, 0 to 40 bytes. */
    int optionBytes();
}
