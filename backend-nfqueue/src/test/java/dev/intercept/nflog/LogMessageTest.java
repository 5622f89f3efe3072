package dev.intercept.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.MessageCursor;
import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.nfnetlink.NetfilterHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogMessageTest {

    private static final byte[] PACKET = {0x45, 1, 2, 3, 4, 5, 6};

    private final MessageCursor cursor = new MessageCursor();
    private final LogMessage message = new LogMessage();

    private boolean wrap(byte[] datagram, int bytes) {
        cursor.begin(ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder()), 0, bytes);
        return cursor.next() && message.wrap(cursor);
    }

    private boolean wrap(LogDatagram datagram) {
        byte[] bytes = datagram.build();
        return wrap(bytes, bytes.length);
    }

    @Test
    void shouldFindThePacketAndItsNumber() {
        assertTrue(wrap(new LogDatagram().packet(77, PACKET)));
        assertTrue(message.isIp());
        assertEquals(PACKET.length, message.payloadBytes());
        assertEquals(0x45, cursor.data().get(message.payloadOffset()));
        assertTrue(message.hasSequence());
        assertEquals(77, message.sequence());
    }

    @Test
    void shouldForgetThePacketBefore() {
        wrap(new LogDatagram().packet(77, PACKET));
        assertTrue(wrap(new LogDatagram().header(NetfilterHeader.AF_UNSPEC, 0x0806)));
        assertFalse(message.isIp());
        assertFalse(message.hasSequence());
        assertEquals(0, message.payloadBytes());
    }

    @Test
    void shouldKnowIpByTheFamilyOrByTheProtocol() {
        wrap(new LogDatagram().header(NetfilterHeader.AF_INET, 0));
        assertTrue(message.isIp());
        wrap(new LogDatagram().header(NetfilterHeader.AF_UNSPEC, 0x86dd));
        assertTrue(message.isIp());
    }

    @Test
    void shouldRefuseOtherMessages() {
        assertFalse(wrap(new LogDatagram().message(NetlinkHeader.NLMSG_DONE, 0)));
        assertFalse(wrap(new LogDatagram().message(LogMessage.TYPE + 1, NetfilterHeader.AF_INET)));
    }

    @Test
    void shouldStayWithinWhateverIsThereOfAMessage() {
        byte[] whole = new LogDatagram().packet(77, PACKET).build();
        for (int bytes = 0; bytes < whole.length; bytes++) {
            if (wrap(whole, bytes)) {
                assertTrue(message.payloadBytes() <= PACKET.length);
                assertTrue(message.payloadOffset() + message.payloadBytes() <= bytes, "of " + bytes);
            }
        }
    }

    @Test
    void shouldStayWithinTheMessageWhateverItSays() {
        Random random = new Random(5);
        byte[] whole = new LogDatagram().packet(77, PACKET).build();
        for (int i = 0; i < 20_000; i++) {
            byte[] wrong = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
            }
            if (wrap(wrong, wrong.length)) {
                assertTrue(message.payloadBytes() >= 0);
                assertTrue(message.payloadOffset() + message.payloadBytes() <= wrong.length, "change " + i);
            }
        }
    }
}
