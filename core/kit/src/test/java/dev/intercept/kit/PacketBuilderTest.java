package dev.intercept.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.packet.ResponsePacket;
import dev.intercept.packet.ResponsePacket.Kind;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketBuilderTest {

    private final ResponsePacket packet = new ResponsePacket();

    @Test
    void shouldBuildABareAckWhenNothingIsSaid() {
        assertEquals(Kind.TCP, packet.wrap(new PacketBuilder().toBuffer()));
        assertEquals(PacketBuilder.address(TestNetwork.TARGET), packet.sourceAddress());
        assertEquals(PacketBuilder.address("192.0.2.1"), packet.destinationAddress());
        assertEquals(8080, packet.sourcePort());
        assertEquals(10000, packet.destinationPort());
        assertEquals(PacketBuilder.ACK, packet.flags());
        assertEquals(40, packet.totalLength());
    }

    @Test
    void shouldComputeChecksumsThatAddUpToZero() {
        Random random = new Random(20);
        for (int round = 0; round < 500; round++) {
            byte[] payload = new byte[random.nextInt(100)];
            byte[] options = new byte[4 * random.nextInt(11)];
            random.nextBytes(payload);
            random.nextBytes(options);
            ByteBuffer built = new PacketBuilder()
                    .sequence(random.nextInt())
                    .ipOptions(options)
                    .tcpOptions(options)
                    .payload(payload)
                    .toBuffer();
            int ipBytes = 20 + options.length;
            int tcpBytes = built.limit() - ipBytes;
            int pseudo = Checksums.pseudoHeader(built.getInt(12), built.getInt(16), 6, tcpBytes);
            assertEquals(0, Checksums.internet(built, 0, ipBytes, 0), "IP, round " + round);
            assertEquals(0, Checksums.internet(built, ipBytes, tcpBytes, pseudo), "TCP, round " + round);
        }
    }

    @Test
    void shouldBuildEachKindOfWrongPacket() {
        assertEquals(Kind.NOT_TCP, wrap(new PacketBuilder().version(6)));
        assertEquals(Kind.NOT_TCP, wrap(new PacketBuilder().protocol(17)));
        assertEquals(Kind.FRAGMENT, wrap(new PacketBuilder().fragment(1, false)));
        assertEquals(Kind.TCP, wrap(new PacketBuilder().fragment(0, true)));
        assertEquals(Kind.MALFORMED, wrap(new PacketBuilder().ihl(4)));
        assertEquals(Kind.MALFORMED, wrap(new PacketBuilder().dataOffset(4)));
        assertEquals(Kind.MALFORMED, wrap(new PacketBuilder().totalLength(39)));
        assertEquals(Kind.MALFORMED, wrap(new PacketBuilder().truncateTo(39)));
        assertEquals(Kind.TCP, wrap(new PacketBuilder().payload(new byte[100]).truncateTo(40)));
    }

    private Kind wrap(PacketBuilder builder) {
        return packet.wrap(builder.toBuffer());
    }

    @Test
    void shouldRefuseOptionsThatNoHeaderCanHold() {
        IllegalArgumentException odd =
                assertThrows(IllegalArgumentException.class, () -> new PacketBuilder().tcpOptions(new byte[3]));
        assertEquals("TCP options of 3 bytes: must be a multiple of 4, at most 40", odd.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new PacketBuilder().ipOptions(new byte[44]));
    }
}
