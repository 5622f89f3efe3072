package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A segment whose header says total length 0, as the clients of each generation receive it. */
class LongSegmentTest {

    private static final int PSH = 0x08;
    private static final int FIN = 0x01;
    private static final int CWR = 0x80;
    private static final int FLAGS = CWR | Responses.ACK | PSH | FIN;
    private static final String TIME_STAMPS = "0101" + "080a1111111122222222";
    private static final int HEADER_BYTES = 52;

    private final ResponsePacket response = new ResponsePacket();

    private ByteBuffer packet(int lengthBytes) {
        ByteBuffer packet = Responses.response(FLAGS, TIME_STAMPS, 0).buffer();
        packet.putShort(2, (short) 0);
        assertEquals(ResponsePacket.Kind.TCP, response.wrap(packet, lengthBytes));
        return packet;
    }

    @ParameterizedTest
    @ValueSource(ints = {HEADER_BYTES, HEADER_BYTES + 1, 1500, 65535, 65536, 131_070, 200_000, 524_280})
    void shouldReachEveryGenerationAsHeadersThatGoOnAndAddUp(int lengthBytes) {
        for (Generation generation : Generation.all()) {
            packet(lengthBytes);
            TunnelFormat format = TunnelFormat.of(generation, ProtocolOptions.DEFAULTS);
            int sequence = 0x05060708;
            int payload = 0;
            boolean more = true;
            for (int part = 0; more; part++) {
                ByteBuffer message = ByteBuffer.allocate(format.messageBytes());
                format.write(response, message);
                more = response.nextPart();
                assertEquals(sequence, message.getInt(24), generation + " part " + part);
                int flags = message.get(33) & 0xff;
                assertEquals(part == 0, (flags & CWR) != 0, generation + " part " + part);
                assertEquals(more ? 0 : PSH | FIN, flags & (PSH | FIN), generation + " part " + part);
                int tcpBytes = (message.get(32) >> 4 & 0xf) * 4;
                int partPayload = (message.getShort(2) & 0xffff) - 20 - tcpBytes;
                assertTrue(partPayload > 0 || lengthBytes == HEADER_BYTES, generation + " part " + part);
                sequence += partPayload;
                payload += partPayload;
            }
            assertEquals(lengthBytes - HEADER_BYTES, payload, generation.name());
        }
    }

    @Test
    void shouldBeAskedForWhereNobodyKnowsTheLengthAndRefusedWhereItIsShorterThanTheHeaders() {
        ByteBuffer packet = packet(1500);
        packet.putShort(2, (short) 0);
        assertEquals(ResponsePacket.Kind.UNKNOWN_LENGTH, response.wrap(packet));
        assertEquals(ResponsePacket.Kind.MALFORMED, response.wrap(packet, HEADER_BYTES - 1));
    }

    @Test
    void shouldGoByTheHeaderWhereItSaysALength() {
        ByteBuffer packet = packet(1500);
        assertEquals(ResponsePacket.Kind.TCP, response.wrap(packet, 200_000));
        assertEquals(1500, response.totalLength());
        assertFalse(response.nextPart());
    }

    @Test
    void shouldPutNoPayloadOfTheFirstPartIntoALaterOne() {
        ByteBuffer packet = Responses.response("", FLAGS, TIME_STAMPS, 200, 200).buffer();
        packet.putShort(2, (short) 0);
        assertEquals(ResponsePacket.Kind.TCP, response.wrap(packet, 65535 + 100));
        assertTrue(response.nextPart());
        ProtocolOptions payload = new ProtocolOptions(ProtocolOptions.Combined.AUTO, true, false, Optional.empty());
        TunnelFormat format = TunnelFormat.of(Generation.V1, payload);
        ByteBuffer message = ByteBuffer.allocate(format.messageBytes());
        format.write(response, message);
        for (int at = HEADER_BYTES; at < format.messageBytes(); at++) {
            assertEquals(0, message.get(at), "byte " + at);
        }
    }
}
