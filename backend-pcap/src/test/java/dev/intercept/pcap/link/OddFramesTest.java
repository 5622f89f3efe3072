package dev.intercept.pcap.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Frames of every stack of layers, cut short at every byte: where the packet is says who made the frame. */
class OddFramesTest {

    private static final byte[] RESPONSE =
            new PacketBuilder().payload(new byte[3]).build();
    private static final int FRAMES = 1_000;

    @Test
    void shouldFindThePacketInEveryStackOfLayersWhereverItIsCutShort() {
        OddFrames frames = new OddFrames(20_261_126);
        Set<String> names = new HashSet<>();
        for (int n = 0; n < FRAMES; n++) {
            OddFrames.Odd odd = frames.next(RESPONSE);
            names.add(odd.name());
            FrameTally tally = new FrameTally();
            FrameDecoder decoder = new FrameDecoder(odd.linkType(), OddFrames.ALL_TUNNELS, tally);
            ByteBuffer buffer = ByteBuffer.wrap(odd.bytes());
            for (int captured = 0; captured <= odd.bytes().length; captured++) {
                boolean found = decoder.decode(buffer, 0, captured);
                assertEquals(odd.hasIp(captured), found, odd + ", captured " + captured);
                if (odd.hasPacket(captured)) {
                    assertEquals(odd.packetAt(), buffer.position(), odd + ", captured " + captured);
                    assertEquals(captured, buffer.limit(), odd + ", captured " + captured);
                }
            }
            assertEquals(odd.tunnelAt() + 1, tally.notUnderstood(), odd + ": cut short before its IP header");
        }
        assertTrue(names.size() > FRAMES / 2, "stacks: " + names.size());
    }

    @Test
    void shouldHandOnTheTunnelsPacketWhenNothingIsToBeUnwrapped() {
        OddFrames frames = new OddFrames(7);
        for (int n = 0; n < FRAMES; n++) {
            OddFrames.Odd odd = frames.next(RESPONSE);
            ByteBuffer buffer = ByteBuffer.wrap(odd.bytes());
            FrameDecoder decoder = new FrameDecoder(odd.linkType(), Decapsulation.NONE, new FrameTally());
            assertTrue(decoder.decode(buffer, 0, odd.bytes().length), odd::toString);
            assertEquals(odd.tunnelAt(), buffer.position(), odd::toString);
        }
    }

    @Test
    void shouldNeverThrowWhateverTheBytesAre() {
        Random random = new Random(5);
        OddFrames frames = new OddFrames(5);
        for (int n = 0; n < 20 * FRAMES; n++) {
            OddFrames.Odd odd = frames.next(RESPONSE);
            byte[] bytes = Arrays.copyOf(odd.bytes(), odd.bytes().length + random.nextInt(8));
            for (int i = random.nextInt(6); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            FrameTally tally = new FrameTally();
            FrameDecoder decoder = new FrameDecoder(odd.linkType(), OddFrames.ALL_TUNNELS, tally);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int start = random.nextInt(4);
            int end = start + random.nextInt(bytes.length + 1 - start);
            if (decoder.decode(buffer, start, end)) {
                assertTrue(start <= buffer.position() && buffer.position() < buffer.limit() && buffer.limit() <= end);
            } else {
                assertEquals(1, tally.kinds(), odd::toString);
            }
        }
    }
}
