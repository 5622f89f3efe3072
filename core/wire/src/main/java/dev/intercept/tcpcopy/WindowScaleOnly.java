package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/**
 * Both headers, and of a SYN's options the window scale alone, as 0.8 does it: {@code 03 04 SHIFT 00}. RFC 7323 has length 3
 * there; 0.8's clients were written against the 4, and with either the list ends after it.
 */
final class WindowScaleOnly implements HeaderRewriting {

    private static final int OPTION_AREA_BYTES = 20;
    private static final int OPTION_BYTES = 4;
    private static final int SHIFT_OFFSET = 2;

    @Override
    public int put(ResponsePacket response, ByteBuffer out, int at) {
        Headers.put(response, out, at);
        int tcpBytes = Headers.TCP_BYTES + (response.isSyn() ? putWindowScale(response, out, at + Headers.BYTES) : 0);
        Headers.setTcpHeaderBytes(response, out, at, tcpBytes);
        return Headers.IP_BYTES + tcpBytes;
    }

    private static int putWindowScale(ResponsePacket response, ByteBuffer out, int at) {
        ByteBuffer in = response.buffer();
        int tcpAt = response.offset() + response.ipHeaderBytes();
        int end = tcpAt + response.tcpHeaderBytes();
        int option = TcpOptions.find(TcpOptions.WINDOW_SCALE, in, tcpAt + Headers.TCP_BYTES, end);
        if (option == TcpOptions.NONE || TcpOptions.lengthAt(in, option, end) <= SHIFT_OFFSET) {
            return 0;
        }
        int shift = in.get(option + SHIFT_OFFSET) & 0xff;
        out.putInt(at, TcpOptions.WINDOW_SCALE << 24 | OPTION_BYTES << 16 | shift << 8);
        return OPTION_BYTES;
    }

    @Override
    public int optionBytes() {
        return OPTION_AREA_BYTES;
    }
}
