package dev.intercept.ipqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.netlink.NetlinkHeader;
import dev.intercept.spi.Verdict;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that no real kernel sends: nothing is thrown, and each packet whose id survived gets its verdict. */
class HostileKernelTest {

    private static final int BURSTS = 100;
    private static final int BURST = 30;
    private static final int LAST_OF_BURST = -1;
    private static final int WAIT_MS = 60_000;
    private static final int COPY_RANGE_BYTES = 128;
    private static final int ID_END = 24;
    private static final int TYPE_PACKET = 19;

    /** What became of a packet's message, and whether its verdict can be expected. */
    private record Mutant(byte[] message, boolean idSurvives) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldGiveAVerdictWheneverTheIdCanBeRead(long seed, @TempDir Path proc) throws Exception {
        Random random = new Random(seed);
        try (FakeKernel kernel = FakeKernel.start(0, proc);
                IpQueueBackend backend =
                        IpQueueBackend.open(new JnrSystemCalls(), kernel.endpoint(), COPY_RANGE_BYTES)) {
            for (int burst = 0; burst < BURSTS; burst++) {
                List<CompletableFuture<Integer>> expected = sendMutants(kernel, random);
                CompletableFuture<Integer> last = sendLast(kernel);
                pollUntilLast(backend);
                assertEquals(1, last.get(WAIT_MS, TimeUnit.MILLISECONDS));
                for (CompletableFuture<Integer> verdict : expected) {
                    assertTrue(verdict.get(WAIT_MS, TimeUnit.MILLISECONDS) <= 1, "seed " + seed);
                }
                // What lost its id would wait for ever in a real kernel too; it must not fill the queue of this one.
                kernel.ipQueue().dropAll();
            }
            assertTrue(
                    backend.counters().malformed() > BURSTS, backend.counters().toString());
            assertTrue(backend.counters().unknown() > BURSTS, backend.counters().toString());
        }
    }

    private static List<CompletableFuture<Integer>> sendMutants(FakeKernel kernel, Random random) {
        List<CompletableFuture<Integer>> expected = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            boolean[] idSurvives = new boolean[1];
            kernel.setMutation(message -> {
                if (ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getShort(4) != TYPE_PACKET) {
                    return message;
                }
                Mutant mutant = mutate(message, random);
                idSurvives[0] = mutant.idSurvives;
                return mutant.message;
            });
            CompletableFuture<Integer> verdict = kernel.queue(Packets.numbered(i, 40 + random.nextInt(200)));
            if (idSurvives[0]) {
                expected.add(verdict);
            }
        }
        kernel.setMutation(message -> message);
        return expected;
    }

    private static CompletableFuture<Integer> sendLast(FakeKernel kernel) {
        return kernel.queue(Packets.numbered(LAST_OF_BURST, 60));
    }

    private static void pollUntilLast(IpQueueBackend backend) throws Exception {
        boolean[] last = new boolean[1];
        while (!last[0]) {
            backend.poll(
                    packet -> {
                        assertTrue(packet.remaining() <= COPY_RANGE_BYTES + 3);
                        last[0] |= packet.remaining() >= 28 && Packets.number(packet) == LAST_OF_BURST;
                        return Verdict.ACCEPT;
                    },
                    64,
                    WAIT_MS);
        }
    }

    private static Mutant mutate(byte[] message, Random random) {
        ByteBuffer view = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        switch (random.nextInt(8)) {
            case 0: // cut anywhere, so that the lengths lie
                int kept = 1 + random.nextInt(message.length);
                return new Mutant(Arrays.copyOf(message, kept), kept >= ID_END);
            case 1: // more than any slot holds
                byte[] large = Arrays.copyOf(message, message.length + random.nextInt(70_000));
                return new Mutant(large, true);
            case 2: // a data length of its own
                view.putLong(104, random.nextBoolean() ? random.nextLong() : random.nextInt(300) - 50);
                return new Mutant(message, true);
            case 3: // a netlink length of its own
                view.putInt(0, random.nextInt());
                return new Mutant(message, true);
            case 4: // any type but a packet's
                view.putShort(4, (short) (TYPE_PACKET + 1 + random.nextInt(0xffff)));
                return new Mutant(message, false);
            case 5: // an error, whole or cut, with any number
                view.putShort(4, (short) NetlinkHeader.NLMSG_ERROR);
                view.putInt(16, random.nextInt(8) == 0 ? Integer.MIN_VALUE : random.nextInt(300) - 200);
                return new Mutant(Arrays.copyOf(message, 1 + random.nextInt(message.length)), false);
            case 6: // noise
                random.nextBytes(message);
                return new Mutant(Arrays.copyOf(message, 1 + random.nextInt(message.length)), false);
            default:
                return new Mutant(message, true);
        }
    }
}
