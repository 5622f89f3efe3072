package dev.intercept.tcpcopy;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** One piece of a {@link MessageBuffer}: filled at one end while its other end goes to the socket. */
final class Chunk {

    /** Position is where the next message goes. */
    final ByteBuffer filling;

    /** Behind this one in the list of who has it: a {@link ChunkPool} or a {@link MessageBuffer}. */
    @Nullable
    Chunk next;

    /** Messages put in, and of these how many the socket took whole. */
    int messages;

    int writtenMessages;

    private final ByteBuffer sending;
    private final ChunkPool pool;

    Chunk(ByteBuffer memory, ChunkPool pool) {
        this.pool = pool;
        filling = memory;
        sending = memory.duplicate();
    }

    int unsentBytes() {
        return filling.position() - sending.position();
    }

    int sentBytes() {
        return sending.position();
    }

    /** @return bytes written; 0 also where a signal came first, which the JDK's non-blocking sockets report as a negative number */
    int writeTo(WritableByteChannel channel) throws IOException {
        sending.limit(filling.position());
        return Math.max(0, channel.write(sending));
    }

    void clear() {
        filling.clear();
        sending.clear();
        messages = 0;
        writtenMessages = 0;
    }

    /** Behind its length: all that was put in, how much of it was sent, and the two counts. */
    void save(DataOutput out) throws IOException {
        byte[] content = new byte[filling.position()];
        filling.get(0, content);
        out.write(content);
        out.writeInt(sentBytes());
        out.writeInt(messages);
        out.writeInt(writtenMessages);
    }

    /** @throws IOException when so much is in no chunk */
    static byte[] content(int bytes, DataInput in) throws IOException {
        if (bytes < 0 || bytes > TunnelMemory.CHUNK_BYTES) {
            throw new IOException(bytes + " bytes in a chunk of " + TunnelMemory.CHUNK_BYTES);
        }
        byte[] content = new byte[bytes];
        in.readFully(content);
        return content;
    }

    /** Of an empty one. */
    void restore(byte[] content, int sent, int messagesIn, int messagesWritten) {
        filling.put(content);
        sending.position(sent);
        messages = messagesIn;
        writtenMessages = messagesWritten;
    }

    boolean isOf(ChunkPool other) {
        return pool == other;
    }

    /** Back where it came from; nobody may use it any more. */
    void giveBack() {
        pool.give(this);
    }
}
