package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.netlink.Errno;
import dev.intercept.netlink.NetlinkError;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.netlink.WordSize;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The structures against golden bytes of a little-endian kernel, for both widths of a long. */
class LayoutTest {

    /** A SYN/ACK of 44 bytes, as ip_queue of an x86-64 kernel hands it up: data length 44, message length 156. */
    private static final String PACKET_64 = "9c000000 1300 0000 00000000 00000000" // header
            + "00563412 0088ffff" // packet id 0xffff880012345600
            + "0700000000000000" // mark
            + "c05f8e5500000000 40e2010000000000" // seconds, microseconds
            + "03000000" // hook
            + "00000000000000000000000000000000" // indev
            + "65746830000000000000000000000000" // outdev eth0
            + "0800 0100 06 0102030405060000" // hw protocol (big-endian), type, address length, address
            + "00000000000000" // padding
            + "2c00000000000000" // data length
            + "4500002c";

    private static final String PACKET_32 = "84000000 1300 0000 00000000 00000000"
            + "00563482" // packet id 0x82345600
            + "07000000"
            + "c05f8e55 40e20100"
            + "03000000"
            + "00000000000000000000000000000000"
            + "65746830000000000000000000000000"
            + "0800 0100 06 0102030405060000"
            + "000000"
            + "2c000000"
            + "4500002c";

    @Test
    void shouldReadAPacketOfA64BitKernel() {
        PacketMessage layout = PacketMessage.of(WordSize.BITS_64);
        ByteBuffer message = bytes(PACKET_64);
        assertEquals(0x9c, NetlinkHeader.length(message, 0));
        assertEquals(PacketMessage.TYPE, NetlinkHeader.type(message, 0));
        assertEquals(0xffff_8800_1234_5600L, layout.packetId(message, 0));
        assertEquals(44, layout.dataLength(message, 0));
        assertEquals(112, layout.payloadOffset());
        assertEquals(0x45, message.get(layout.payloadOffset()));
        assertEquals(24, layout.minBytesForId());
    }

    @Test
    void shouldReadAPacketOfA32BitKernel() {
        PacketMessage layout = PacketMessage.of(WordSize.BITS_32);
        ByteBuffer message = bytes(PACKET_32);
        assertEquals(0x8234_5600L, layout.packetId(message, 0));
        assertEquals(44, layout.dataLength(message, 0));
        assertEquals(88, layout.payloadOffset());
        assertEquals(0x45, message.get(layout.payloadOffset()));
        assertEquals(20, layout.minBytesForId());
    }

    @Test
    void shouldReadAPacketThatDoesNotBeginAtZero() {
        ByteBuffer message = bytes("0000000000000000" + PACKET_64);
        assertEquals(0xffff_8800_1234_5600L, PacketMessage.of(WordSize.BITS_64).packetId(message, 8));
    }

    @Test
    void shouldWriteTheModeMessageFor64Bits() {
        ByteBuffer out = blank(40);
        ModeMessage.write(out, 0, WordSize.BITS_64, 1, 4711, 128);
        assertBytes(
                "28000000 1100 0500 01000000 67120000" + "0200000000000000" + "8000000000000000" + "0000000000000000",
                out);
        assertEquals(40, ModeMessage.bytes(WordSize.BITS_64));
    }

    @Test
    void shouldWriteTheModeMessageFor32Bits() {
        ByteBuffer out = blank(28);
        ModeMessage.write(out, 0, WordSize.BITS_32, 1, 4711, 65535);
        assertBytes("1c000000 1100 0500 01000000 67120000" + "02000000" + "ffff0000" + "00000000", out);
        assertEquals(28, ModeMessage.bytes(WordSize.BITS_32));
    }

    @Test
    void shouldWriteVerdictsFor64Bits() {
        ByteBuffer out = blank(40);
        VerdictMessage.writeConstants(out, 0, WordSize.BITS_64, 4711);
        VerdictMessage.write(out, 0, WordSize.BITS_64, 0xffff_8800_1234_5600L);
        String header = "28000000 1200 0100 00000000 67120000";
        assertBytes(header + "0000000000000000" + "00563412 0088ffff" + "0000000000000000", out);
        VerdictMessage.setVerdict(out, 0, Verdict.ACCEPT);
        assertBytes(header + "0100000000000000" + "00563412 0088ffff" + "0000000000000000", out);
    }

    @Test
    void shouldWriteVerdictsFor32Bits() {
        ByteBuffer out = blank(28);
        VerdictMessage.writeConstants(out, 0, WordSize.BITS_32, 4711);
        VerdictMessage.write(out, 0, WordSize.BITS_32, 0x8234_5600L);
        VerdictMessage.setVerdict(out, 0, Verdict.ACCEPT);
        assertBytes("1c000000 1200 0100 00000000 67120000" + "01000000" + "00563482" + "00000000", out);
    }

    @Test
    void shouldDropWhereTheHandlerGaveNoVerdict() {
        ByteBuffer out = blank(40);
        VerdictMessage.setVerdict(out, 0, null);
        assertEquals(VerdictMessage.NF_DROP, out.getInt(16));
    }

    @Test
    void shouldReadAnErrorAndWhatItAnswers() {
        ByteBuffer message = bytes("3c000000 0200 0000 09000000 67120000" + "feffffff"
                + "28000000 1200 0100 09000000 67120000" + "00".repeat(24));
        assertEquals(60, message.capacity());
        assertEquals(Errno.ENOENT, NetlinkError.errno(message, 0));
        assertEquals(9, NetlinkHeader.sequence(message, 0));
    }

    @Test
    void shouldReadAnAcknowledgement() {
        ByteBuffer message =
                bytes("24000000 0200 0000 01000000 67120000" + "00000000" + "28000000 1100 0500 01000000 67120000");
        assertEquals(36, message.capacity());
        assertEquals(0, NetlinkError.errno(message, 0));
        assertEquals(1, NetlinkHeader.sequence(message, 0));
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer blank(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void assertBytes(String hex, ByteBuffer actual) {
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(actual.array()));
    }
}
