package dev.intercept.pcap;

import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.TestNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Responses of the test network's target as a server sends them. */
final class Responses {

    private Responses() {}

    /** Response number {@code n}, unlike every other. */
    static byte[] response(int n) {
        return new PacketBuilder()
                .to(TestNetwork.client(1 + n % 200), 10_000 + n / 200)
                .identification(1 + n % 65_535)
                .sequence(n)
                .build();
    }

    /** Handshakes, data and resets, with and without options, of 40 to 1500 bytes; the same for the same seed. */
    static List<byte[]> varied(int count, long seed) {
        Random random = new Random(seed);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            packets.add(new PacketBuilder()
                    .to(TestNetwork.client(1 + random.nextInt(200)), 1024 + random.nextInt(60_000))
                    .flags(random.nextInt(0x40))
                    .sequence(random.nextInt())
                    .acknowledgement(random.nextInt())
                    .identification(i + 1)
                    .ipOptions(randomBytes(random, random.nextInt(10) == 0 ? 4 * random.nextInt(11) : 0))
                    .tcpOptions(randomBytes(random, 4 * random.nextInt(11)))
                    .payload(randomBytes(random, random.nextBoolean() ? 0 : random.nextInt(1380)))
                    .build());
        }
        return packets;
    }

    private static byte[] randomBytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
