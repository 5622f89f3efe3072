package dev.intercept.pcap.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {

    private static final byte[] RESPONSE = new PacketBuilder().build();

    private final FrameTally tally = new FrameTally();

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
    @ValueSource(ints = {0x0806, 0x0001, 0x88f5})
    void shouldNotHandOnOtherProtocols(int etherType) {
        byte[] frame = Frames.ethernet(RESPONSE);
        ByteBuffer buffer = ByteBuffer.wrap(frame).putShort(12, (short) etherType);
        assertFalse(decoder(1).decode(buffer, 0, frame.length));
    }

    /** The engine counts it as not TCP over IPv4: what goes by is never counted by nobody. */
    @Test
    void shouldHandOnIpv6() {
        byte[] packet = new PacketBuilder().version(6).build();
        assertTrue(decoder(12).decode(ByteBuffer.wrap(packet), 0, packet.length));
    }

    @Test
    void shouldHandOnDatagramsToOtherPortsThanVxlansAsTheyAre() {
        byte[] frame = Frames.vxlan(Frames.ethernet(RESPONSE));
        for (int port : new int[] {1, Frames.VXLAN_PORT + 1}) {
            ByteBuffer buffer = ByteBuffer.wrap(frame);
            FrameDecoder decoder = new FrameDecoder(12, vxlan(port), tally);
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
    void shouldCountAVxlanDatagramThatCarriesNoIp() {
        byte[] inner = Frames.ethernet(RESPONSE);
        inner[12] = (byte) 0x88;
        inner[13] = (byte) 0xf5;
        byte[] frame = Frames.vxlan(inner);
        assertFalse(decoder(12).decode(ByteBuffer.wrap(frame), 0, frame.length));
        assertEquals("1 of link type 12: EtherType 0x88f5", tally.text(0));
    }

    @Test
    void shouldCountWhatItDoesNotUnderstandByLinkTypeAndEtherType() {
        byte[] frame = Frames.ethernet(RESPONSE);
        FrameDecoder decoder = decoder(1);
        for (int type : new int[] {0x88f5, 0x0806, 0x88f5}) {
            assertFalse(decoder.decode(ByteBuffer.wrap(frame).putShort(12, (short) type), 0, frame.length));
        }
        assertFalse(decoder.decode(ByteBuffer.wrap(frame), 0, 13));
        assertFalse(decoder(147).decode(ByteBuffer.wrap(frame), 0, frame.length));
        assertEquals(
                List.of(
                        "2 of link type 1: EtherType 0x88f5",
                        "1 of link type 1: EtherType 0x0806",
                        "1 of link type 1: cut short before the IP header",
                        "1 of link type 147: a link type that is not understood"),
                IntStream.range(0, tally.kinds()).mapToObj(tally::text).toList());
        assertEquals(4, tally.notUnderstood(), "ARP is known to carry no IPv4");
    }

    @Test
    void shouldCountKindsBeyondItsRoomTogether() {
        byte[] frame = Frames.ethernet(RESPONSE);
        FrameDecoder decoder = decoder(1);
        for (int n = 0; n < FrameTally.KINDS + 5; n++) {
            decoder.decode(ByteBuffer.wrap(frame).putShort(12, (short) (0xf000 + n)), 0, frame.length);
        }
        assertEquals(FrameTally.KINDS, tally.kinds());
        assertEquals(5, tally.ofFurtherKinds());
    }

    @Test
    void shouldEndAWalkThroughTagsWithoutEnd() {
        ByteBuffer frame = ByteBuffer.allocate(1000);
        for (int at = 12; at + 4 <= 1000; at += 4) {
            frame.putInt(at, 0x81000001);
        }
        assertFalse(decoder(1).decode(frame, 0, 1000));
        assertEquals("1 of link type 1: more than 64 headers", tally.text(0));
    }

    private FrameDecoder decoder(int linkType) {
        return new FrameDecoder(linkType, vxlan(Frames.VXLAN_PORT), tally);
    }

    private static Decapsulation vxlan(int port) {
        return new Decapsulation(new int[] {port}, new int[0], new int[0], false, false, false);
    }
}
