package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.intercept.packet.ResponsePacket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the backlogs of several tunnels may take together. */
class TunnelMemoryTest {

    private static final int MIB = 1 << 20;
    private static final int CHUNK = TunnelMemory.CHUNK_BYTES;
    private static final TunnelFormat FORMAT = TunnelFormat.of(Generation.V1, ProtocolOptions.DEFAULTS);

    private final ResponsePacket response = Responses.response(Responses.ACK, "", 0);
    private final TunnelMemory memory = new TunnelMemory(8 * CHUNK);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final WritableByteChannel socket = Channels.newChannel(sent);

    @Test
    void shouldLeaveHalfOfTheCommonPartToOthersAndTheirOwnSharesToAll() throws IOException {
        MessageBuffer greedy = buffer();
        fill(greedy);
        assertEquals(4 * CHUNK, memory.commonBytes());
        assertEquals(TunnelMemory.OWN_BYTES + 4 * CHUNK, greedy.heldBytes());

        MessageBuffer second = buffer();
        fill(second);
        assertEquals(TunnelMemory.OWN_BYTES + 2 * CHUNK, second.heldBytes());

        for (int i = 0; i < 100; i++) {
            fill(buffer());
        }
        assertEquals(8 * CHUNK, memory.commonBytes(), "the common part has an end");
        MessageBuffer last = buffer();
        fill(last);
        assertEquals(TunnelMemory.OWN_BYTES, last.heldBytes(), "each tunnel has its own share");

        greedy.writeTo(socket);
        assertEquals(4 * CHUNK, memory.commonBytes());
        assertTrue(last.append(response), "there is room again");
    }

    @Test
    void shouldTakeNothingOfTheCommonPartForClientsWhoseBacklogFitsTheirShare() {
        for (int client = 0; client < 620; client++) {
            MessageBuffer buffer = buffer();
            while (buffer.pendingBytes() < 30_000) {
                assertTrue(buffer.append(response));
            }
        }
        assertEquals(0, memory.commonBytes());
    }

    @Test
    void shouldSendWholeBatchesAfterARefusal() throws IOException {
        MessageBuffer buffer = buffer();
        int messages = fill(buffer);
        buffer.writeTo(socket);
        buffer.append(response);
        buffer.writeTo(socket);
        ByteBuffer in = ByteBuffer.wrap(sent.toByteArray());
        int seen = 0;
        while (in.hasRemaining()) {
            int count = in.getShort();
            assertTrue(count >= 1 && count <= FORMAT.batchLimit(), "a batch of " + count);
            in.position(in.position() + count * FORMAT.messageBytes());
            seen += count;
        }
        assertEquals(messages + 1, seen);
    }

    @Test
    void shouldHaveItsMemoryBackFromATunnelThatEnds() {
        MessageBuffer buffer = buffer();
        fill(buffer);
        buffer.discard();
        assertEquals(0, memory.commonBytes());
        assertEquals(0, memory.own.takenBytes());
        assertEquals(0, buffer.heldBytes());
        assertEquals(0, buffer.pendingBytes());
    }

    @Test
    void shouldKnowWhatIsTakenHoweverBacklogsGrowAndShrink() throws IOException {
        Random random = new Random(8);
        TunnelMemory wide = new TunnelMemory(16 * CHUNK);
        List<MessageBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            buffers.add(new MessageBuffer(FORMAT, MIB, wide));
        }
        for (int step = 0; step < 20_000; step++) {
            MessageBuffer buffer = buffers.get(random.nextInt(buffers.size()));
            for (int i = random.nextInt(200); i > 0; i--) {
                buffer.append(response);
            }
            if (random.nextInt(3) == 0) {
                buffer.writeTo(new Limited(random.nextInt(60_000)), random.nextInt(1, 50_000));
            }
            long held = buffers.stream().mapToLong(MessageBuffer::heldBytes).sum();
            assertEquals(held, wide.commonBytes() + wide.own.takenBytes());
        }
    }

    private MessageBuffer buffer() {
        return new MessageBuffer(FORMAT, MIB, memory);
    }

    private int fill(MessageBuffer buffer) {
        int messages = 0;
        while (buffer.append(response)) {
            messages++;
        }
        assertFalse(buffer.append(response));
        return messages;
    }

    /** Takes so many bytes and no more. */
    private static final class Limited implements WritableByteChannel {

        private int room;

        Limited(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int count = Math.min(room, bytes.remaining());
            bytes.position(bytes.position() + count);
            room -= count;
            return count;
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
