package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import org.junit.jupiter.api.Test;

class CaptureSignsTest {

    private static final int SYN_ACK = PacketBuilder.SYN | PacketBuilder.ACK;
    private static final int RST_ACK = PacketBuilder.RST | PacketBuilder.ACK;

    private final Counters counters = new Counters();
    private final CaptureSigns signs = new CaptureSigns(counters);

    private static ResponsePacket packet(PacketBuilder builder) {
        ResponsePacket packet = new ResponsePacket();
        packet.wrap(builder.toBuffer());
        return packet;
    }

    @Test
    void shouldCountASynAckThatIsSentAgain() {
        for (int client = 1; client <= 100; client++) {
            signs.onHandshake(
                    packet(new PacketBuilder()
                            .to("192.0.2." + client, 40000)
                            .flags(SYN_ACK)
                            .sequence(client)),
                    true);
        }
        assertEquals(0, counters.get(Counter.SYN_ACKS_REPEATED));
        signs.onHandshake(
                packet(new PacketBuilder().to("192.0.2.7", 40000).flags(SYN_ACK).sequence(7)), true);
        assertEquals(1, counters.get(Counter.SYN_ACKS_REPEATED));
    }

    @Test
    void shouldExpectARepetitionOfWhatHasNoRoute() {
        for (int i = 0; i < 2; i++) {
            signs.onHandshake(packet(new PacketBuilder().flags(SYN_ACK).sequence(1)), false);
        }
        assertEquals(0, counters.get(Counter.SYN_ACKS_REPEATED));
    }

    @Test
    void shouldNotTakeANewConnectionOfTheSamePortForARepetition() {
        signs.onHandshake(packet(new PacketBuilder().flags(SYN_ACK).sequence(1)), true);
        signs.onHandshake(packet(new PacketBuilder().flags(SYN_ACK).sequence(2)), true);
        assertEquals(0, counters.get(Counter.SYN_ACKS_REPEATED));
    }

    @Test
    void shouldDistinguishARefusalFromTheResetOfAConnection() {
        signs.onHandshake(packet(new PacketBuilder().flags(RST_ACK).sequence(12345)), true);
        signs.onHandshake(packet(new PacketBuilder().flags(PacketBuilder.RST).sequence(0)), true);
        assertEquals(0, counters.get(Counter.CONNECTIONS_REFUSED));
        signs.onHandshake(
                packet(new PacketBuilder()
                        .from("198.51.100.1", 8080)
                        .flags(RST_ACK)
                        .sequence(0)),
                true);
        assertEquals(1, counters.get(Counter.CONNECTIONS_REFUSED));
        assertEquals(8080, signs.refusingPorts().entries().get(0).port());
    }

    @Test
    void shouldTakeTheLowerPortForTheServices() {
        signs.onUnrouted(packet(new PacketBuilder().from("198.51.100.1", 22).to("192.0.2.1", 40000)));
        assertEquals(22, signs.unroutedPorts().entries().get(0).port());
        CaptureSigns client = new CaptureSigns(counters);
        client.onUnrouted(packet(new PacketBuilder().from("198.51.100.1", 40000).to("192.0.2.1", 3306)));
        assertEquals(
                3306 | CaptureSigns.DESTINATION,
                client.unroutedPorts().entries().get(0).port());
        assertEquals(
                PacketBuilder.address("192.0.2.1"),
                client.unroutedPorts().entries().get(0).address());
    }
}
