package dev.intercept.tcpcopy;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Takes everything, and looks at nothing. */
public enum Sink implements WritableByteChannel {
    INSTANCE;

    @Override
    public int write(ByteBuffer bytes) {
        int count = bytes.remaining();
        bytes.position(bytes.limit());
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
