package dev.intercept.ebpf;

import dev.intercept.kit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Frames from a seed: answers, packets that nearly are, and noise. */
final class RandomFrames {

    private static final int[] PORTS = {8080, 8081, 8088, 80, 1, 65535, 8079};
    private static final String[] CLIENTS = {"192.0.2.1", "192.0.2.200", "10.0.0.5", "10.1.2.3", "203.0.113.9"};
    private static final int[] TAG_TYPES = {0x8100, 0x88a8, 0x9100, 0x0800};
    private static final int MIN_FRAME_BYTES = 15;

    /** The kernel runs no program on a frame whose Ethernet type promises a header that is not there. */
    private static final int MIN_IPV4_BYTES = 34;

    private static final int MIN_IPV6_BYTES = 54;
    private static final int PADDED_BYTES = 60;

    private final Random random;

    RandomFrames(long seed) {
        random = new Random(seed);
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private static <T> T pick(Random random, T[] from) {
        return from[random.nextInt(from.length)];
    }

    byte[] next() {
        byte[] frame = ethernet(ip());
        if (oneIn(8)) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        if (oneIn(12)) {
            frame = Arrays.copyOf(frame, MIN_FRAME_BYTES + random.nextInt(frame.length));
        }
        return Arrays.copyOf(frame, Math.max(frame.length, leastBytes(frame)));
    }

    private static int leastBytes(byte[] frame) {
        return switch (ByteBuffer.wrap(frame).getShort(12) & 0xffff) {
            case 0x0800 -> MIN_IPV4_BYTES;
            case 0x86dd -> MIN_IPV6_BYTES;
            default -> MIN_FRAME_BYTES;
        };
    }

    private byte[] ip() {
        if (oneIn(20)) {
            byte[] noise = new byte[1 + random.nextInt(100)];
            random.nextBytes(noise);
            return noise;
        }
        PacketBuilder packet = new PacketBuilder()
                .from("198.51.100.1", PORTS[random.nextInt(PORTS.length)])
                .to(pick(random, CLIENTS), random.nextInt(65536))
                .flags(random.nextInt(256))
                .identification(1 + random.nextInt(3))
                .payload(new byte[random.nextInt(300)]);
        if (oneIn(3)) {
            packet.ipOptions(new byte[4 * random.nextInt(11)]);
        }
        if (oneIn(3)) {
            packet.tcpOptions(new byte[4 * random.nextInt(11)]);
        }
        makeOdd(packet);
        return packet.build();
    }

    private void makeOdd(PacketBuilder packet) {
        switch (random.nextInt(16)) {
            case 0 -> packet.version(random.nextInt(16));
            case 1 -> packet.protocol(random.nextInt(256));
            case 2 -> packet.ihl(random.nextInt(16));
            case 3 -> packet.dataOffset(random.nextInt(16));
            case 4 -> packet.totalLength(random.nextInt(100));
            case 5 -> packet.totalLength(0);
            case 6, 7 -> packet.fragment(0, true);
            case 8, 9 -> packet.fragment(1 + random.nextInt(100), random.nextBoolean());
            default -> {
                // As it should be.
            }
        }
    }

    private byte[] ethernet(byte[] ip) {
        int tags = oneIn(3) ? random.nextInt(4) : 0;
        int bytes = 14 + 4 * tags + ip.length;
        ByteBuffer out = ByteBuffer.allocate(oneIn(3) ? Math.max(PADDED_BYTES, bytes) : bytes);
        out.position(12);
        for (int tag = 0; tag < tags; tag++) {
            out.putShort((short) TAG_TYPES[random.nextInt(TAG_TYPES.length)]);
            out.putShort((short) random.nextInt(4096));
        }
        out.putShort((short) (oneIn(20) ? random.nextInt(65536) : 0x0800));
        return out.put(ip).array();
    }
}
