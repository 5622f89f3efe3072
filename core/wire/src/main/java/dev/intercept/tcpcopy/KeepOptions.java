package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;

/**
 * Both headers and all TCP options that the area takes. Options longer than the area are cut between options, never inside
 * one, and data offset and total length are those of what is sent, so that the client can parse it.
 */
final class KeepOptions implements HeaderRewriting {

    private final int optionBytes;

    /** @param optionBytes room for options, a multiple of 4 up to 40 */
    KeepOptions(int optionBytes) {
        this.optionBytes = optionBytes;
    }

    @Override
    public int put(ResponsePacket response, ByteBuffer out, int at) {
        int tcpBytes = response.tcpHeaderBytes();
        if (tcpBytes - Headers.TCP_BYTES > optionBytes) {
            return putCut(response, out, at);
        }
        if (response.ipHeaderBytes() == Headers.IP_BYTES) {
            out.put(at, response.buffer(), response.offset(), Headers.IP_BYTES + tcpBytes);
        } else {
            Headers.put(response, out, at);
            int tcpAt = response.offset() + response.ipHeaderBytes();
            out.put(at + Headers.IP_BYTES, response.buffer(), tcpAt, tcpBytes);
        }
        return Headers.IP_BYTES + tcpBytes;
    }

    private int putCut(ResponsePacket response, ByteBuffer out, int at) {
        Headers.put(response, out, at);
        Headers.putZeros(out, at + Headers.BYTES, optionBytes);
        int tcpAt = response.offset() + response.ipHeaderBytes();
        int optionsAt = tcpAt + Headers.TCP_BYTES;
        int end = tcpAt + response.tcpHeaderBytes();
        int kept = TcpOptions.putFitting(response.buffer(), optionsAt, end, out, at + Headers.BYTES, optionBytes);
        int padded = kept + 3 & ~3;
        Headers.setTcpHeaderBytes(response, out, at, Headers.TCP_BYTES + padded);
        return Headers.BYTES + padded;
    }

    @Override
    public int optionBytes() {
        return optionBytes;
    }
}
