package dev.intercept.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.tcpcopy.Generation;
import dev.intercept.tcpcopy.ProtocolOptions;
import dev.intercept.tcpcopy.TunnelFormat;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TargetSegmentTest {

    private static final TargetSegment EXPECTED =
            new TargetSegment(PacketBuilder.address("192.0.2.7"), 40_000, -7, 7, TcpFlags.ACK | TcpFlags.PSH, 1234);

    private static PacketBuilder packet() {
        return new PacketBuilder()
                .to("192.0.2.7", 40_000)
                .flags(TcpFlags.ACK | TcpFlags.PSH)
                .sequence(-7)
                .acknowledgement(7)
                .tcpOptions(new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2})
                .payload(new byte[1234]);
    }

    @Test
    void shouldReadTheMessagesOfEveryGeneration() {
        for (Generation generation : Generation.all()) {
            TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
            ResponsePacket response = new ResponsePacket();
            response.wrap(packet().toBuffer());
            ByteBuffer message = ByteBuffer.allocate(format.messageBytes());
            format.write(response, message);

            assertEquals(EXPECTED, TargetSegment.read(message), format.describe());
        }
    }

    @Test
    void shouldReadAWholePacketToo() {
        assertEquals(EXPECTED, TargetSegment.read(packet().toBuffer()));
    }

    @Test
    void shouldKnowALengthWhosePayloadWasNeverCaptured() {
        ByteBuffer gso = packet().totalLength(65_532).truncateTo(52).toBuffer();
        assertEquals(65_480, TargetSegment.read(gso).payloadBytes());
    }

    @Test
    void shouldReadLikeATrace() {
        assertEquals("PSH ACK seq 4294967289 ack 7, 1234 bytes", EXPECTED.toString());
        assertEquals("no flags", TcpFlags.text(0));
    }
}
