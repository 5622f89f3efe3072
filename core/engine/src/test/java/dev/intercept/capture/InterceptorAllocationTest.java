package dev.intercept.capture;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.answers.AnswerCount;
import dev.intercept.answers.AnswerMeter;
import dev.intercept.answers.Sampling;
import dev.intercept.answers.TargetPicture;
import dev.intercept.kit.PacketBuilder;
import dev.intercept.packet.ResponsePacket;
import dev.intercept.session.Outlet;
import dev.intercept.session.SessionLimits;
import dev.intercept.session.SessionTable;
import dev.intercept.session.UnroutedResponses;
import dev.intercept.stats.Counter;
import dev.intercept.stats.Counters;
import dev.intercept.stats.RateLimitedLog;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In steady state no verdict costs an object, whichever way a response goes and whatever is noticed on it. */
class InterceptorAllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int PACKETS = 100_000;

    /** Of every second packet, more than the data of any. */
    private static final int SEQUENCE_STEP = 16;

    /** The test's own loop, the bean and late compilation take some kilobytes; an object per packet would take megabytes. */
    private static final long MAX_BYTES = 64 * 1024;

    private static final Outlet TUNNEL = new Outlet() {
        @Override
        public boolean forward(ResponsePacket response) {
            return true;
        }

        @Override
        public void flush(Counters counters) {
            // Nothing is sent.
        }
    };

    private final Counters counters = new Counters();
    private final SessionTable sessions = new SessionTable(SessionLimits.DEFAULTS, new Counters());
    private final Sampling sampling = new Sampling();
    private final Interceptor interceptor = new Interceptor(
            new PassList(List.of()),
            sessions,
            UnroutedResponses.NOBODY,
            AddressTranslation.NONE,
            counters,
            new RateLimitedLog(System.getLogger("allocation"), System::nanoTime),
            new AnswerMeter(sampling, System::nanoTime, true),
            1);

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private void run(ByteBuffer packet, int sequenceOffset, int times) {
        for (int i = 0; i < times; i++) {
            packet.putInt(sequenceOffset, i / 2 * SEQUENCE_STEP);
            interceptor.onPacket(packet);
            if (i % CaptureLoop.BATCH_LIMIT == 0) {
                interceptor.endOfBatch(1);
            }
        }
    }

    private void assertAllocatesNothing(PacketBuilder builder) {
        ByteBuffer packet = builder.toBuffer();
        int sequenceOffset = packet.position() + 24;
        run(packet, sequenceOffset, WARM_UP);
        long before = allocatedBytes();
        run(packet, sequenceOffset, PACKETS);
        long allocated = allocatedBytes() - before;
        assertTrue(allocated < MAX_BYTES, () -> allocated + " bytes for " + PACKETS + " packets");
    }

    private void addRoute() {
        sessions.add(PacketBuilder.address("192.0.2.1"), 40000, PacketBuilder.address("198.51.100.1"), 80, TUNNEL, 1);
    }

    private static PacketBuilder response(int flags) {
        return new PacketBuilder()
                .from("198.51.100.1", 80)
                .to("192.0.2.1", 40000)
                .flags(flags);
    }

    @Test
    void shouldForwardWithoutAllocating() {
        addRoute();
        assertAllocatesNothing(response(PacketBuilder.ACK));
        assertEquals(WARM_UP + PACKETS, counters.get(Counter.FORWARDED));
    }

    @Test
    void shouldLookAtASessionOfTheSampleWithoutAllocating() {
        addRoute();
        interceptor.onPacket(
                response(PacketBuilder.SYN | PacketBuilder.ACK).sequence(0).toBuffer());
        assertAllocatesNothing(response(PacketBuilder.ACK).payload("HTTP/1.1 200 OK".getBytes(US_ASCII)));
        assertTrue(count(AnswerCount.REPEATED) >= PACKETS / 2, () -> count(AnswerCount.REPEATED) + " were looked at");
        assertTrue(count(AnswerCount.HTTP_2XX) > 0, "statuses are read");
    }

    private long count(AnswerCount count) {
        return TargetPicture.of(sampling, List.of(interceptor.answers()))
                .ports()
                .get(0)
                .count(count);
    }

    @Test
    void shouldNoticeRepeatedSynAcksWithoutAllocating() {
        addRoute();
        assertAllocatesNothing(response(PacketBuilder.SYN | PacketBuilder.ACK));
        assertTrue(counters.get(Counter.SYN_ACKS_REPEATED) >= PACKETS / 2);
    }

    @Test
    void shouldTallyResponsesWithoutRoutesWithoutAllocating() {
        assertAllocatesNothing(response(PacketBuilder.ACK));
        assertEquals(WARM_UP + PACKETS, counters.get(Counter.NO_ROUTE));
    }
}
