package dev.intercept.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class DuplicateFilterTest {

    private static final long NOW_US = 1_700_000_000_000_000L;

    private final DuplicateFilter filter = new DuplicateFilter();

    @Test
    void shouldRecogniseAPacketThatASecondDeviceShows() {
        ByteBuffer packet = new PacketBuilder().toBuffer();
        assertTrue(filter.isNew(packet, NOW_US));
        assertFalse(filter.isNew(packet, NOW_US + 30));
        assertEquals(1, filter.count());
    }

    @Test
    void shouldRecogniseAPacketThatWasForwardedInBetween() {
        ByteBuffer packet = new PacketBuilder().toBuffer();
        assertTrue(filter.isNew(packet, NOW_US));
        packet.put(8, (byte) 63).putShort(10, (short) 0x1234);
        assertFalse(filter.isNew(packet, NOW_US + 30));
    }

    @Test
    void shouldRecogniseAPacketWhoseDevicesDisagreeAboutTheTime() {
        ByteBuffer packet = new PacketBuilder().toBuffer();
        assertTrue(filter.isNew(packet, NOW_US));
        assertFalse(filter.isNew(packet, NOW_US - 30));
    }

    @Test
    void shouldHandOnARetransmissionBehindTheWindow() {
        ByteBuffer packet = new PacketBuilder().toBuffer();
        assertTrue(filter.isNew(packet, NOW_US));
        assertTrue(filter.isNew(packet, NOW_US + DuplicateFilter.WINDOW_US));
        assertEquals(0, filter.count());
    }

    @Test
    void shouldHandOnARetransmissionWithAnIdentificationOfItsOwn() {
        assertTrue(filter.isNew(new PacketBuilder().identification(7).toBuffer(), NOW_US));
        assertTrue(filter.isNew(new PacketBuilder().identification(8).toBuffer(), NOW_US));
    }

    @Test
    void shouldDistinguishPacketsThatDifferInOneField() {
        List<PacketBuilder> packets = List.of(
                new PacketBuilder(),
                new PacketBuilder().sequence(1),
                new PacketBuilder().acknowledgement(1),
                new PacketBuilder().flags(PacketBuilder.SYN),
                new PacketBuilder().window(7),
                new PacketBuilder().payload((byte) 1),
                new PacketBuilder().from("198.51.100.2", 8080),
                new PacketBuilder().to("192.0.2.1", 10001));
        packets.forEach(packet -> assertTrue(filter.isNew(packet.toBuffer(), NOW_US)));
    }

    @Test
    void shouldHandOnThousandsOfDifferentPacketsOfOneMoment() {
        List<byte[]> packets = Responses.varied(5_000, 11);
        packets.forEach(packet -> assertTrue(filter.isNew(ByteBuffer.wrap(packet), NOW_US)));
    }

    @Test
    void shouldLeaveAloneWhatIsNotWholeTcp() {
        ByteBuffer udp = new PacketBuilder().protocol(17).toBuffer();
        ByteBuffer cut = new PacketBuilder().truncateTo(39).toBuffer();
        for (ByteBuffer packet : List.of(udp, udp, cut, cut)) {
            assertTrue(filter.isNew(packet, NOW_US));
        }
    }
}
