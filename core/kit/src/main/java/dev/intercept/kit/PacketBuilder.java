package dev.intercept.kit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Forges IPv4/TCP packets, right ones and wrong ones.
 *
 * <p>A new builder makes a bare ACK from {@link TestNetwork#TARGET} port 8080 to client 1 port 10000. Lengths and checksums
 * are computed; the methods under "wrong on purpose" overrule what was computed and leave the rest right.
 */
public final class PacketBuilder {

    /** TCP flags, RFC 9293. */
    public static final int FIN = 0x01;

    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;

    private static final byte[] NONE = {};
    private static final int COMPUTED = -1;
    private static final int PROTOCOL_TCP = 6;

    private int sourceAddress = address(TestNetwork.TARGET);
    private int sourcePort = 8080;
    private int destinationAddress = address(TestNetwork.client(1));
    private int destinationPort = 10000;
    private int flags = ACK;
    private int sequence;
    private int acknowledgement;
    private int window = 501;
    private int identification;
    private byte[] ipOptions = NONE;
    private byte[] tcpOptions = NONE;
    private byte[] payload = NONE;

    private int version = 4;
    private int protocol = PROTOCOL_TCP;
    private int fragmentField = 0x4000;
    private int ihl = COMPUTED;
    private int dataOffset = COMPUTED;
    private int totalLength = COMPUTED;
    private int capturedBytes = COMPUTED;

    public PacketBuilder from(String address, int port) {
        sourceAddress = address(address);
        sourcePort = port;
        return this;
    }

    public PacketBuilder to(String address, int port) {
        destinationAddress = address(address);
        destinationPort = port;
        return this;
    }

    /** Any of {@link #FIN}, {@link #SYN}, {@link #RST}, {@link #PSH}, {@link #ACK}, or-ed. */
    public PacketBuilder flags(int tcpFlags) {
        flags = tcpFlags;
        return this;
    }

    public PacketBuilder sequence(int number) {
        sequence = number;
        return this;
    }

    public PacketBuilder acknowledgement(int number) {
        acknowledgement = number;
        return this;
    }

    public PacketBuilder window(int bytes) {
        window = bytes;
        return this;
    }

    /** IP identification; the kernel replaces 0 when a raw socket sends the packet. */
    public PacketBuilder identification(int number) {
        identification = number;
        return this;
    }

    /** Option bytes of the IP header: a multiple of 4, at most 40. */
    public PacketBuilder ipOptions(byte... options) {
        ipOptions = checkedOptions("IP", options);
        return this;
    }

    /** Option bytes of the TCP header: a multiple of 4, at most 40. */
    public PacketBuilder tcpOptions(byte... options) {
        tcpOptions = checkedOptions("TCP", options);
        return this;
    }

    public PacketBuilder payload(byte... bytes) {
        payload = bytes;
        return this;
    }

    // Wrong on purpose, or at least unusual.

    /** The version nibble. */
    public PacketBuilder version(int nibble) {
        version = nibble;
        return this;
    }

    /** The IP header's protocol field; the bytes behind stay TCP. */
    public PacketBuilder protocol(int number) {
        protocol = number;
        return this;
    }

    /** A fragment: its offset in units of 8 bytes, 0 for the first, and whether more follow. */
    public PacketBuilder fragment(int offsetEights, boolean more) {
        fragmentField = offsetEights | (more ? 0x2000 : 0);
        return this;
    }

    /** The IP header's length field in words of 4 bytes, whatever the length is. */
    public PacketBuilder ihl(int words) {
        ihl = words;
        return this;
    }

    /** The TCP header's length field in words of 4 bytes, whatever the length is. */
    public PacketBuilder dataOffset(int words) {
        dataOffset = words;
        return this;
    }

    /** The total length field, whatever the length is. */
    public PacketBuilder totalLength(int bytes) {
        totalLength = bytes;
        return this;
    }

    /** Cuts the packet after so many bytes, as a copy range does; the length fields stay. */
    public PacketBuilder truncateTo(int bytes) {
        capturedBytes = bytes;
        return this;
    }

    /** The packet in a heap buffer of its own, position 0, big-endian. */
    public ByteBuffer toBuffer() {
        return ByteBuffer.wrap(build());
    }

    public byte[] build() {
        int ipHeaderBytes = 20 + ipOptions.length;
        int tcpBytes = 20 + tcpOptions.length + payload.length;
        ByteBuffer out = ByteBuffer.allocate(ipHeaderBytes + tcpBytes);
        putIp(out, ipHeaderBytes);
        putTcp(out);
        out.putShort(10, (short) Checksums.internet(out, 0, ipHeaderBytes, 0));
        int pseudo = Checksums.pseudoHeader(sourceAddress, destinationAddress, PROTOCOL_TCP, tcpBytes);
        out.putShort(ipHeaderBytes + 16, (short) Checksums.internet(out, ipHeaderBytes, tcpBytes, pseudo));
        return capturedBytes == COMPUTED ? out.array() : Arrays.copyOf(out.array(), capturedBytes);
    }

    private void putIp(ByteBuffer out, int ipHeaderBytes) {
        out.put((byte) (version << 4 | computedOr(ihl, ipHeaderBytes / 4)));
        out.put((byte) 0);
        out.putShort((short) computedOr(totalLength, out.capacity()));
        out.putShort((short) identification);
        out.putShort((short) fragmentField);
        out.put((byte) 64).put((byte) protocol).putShort((short) 0);
        out.putInt(sourceAddress).putInt(destinationAddress);
        out.put(ipOptions);
    }

    private void putTcp(ByteBuffer out) {
        out.putShort((short) sourcePort).putShort((short) destinationPort);
        out.putInt(sequence).putInt(acknowledgement);
        out.put((byte) (computedOr(dataOffset, (20 + tcpOptions.length) / 4) << 4));
        out.put((byte) flags).putShort((short) window);
        out.putInt(0);
        out.put(tcpOptions).put(payload);
    }

    private static int computedOr(int overruled, int computed) {
        return overruled == COMPUTED ? computed : overruled;
    }

    private static byte[] checkedOptions(String header, byte[] options) {
        if (options.length % 4 != 0 || options.length > 40) {
            throw new IllegalArgumentException(
                    header + " options of " + options.length + " bytes: must be a multiple of 4, at most 40");
        }
        return options;
    }

    /** An IPv4 address in numbers, {@code "192.0.2.1"}, as the packet's 32 bits. */
    public static int address(String dotted) {
        try {
            return ByteBuffer.wrap(InetAddress.getByName(dotted).getAddress()).getInt();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(dotted + " is not an IPv4 address in numbers", e);
        }
    }
}
