package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Batches, bounds and memory of what waits for one tunnel's socket. */
class MessageBufferTest {

    private static final int MIB = 1 << 20;
    private static final int MESSAGE_BYTES = 64;

    /** What a non-blocking socket of the JDK returns when a signal comes first: sun.nio.ch.IOStatus. */
    private static final int INTERRUPTED = -3;

    private static final TunnelFormat COMBINED = TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS);
    private static final TunnelFormat BARE = TunnelFormat.of(
            Generation.V1, new ProtocolOptions(ProtocolOptions.Combined.OFF, false, false, Optional.empty()));

    private final ResponsePacket response = Responses.response(Responses.ACK, "", 0);
    private final TunnelMemory memory = new TunnelMemory(16 * MIB);
    private final Socket socket = new Socket();

    @Test
    void shouldWriteOneBatchWithItsCount() throws IOException {
        MessageBuffer buffer = filled(COMBINED, MIB, 3);
        assertEquals(2 + 3 * MESSAGE_BYTES, buffer.pendingBytes());
        assertEquals(2 + 3 * MESSAGE_BYTES, buffer.writeTo(socket));
        assertEquals(0, buffer.pendingBytes());
        assertEquals(List.of(3), socket.batches());
    }

    @Test
    void shouldBeginAnotherBatchWhenOneIsFull() throws IOException {
        filled(COMBINED, MIB, 35).writeTo(socket);
        assertEquals(List.of(16, 16, 3), socket.batches());
    }

    @Test
    void shouldBeginAnotherBatchAfterEachWrite() throws IOException {
        MessageBuffer buffer = filled(COMBINED, MIB, 2);
        buffer.writeTo(socket);
        buffer.append(response);
        buffer.writeTo(socket);
        assertEquals(List.of(2, 1), socket.batches());
    }

    @Test
    void shouldNotAddToABatchWhoseCountMayHaveGone() throws IOException {
        for (int taken = 0; taken < 2 * MESSAGE_BYTES; taken++) {
            Socket slow = new Socket();
            MessageBuffer buffer = filled(COMBINED, MIB, 2);
            slow.room = taken;
            assertEquals(taken, buffer.writeTo(slow));
            buffer.append(response);
            slow.room = MIB;
            buffer.writeTo(slow);
            assertEquals(List.of(2, 1), slow.batches(), taken + " bytes taken");
        }
    }

    /** In steps of a chunk: the step that reaches what was enough is the last. */
    @Test
    void shouldStopOnceEnoughIsWritten() throws IOException {
        MessageBuffer buffer = filled(BARE, MIB, 5 * TunnelMemory.CHUNK_BYTES / MESSAGE_BYTES);
        assertEquals(TunnelMemory.CHUNK_BYTES, buffer.writeTo(socket, 1));
        assertEquals(TunnelMemory.CHUNK_BYTES, buffer.writeTo(socket, TunnelMemory.CHUNK_BYTES));
        assertEquals(2 * TunnelMemory.CHUNK_BYTES, buffer.writeTo(socket, TunnelMemory.CHUNK_BYTES + 1));
        assertEquals(TunnelMemory.CHUNK_BYTES, buffer.pendingBytes());
    }

    @Test
    void shouldWriteBareMessagesWithoutCounts() throws IOException {
        MessageBuffer buffer = filled(BARE, MIB, 100);
        assertEquals(100 * MESSAGE_BYTES, buffer.writeTo(socket));
        assertEquals(100 * MESSAGE_BYTES, socket.taken.size());
    }

    @Test
    void shouldTakeNothingOfAMessageThatDoesNotFit() throws IOException {
        MessageBuffer buffer = filled(BARE, 3 * MESSAGE_BYTES + 63, 3);
        assertFalse(buffer.append(response));
        assertEquals(3 * MESSAGE_BYTES, buffer.pendingBytes());
        buffer.writeTo(socket);
        assertTrue(buffer.append(response));
        buffer.writeTo(socket);
        assertEquals(4 * MESSAGE_BYTES, socket.taken.size());
    }

    @Test
    void shouldCountTheCountTowardsTheBound() throws IOException {
        MessageBuffer buffer = filled(COMBINED, 2 + 2 * MESSAGE_BYTES, 2);
        assertFalse(buffer.append(response));
        buffer.writeTo(socket);
        assertEquals(List.of(2), socket.batches());
        assertFalse(new MessageBuffer(COMBINED, MESSAGE_BYTES + 1, memory).append(response));
        assertTrue(new MessageBuffer(COMBINED, MESSAGE_BYTES + 2, memory).append(response));
    }

    @Test
    void shouldKeepWholeMessagesInOrderWhateverTheSocketTakes() throws IOException {
        for (TunnelFormat format : List.of(COMBINED, BARE)) {
            Socket slow = new Socket();
            MessageBuffer buffer = new MessageBuffer(format, MIB, memory);
            for (int i = 0; i < 10_000; i++) {
                assertTrue(buffer.append(Responses.response("", i & 0xff, "", i, 0)));
                if (i % 3 == 0) {
                    slow.room = i * 31 % 197;
                    buffer.writeTo(slow);
                }
            }
            slow.room = MIB;
            buffer.writeTo(slow);
            assertEquals(0, buffer.pendingBytes());
            List<Integer> lengths = slow.totalLengths(format);
            assertEquals(10_000, lengths.size());
            for (int i = 0; i < lengths.size(); i++) {
                assertEquals(40 + i, lengths.get(i));
            }
        }
    }

    @Test
    void shouldCountWhatTheSocketTookWholeAndWhatWaits() throws IOException {
        Random random = new Random(5);
        for (TunnelFormat format : List.of(COMBINED, BARE)) {
            Socket slow = new Socket();
            MessageBuffer buffer = new MessageBuffer(format, MIB, memory);
            int appended = 0;
            for (int step = 0; step < 300; step++) {
                for (int i = random.nextInt(40); i > 0; i--) {
                    appended += buffer.append(response) ? 1 : 0;
                }
                slow.room = random.nextInt(2500);
                buffer.writeTo(slow, random.nextInt(1, 2000));
                assertEquals(slow.wholeMessages(format), buffer.writtenMessages());
                assertEquals(appended - buffer.writtenMessages(), buffer.waitingMessages());
            }
            int waiting = buffer.waitingMessages();
            assertTrue(waiting > 0);
            assertEquals(waiting, buffer.discard());
            assertEquals(0, buffer.waitingMessages());
        }
    }

    @Test
    void shouldTakeASignalForAWriteOfNothing() throws IOException {
        MessageBuffer buffer = filled(COMBINED, MIB, 3);
        socket.interrupted = true;
        assertEquals(0, buffer.writeTo(socket));
        assertEquals(2 + 3 * MESSAGE_BYTES, buffer.pendingBytes());
        socket.interrupted = false;
        buffer.append(response);
        buffer.writeTo(socket);
        assertEquals(List.of(3, 1), socket.batches());
        assertEquals(4, buffer.writtenMessages());
    }

    @Test
    void shouldHoldNoMemoryBeforeTheFirstMessage() {
        assertEquals(0, new MessageBuffer(COMBINED, MIB, memory).heldBytes());
    }

    @Test
    void shouldHoldOnlyTheFirstChunkWhileTheSocketKeepsUp() throws IOException {
        MessageBuffer buffer = new MessageBuffer(COMBINED, MIB, memory);
        for (int i = 0; i < 100_000; i++) {
            buffer.append(response);
            if (i % 64 == 0) {
                buffer.writeTo(socket);
                socket.taken.reset();
            }
        }
        assertEquals(TunnelMemory.CHUNK_BYTES, buffer.heldBytes());
    }

    @Test
    void shouldGrowWithTheBacklogAndGiveItsMemoryBackWhenDrained() throws IOException {
        MessageBuffer buffer = new MessageBuffer(COMBINED, MIB, memory);
        while (buffer.append(response)) {
            assertTrue(buffer.heldBytes() <= buffer.pendingBytes() + 2 * TunnelMemory.CHUNK_BYTES);
        }
        assertTrue(buffer.pendingBytes() > MIB - MESSAGE_BYTES - 2);
        buffer.writeTo(socket);
        assertEquals(TunnelMemory.CHUNK_BYTES, buffer.heldBytes());
    }

    @Test
    void shouldReuseMemoryWhileABacklogStays() throws IOException {
        MessageBuffer buffer = filled(BARE, MIB, 3000);
        int most = 0;
        for (int i = 0; i < 50_000; i++) {
            assertTrue(buffer.append(response));
            socket.room = MESSAGE_BYTES;
            buffer.writeTo(socket);
            most = Math.max(most, buffer.heldBytes());
        }
        assertTrue(most <= 3000 * MESSAGE_BYTES + 3 * TunnelMemory.CHUNK_BYTES, most + " bytes held");
    }

    @Test
    void shouldFillEveryByteOfAMessageInReusedMemory() throws IOException {
        TunnelFormat payload = TunnelFormat.of(
                Generation.V1, new ProtocolOptions(ProtocolOptions.Combined.OFF, true, false, Optional.empty()));
        MessageBuffer buffer = new MessageBuffer(payload, MIB, memory);
        buffer.append(Responses.response(Responses.ACK, "01".repeat(24), 128));
        buffer.writeTo(socket);
        socket.taken.reset();
        buffer.append(response);
        buffer.writeTo(socket);
        byte[] message = socket.taken.toByteArray();
        for (int i = 40; i < 192; i++) {
            assertEquals(0, message[i], "byte " + i);
        }
    }

    private MessageBuffer filled(TunnelFormat format, int maxBytes, int messages) {
        MessageBuffer buffer = new MessageBuffer(format, maxBytes, memory);
        for (int i = 0; i < messages; i++) {
            assertTrue(buffer.append(response));
        }
        return buffer;
    }

    /** Takes {@code room} bytes and no more, like a socket whose send buffer is full. */
    private static final class Socket implements WritableByteChannel {

        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        int room = Integer.MAX_VALUE;
        boolean interrupted;

        @Override
        public int write(ByteBuffer bytes) {
            if (interrupted) {
                return INTERRUPTED;
            }
            int count = Math.min(room, bytes.remaining());
            for (int i = 0; i < count; i++) {
                taken.write(bytes.get());
            }
            room -= count;
            return count;
        }

        /** Messages of which the last byte was taken. */
        int wholeMessages(TunnelFormat format) {
            ByteBuffer in = ByteBuffer.wrap(taken.toByteArray());
            int messages = 0;
            while (in.remaining() >= MESSAGE_BYTES + 2) {
                for (int left = format.combined() ? in.getShort() : 1; left > 0; left--) {
                    if (in.remaining() < MESSAGE_BYTES) {
                        return messages;
                    }
                    in.position(in.position() + MESSAGE_BYTES);
                    messages++;
                }
            }
            return messages + (format.combined() ? 0 : in.remaining() / MESSAGE_BYTES);
        }

        List<Integer> batches() {
            List<Integer> counts = new ArrayList<>();
            ByteBuffer in = ByteBuffer.wrap(taken.toByteArray());
            while (in.hasRemaining()) {
                int count = in.getShort();
                counts.add(count);
                in.position(in.position() + count * MESSAGE_BYTES);
            }
            return counts;
        }

        List<Integer> totalLengths(TunnelFormat format) {
            List<Integer> lengths = new ArrayList<>();
            ByteBuffer in = ByteBuffer.wrap(taken.toByteArray());
            while (in.hasRemaining()) {
                for (int left = format.combined() ? in.getShort() : 1; left > 0; left--) {
                    lengths.add(in.getShort(in.position() + 2) & 0xffff);
                    in.position(in.position() + format.messageBytes());
                }
            }
            return lengths;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }
}
