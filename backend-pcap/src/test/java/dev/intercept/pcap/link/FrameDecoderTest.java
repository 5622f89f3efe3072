package dev.intercept.pcap.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {

    private static final byte[] RESPONSE = new PacketBuilder().build();

    static Iterable<Frames.Kind> kinds() {
        return Frames.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldEndThePacketWhereTheCaptureWasCutShort(Frames.Kind kind) {
        byte[] frame = kind.frame().apply(RESPONSE);
        for (int captured = 0; captured <= frame.length; captured++) {
            ByteBuffer buffer = ByteBuffer.wrap(frame);
            if (decoder(kind.linkType()).decode(buffer, 0, captured)) {
                assertTrue(buffer.position() < buffer.limit() && buffer.limit() <= captured, "captured " + captured);
                assertEquals(0x45, buffer.get(buffer.position()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldNeverThrowWhateverTheBytesAre(Frames.Kind kind) {
        Random random = new Random(20_240_501);
        byte[] good = kind.frame().apply(RESPONSE);
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = mutated(good, random);
            int start = random.nextInt(4);
            int end = start + random.nextInt(frame.length + 1 - start);
            ByteBuffer buffer = ByteBuffer.wrap(frame);
            if (decoder(kind.linkType()).decode(buffer, start, end)) {
                assertTrue(start <= buffer.position() && buffer.position() < buffer.limit() && buffer.limit() <= end);
                assertEquals(4, buffer.get(buffer.position()) >> 4);
            }
        }
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] frame = Arrays.copyOf(good, good.length + random.nextInt(8));
        for (int n = random.nextInt(6); n > 0; n--) {
            frame[random.nextInt(Math.min(frame.length, 80))] = (byte) random.nextInt();
        }
        return frame;
    }

    @Test
    void shouldLeaveThePaddingOfAShortEthernetFrameOut() {
        byte[] frame = Frames.ethernet(RESPONSE);
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        assertTrue(decoder(1).decode(buffer, 0, frame.length));
        assertEquals(60, frame.length);
        assertEquals(RESPONSE.length, buffer.remaining());
    }

    @Test
    void shouldNotLetATotalLengthThatCannotBeOneCutThePacket() {
        byte[] frame = Frames.ethernet(
                new PacketBuilder().payload(new byte[100]).totalLength(0).build());
        ByteBuffer buffer = ByteBuffer.wrap(frame);
        assertTrue(decoder(1).decode(buffer, 0, frame.length));
        assertEquals(140, buffer.remaining());
    }

    @Test
    void shouldFindThePacketWhereverTheBufferStandsNow() {
        byte[] frame = Frames.ethernet(RESPONSE);
        ByteBuffer buffer = ByteBuffer.wrap(frame).position(3).limit(5);
        assertTrue(decoder(1).decode(buffer, 0, frame.length));
        assertEquals(14, buffer.position());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x86dd, 0x0806, 0x0001})
    void shouldNotHandOnOtherProtocols(int etherType) {
        byte[] frame = Frames.ethernet(RESPONSE);
        ByteBuffer buffer = ByteBuffer.wrap(frame).putShort(12, (short) etherType);
        assertFalse(decoder(1).decode(buffer, 0, frame.length));
    }

    @Test
    void shouldNotHandOnIpv6OfARawDevice() {
        byte[] packet = new PacketBuilder().version(6).build();
        assertFalse(decoder(12).decode(ByteBuffer.wrap(packet), 0, packet.length));
    }

    @Test
    void shouldHandOnDatagramsToOtherPortsThanVxlansAsTheyAre() {
        byte[] frame = Frames.vxlan(Frames.ethernet(RESPONSE));
        for (int port : new int[] {FrameDecoder.NO_VXLAN, Frames.VXLAN_PORT + 1}) {
            ByteBuffer buffer = ByteBuffer.wrap(frame);
            FrameDecoder decoder = new FrameDecoder(LinkLayers.of(12).orElseThrow(), port);
            assertTrue(decoder.decode(buffer, 0, frame.length));
            assertEquals(frame.length, buffer.remaining());
        }
    }

    @Test
    void shouldUnwrapVxlanBehindIpOptions() {
        byte[] plain = Frames.vxlan(Frames.ethernet(RESPONSE));
        ByteBuffer frame = ByteBuffer.allocate(plain.length + 8);
        frame.put(plain, 0, 20).putLong(0).put(plain, 20, plain.length - 20);
        frame.put(0, (byte) 0x47).putShort(2, (short) frame.capacity());
        assertTrue(decoder(12).decode(frame, 0, frame.capacity()));
        assertEquals(RESPONSE.length, frame.remaining());
    }

    @Test
    void shouldSkipAVxlanDatagramThatCarriesNoIpv4() {
        byte[] inner = Frames.ethernet(RESPONSE);
        inner[12] = (byte) 0x86;
        inner[13] = (byte) 0xdd;
        byte[] frame = Frames.vxlan(inner);
        assertFalse(decoder(12).decode(ByteBuffer.wrap(frame), 0, frame.length));
    }

    @Test
    void shouldKnowNoLinkTypeThatItCannotRead() {
        assertTrue(LinkLayers.of(105).isEmpty(), "IEEE 802.11");
    }

    private static FrameDecoder decoder(int dlt) {
        return new FrameDecoder(LinkLayers.of(dlt).orElseThrow(), Frames.VXLAN_PORT);
    }
}
