package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random headers through every format, read back as a client reads them; the seeds are fixed. */
class TunnelFormatFuzzTest {

    private static final int PACKETS = 20_000;
    private static final int GUARD_BYTES = 16;
    private static final byte OLD = (byte) 0xee;

    private final ResponsePacket response = new ResponsePacket();
    private final Random random = new Random(4);
    private boolean optionsAreSensible;

    @Test
    void shouldWriteAMessageThatAClientCanParseForAnyHeaders() {
        for (int i = 0; i < PACKETS; i++) {
            assertEquals(ResponsePacket.Kind.TCP, response.wrap(randomPacket()));
            for (Generation generation : Generation.all()) {
                check(generation, random.nextBoolean());
            }
        }
    }

    private void check(Generation generation, boolean payload) {
        TunnelFormat format = TunnelFormat.of(
                generation, new ProtocolOptions(ProtocolOptions.Combined.AUTO, payload, false, Optional.empty()));
        byte[] memory = new byte[GUARD_BYTES + format.messageBytes() + GUARD_BYTES];
        Arrays.fill(memory, OLD);
        ByteBuffer out = ByteBuffer.wrap(memory).position(GUARD_BYTES);
        format.write(response, out);
        assertEquals(GUARD_BYTES + format.messageBytes(), out.position());
        for (int i = 0; i < GUARD_BYTES; i++) {
            assertEquals(OLD, memory[i]);
            assertEquals(OLD, memory[memory.length - 1 - i]);
        }
        checkAsAClient(
                generation,
                ByteBuffer.wrap(memory, GUARD_BYTES, format.messageBytes()).slice());
    }

    private void checkAsAClient(Generation generation, ByteBuffer message) {
        assertEquals(0x45, message.get(0));
        int tcpBytes = (message.get(32) >> 4 & 0xf) * 4;
        int totalLength = message.getShort(2) & 0xffff;
        assertEquals(response.payloadBytes(), totalLength - 20 - tcpBytes, "the payload's length");
        int sentHeaderBytes = generation.messageBytes() == 40 ? 40 : 20 + tcpBytes;
        assertTrue(sentHeaderBytes <= generation.messageBytes(), "options run out of their area");
        if (optionsAreSensible) {
            checkOptions(message, sentHeaderBytes);
        }
        boolean payloadSent = message.limit() > generation.messageBytes() && response.payloadBytes() <= 128;
        int used = sentHeaderBytes + (payloadSent ? response.payloadBytes() : 0);
        for (int i = used; i < message.limit(); i++) {
            assertEquals(0, message.get(i), "byte " + i + " of the padding");
        }
        for (int i = 0; payloadSent && i < response.payloadBytes(); i++) {
            assertEquals((byte) (i | 1), message.get(sentHeaderBytes + i), "byte " + i + " of the payload");
        }
        assertEquals(response.sourcePort(), message.getShort(20) & 0xffff);
        assertEquals(response.flags(), message.get(33) & 0xff);
    }

    private static void checkOptions(ByteBuffer message, int end) {
        int at = Headers.BYTES;
        while (at < end && message.get(at) != TcpOptions.END_OF_LIST) {
            int length = TcpOptions.lengthAt(message, at, end);
            assertTrue(length > 0, "option " + message.get(at) + " was cut");
            at += length;
        }
    }

    /** Any header lengths and any bytes in the options: a hostile target is a target too. */
    private ByteBuffer randomPacket() {
        int ipBytes = random.nextInt(4) == 0 ? 20 + 4 * random.nextInt(11) : 20;
        int tcpBytes = 20 + 4 * random.nextInt(11);
        int payloadBytes = random.nextInt(200);
        byte[] packet = new byte[ipBytes + tcpBytes + payloadBytes];
        random.nextBytes(packet);
        optionsAreSensible = random.nextBoolean();
        if (optionsAreSensible) {
            sensibleOptions(packet, ipBytes + 20, ipBytes + tcpBytes);
        }
        packet[0] = (byte) (0x40 | ipBytes / 4);
        packet[6] = 0x40;
        packet[7] = 0;
        packet[9] = 6;
        packet[ipBytes + 12] = (byte) (tcpBytes / 4 << 4 | random.nextInt(16));
        ByteBuffer buffer = ByteBuffer.wrap(packet).putShort(2, (short) packet.length);
        for (int i = 0; i < payloadBytes; i++) {
            packet[ipBytes + tcpBytes + i] = (byte) (i | 1);
        }
        return buffer;
    }

    private void sensibleOptions(byte[] packet, int from, int end) {
        for (int at = from; at < end; ) {
            int length = Math.min(2 + random.nextInt(12), end - at);
            packet[at] = (byte) (length < 2 ? TcpOptions.NO_OPERATION : 2 + random.nextInt(7));
            if (length >= 2) {
                packet[at + 1] = (byte) length;
            }
            at += length;
        }
    }
}
