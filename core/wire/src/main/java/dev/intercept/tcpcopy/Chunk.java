package dev.intercept.tcpcopy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** One piece of a {@link MessageBuffer}: filled at one end while its other end goes to the socket. */
final class Chunk {

    /** Position is where the next message goes. */
    final ByteBuffer filling;

    /** In the list of a {@link ChunkPool}, which alone uses it. */
    Chunk next;

    private final ByteBuffer sending;

    Chunk(ByteBuffer memory) {
        filling = memory;
        sending = memory.duplicate();
    }

    int unsentBytes() {
        return filling.position() - sending.position();
    }

    int writeTo(WritableByteChannel channel) throws IOException {
        sending.limit(filling.position());
        return channel.write(sending);
    }

    void clear() {
        filling.clear();
        sending.clear();
    }
}
