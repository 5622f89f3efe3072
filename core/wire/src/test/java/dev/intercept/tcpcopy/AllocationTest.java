package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.intercept.packet.ResponsePacket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The packet path and the record path make no garbage: measured, since nothing else would notice. */
class AllocationTest {

    private static final int ROUNDS = 50_000;

    /** The JVM's own, such as linking call sites; one object per round would be a hundred times as much. */
    private static final long NOISE_BYTES = 16 * 1024;

    @Test
    void shouldAllocateNothingPerMessage() {
        ResponsePacket longOptions =
                Responses.response("", Responses.ACK, "0101" + "080a1111111122222222" + "051a".repeat(13), 9, 9);
        for (Generation generation : Generation.all()) {
            MessageBuffer buffer = new MessageBuffer(
                    TunnelFormat.of(generation, ProtocolOptions.DEFAULTS), 1 << 20, new TunnelMemory(1 << 20));
            assertAllocatesNothing(generation.name(), () -> {
                assertTrue(buffer.append(longOptions));
                if (buffer.pendingBytes() > 1000) {
                    drain(buffer);
                }
            });
        }
    }

    @Test
    void shouldAllocateNothingPerRecord() {
        ByteBuffer records = ByteBuffer.allocate(14 * 4);
        Generation.V1.encodeOpening(records);
        for (int i = 0; i < 3; i++) {
            Generation.V1.encodeAdd(records, 1, 2, 3, 4);
        }
        Counting counting = new Counting();
        ClientDecoder decoder = new ClientDecoder(ProtocolOptions.DEFAULTS);
        assertAllocatesNothing("records", () -> {
            records.limit(25).position(0);
            decode(decoder, records, counting);
            decode(decoder, records.limit(56), counting);
        });
        assertEquals(0, counting.adds % 3);
    }

    private static void assertAllocatesNothing(String what, Runnable round) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 1000; i++) {
            round.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < NOISE_BYTES, what + ": " + allocated + " bytes in " + ROUNDS + " rounds");
    }

    private static void drain(MessageBuffer buffer) {
        try {
            buffer.writeTo(Sink.INSTANCE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void decode(ClientDecoder decoder, ByteBuffer in, ClientRecords handler) {
        try {
            decoder.decode(in, handler);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Counting implements ClientRecords {

        int adds;

        @Override
        public void opened(TunnelFormat format) {
            // Once.
        }

        @Override
        public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
            adds++;
        }

        @Override
        public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
            throw new AssertionError("no record deletes");
        }
    }
}
