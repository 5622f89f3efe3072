package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/**
 * Both headers and no options, as 0.1 to 0.7 do it. Data offset and total length still count the TCP options that are not
 * sent: those clients take the payload's length from the difference, which is right.
 */
final class NoOptions implements HeaderRewriting {

    @Override
    public int put(ResponsePacket response, ByteBuffer out, int at) {
        Headers.put(response, out, at);
        return Headers.BYTES;
    }

    @Override
    public int optionBytes() {
        return 0;
    }
}
