package dev.intercept.nfqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Golden bytes of a little-endian kernel. */
class PacketMessageTest {

    /** A packet of 50 bytes in queue 0, hook OUTPUT, out of device 3; as a 6.18 kernel sent it. */
    private static final String RECORDED = """
            5e000000 0003 0000 00000000 00000000  02 00 0000
            0b00 0100 00000001 0800 03 00
            0800 0600 00000003
            3600 0a00
            45000032000140004006 4e8f c6336401 c0000201
            1f90 2711 00000000 00000000 5010 01f5 7aff 0000
            00000000000000000000
            """;

    private final MessageCursor cursor = new MessageCursor();
    private final PacketMessage message = new PacketMessage();

    private boolean wrap(byte[] datagram, int bytes) {
        cursor.begin(ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder()), 0, bytes);
        return cursor.next() && message.wrap(cursor);
    }

    private static byte[] recorded() {
        return HexFormat.of().parseHex(RECORDED.replaceAll("\\s", ""));
    }

    @Test
    void shouldReadARecordedMessage() {
        assertTrue(wrap(recorded(), 94));
        assertEquals(1, message.id());
        assertTrue(message.isIp());
        assertEquals(44, message.payloadOffset());
        assertEquals(50, message.payloadBytes());
        ByteBuffer packet = cursor.data()
                .duplicate()
                .order(ByteOrder.BIG_ENDIAN)
                .position(44)
                .limit(94);
        assertEquals(ResponsePacket.Kind.TCP, new ResponsePacket().wrap(packet));
    }

    @Test
    void shouldNameThePacketAsLongAsItsIdIsThere() {
        byte[] datagram = recorded();
        for (int bytes = 0; bytes <= datagram.length; bytes++) {
            assertEquals(bytes >= 31, wrap(datagram, bytes), bytes + " bytes");
            int payload = Math.max(0, bytes - 44);
            if (bytes >= 31) {
                assertEquals(1, message.id());
                assertEquals(payload, message.payloadBytes());
            }
        }
    }

    @Test
    void shouldNotTakeOtherMessagesForPackets() {
        byte[] datagram = recorded();
        datagram[4] = QueueProtocol.NFQNL_MSG_CONFIG;
        assertFalse(wrap(datagram, datagram.length));
    }

    @Test
    void shouldWriteAVerdictAsTheKernelReadsIt() {
        ByteBuffer out = ByteBuffer.allocate(VerdictMessage.BYTES).order(ByteOrder.nativeOrder());
        VerdictMessage.put(
                out,
                0,
                QueueProtocol.NFQNL_MSG_VERDICT_BATCH,
                NetlinkHeader.NLM_F_REQUEST,
                9,
                258,
                Verdict.ACCEPT,
                0x01020304);
        assertEquals(
                "20000000" + "0303" + "0100" + "09000000" + "00000000" + "00000102" + "0c000200" + "00000001"
                        + "01020304",
                HexFormat.of().formatHex(out.array()));
    }
}
