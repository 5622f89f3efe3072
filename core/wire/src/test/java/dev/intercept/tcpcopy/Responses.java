package dev.intercept.tcpcopy;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Makes responses for tests: from 10.77.0.3:8080 to 10.78.0.1:59158, each field with bytes of its own. */
final class Responses {

    static final int SYN_ACK = 0x12;
    static final int ACK = 0x10;

    static final int CLIENT_ADDRESS = 0x0a4e0001;
    static final int CLIENT_PORT = 59158;
    static final int TARGET_ADDRESS = 0x0a4d0003;
    static final int TARGET_PORT = 8080;

    /** What Linux answers a SYN with: MSS, SACK permitted, time stamps, padding, window scale 7. */
    static final String SYN_OPTIONS = "020405b40402080a1111111122222222" + "01030307";

    private Responses() {}

    static ResponsePacket response(int flags, String tcpOptions, int payloadBytes) {
        return response("", flags, tcpOptions, payloadBytes, payloadBytes);
    }

    /** Options in hexadecimal, whole words; the packet claims {@code payloadBytes} of which {@code captured} are there. */
    static ResponsePacket response(String ipOptions, int flags, String tcpOptions, int payloadBytes, int captured) {
        byte[] ip = HexFormat.of().parseHex(ipOptions);
        byte[] tcp = HexFormat.of().parseHex(tcpOptions);
        int headerBytes = 40 + ip.length + tcp.length;
        ByteBuffer packet = ByteBuffer.allocate(headerBytes + captured);
        packet.put((byte) (0x45 + ip.length / 4)).put((byte) 0).putShort((short) (headerBytes + payloadBytes));
        packet.putShort((short) 0x0102)
                .putShort((short) 0x4000)
                .put((byte) 64)
                .put((byte) 6)
                .putShort((short) 0x0304);
        packet.putInt(TARGET_ADDRESS).putInt(CLIENT_ADDRESS).put(ip);
        packet.putShort((short) TARGET_PORT)
                .putShort((short) CLIENT_PORT)
                .putInt(0x05060708)
                .putInt(0x090a0b0c);
        packet.put((byte) (0x50 + tcp.length / 4 * 16)).put((byte) flags);
        packet.putShort((short) 0x0d0e)
                .putShort((short) 0x0f10)
                .putShort((short) 0)
                .put(tcp);
        for (int i = 0; i < captured; i++) {
            packet.put((byte) (i + 1));
        }
        ResponsePacket response = new ResponsePacket();
        if (response.wrap(packet.flip()) != ResponsePacket.Kind.TCP) {
            throw new IllegalArgumentException("not a whole IPv4/TCP packet");
        }
        return response;
    }

    /** The two headers that {@link #response} makes, without options, in hexadecimal. */
    static String headers(int totalLength, int tcpHeaderBytes, int flags) {
        return String.format(
                "4500%04x01024000400603040a4d00030a4e0001" + "1f90e71605060708090a0b0c%02x%02x0d0e0f100000",
                totalLength, tcpHeaderBytes / 4 * 16, flags);
    }

    /** A message as this format writes it over old bytes, in hexadecimal. */
    static String written(TunnelFormat format, ResponsePacket response) {
        byte[] message = new byte[format.messageBytes()];
        Arrays.fill(message, (byte) 0xee);
        ByteBuffer out = ByteBuffer.wrap(message);
        format.write(response, out);
        if (out.hasRemaining()) {
            throw new AssertionError(out.remaining() + " bytes of the message were left out");
        }
        return HexFormat.of().formatHex(message);
    }
}
