package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/**
 * What a client 0.8.0 reads in the first 60 bytes of a message and a client 0.9.0 in all 80 of it, the last 20 of which are zeros.
 *
 * <p>Where the target sends time stamps both get the options as they are, as 0.9.0 does: 0.8.0 finds the window scale among them,
 * and does not look at others. In a SYN without time stamps both get the window scale alone, as 0.8.0 does. Options beyond 20
 * bytes are cut between options.
 */
final class AlikeForBoth implements HeaderRewriting {

    private static final int OPTION_AREA_BYTES = 40;
    private static final int COMMON_OPTION_BYTES = 20;

    private final HeaderRewriting windowScale = new WindowScaleOnly();
    private final HeaderRewriting options = new KeepOptions(COMMON_OPTION_BYTES);

    @Override
    public int put(ResponsePacket response, ByteBuffer out, int at) {
        boolean isAsIn08 = response.isSyn() && !hasTimeStamps(response);
        return (isAsIn08 ? windowScale : options).put(response, out, at);
    }

    private static boolean hasTimeStamps(ResponsePacket response) {
        int tcpAt = response.offset() + response.ipHeaderBytes();
        int end = tcpAt + response.tcpHeaderBytes();
        return TcpOptions.find(TcpOptions.TIME_STAMPS, response.buffer(), tcpAt + Headers.TCP_BYTES, end)
                != TcpOptions.NONE;
    }

    @Override
    public int optionBytes() {
        return OPTION_AREA_BYTES;
    }
}
