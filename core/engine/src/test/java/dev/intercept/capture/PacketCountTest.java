package dev.intercept.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.kit.RecordingLogger;
import dev.intercept.kit.TestNetwork;
import dev.intercept.net.Cidr;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import dev.intercept.stats.Statistics;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each packet raises exactly one packet counter, whatever becomes of it later. The seed is fixed. */
class PacketCountTest {

    private static final int PACKETS = 20_000;
    private static final int CLIENT_PORTS = 200;
    private static final int TARGET_PORT = 8080;
    private static final String PASSED_CLIENT = "203.0.113.9";

    private final Random random = new Random(4);
    private final Counters server = new Counters();
    private final Counters lane = new Counters();
    private final SessionTable sessions = new SessionTable(SessionLimits.of(16, 100, 50, 20), server);
    private final Outlet tunnel = new RandomTarget(random);
    private final Interceptor interceptor = new Interceptor(
            new PassList(List.of(Cidr.parse(PASSED_CLIENT))),
            sessions,
            UnroutedResponses.NOBODY,
            AddressTranslation.NONE,
            lane,
            new RateLimitedLog(new RecordingLogger(), System::nanoTime),
            new AnswerMeter(new Sampling(), System::nanoTime),
            0);

    @Test
    void shouldCountEachPacketOnce() {
        Statistics statistics = new Statistics(List.of(server, lane), List.of(), sessions::size, () -> 1, () -> 0);
        for (int packets = 1; packets <= PACKETS; packets++) {
            int nowS = packets / 20;
            if (random.nextInt(3) == 0) {
                addOrDelete(nowS);
            }
            interceptor.onPacket(ByteBuffer.wrap(packet().build()));
            if (packets % CaptureLoop.BATCH_LIMIT == 0) {
                interceptor.endOfBatch(nowS);
                sessions.expire(nowS);
            }
            assertEquals(packets, statistics.packets());
        }
        for (Counter counter : Counter.values()) {
            boolean isOfSessions = counter.ordinal() < Counter.SYN_ACKS_REPEATED.ordinal();
            assertTrue(!isOfSessions || statistics.get(counter) > 0, counter + " was tried too");
        }
    }

    private void addOrDelete(int nowS) {
        int client = PacketBuilder.address(TestNetwork.client(1));
        int target = PacketBuilder.address(TestNetwork.TARGET);
        int port = random.nextInt(CLIENT_PORTS);
        if (random.nextInt(4) > 0) {
            sessions.add(client, port, target, TARGET_PORT, tunnel, nowS);
        } else {
            sessions.remove(client, port, target, TARGET_PORT, tunnel);
        }
    }

    private PacketBuilder packet() {
        PacketBuilder packet = new PacketBuilder().to(TestNetwork.client(1), random.nextInt(CLIENT_PORTS));
        return switch (random.nextInt(12)) {
            case 0 -> packet.to(PASSED_CLIENT, 1);
            case 1 -> packet.protocol(17);
            case 2 -> random.nextBoolean() ? packet.totalLength(0) : packet.truncateTo(random.nextInt(40));
            case 3 -> packet.fragment(8, true);
            case 4, 5, 6 -> packet.flags(PacketBuilder.SYN | PacketBuilder.ACK);
            default -> packet;
        };
    }

    /** A tunnel that often has no room, and seldom a bug. */
    private record RandomTarget(Random random) implements Outlet {
        @Override
        public boolean forward(ResponsePacket response) {
            if (!response.isSyn() && random.nextInt(1000) == 0) {
                throw new IllegalStateException("a bug");
            }
            return random.nextBoolean();
        }

        @Override
        public boolean isClosed() {
            return random.nextInt(4) == 0;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    }
}
