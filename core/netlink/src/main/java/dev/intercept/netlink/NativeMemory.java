package dev.intercept.netlink;

import java.nio.ByteBuffer;

/** Memory outside the heap that Java and the kernel both see. Made by the {@link SystemCalls} that it is used with. */
public abstract class NativeMemory {

    private final ByteBuffer buffer;
    private final long address;

    /**
     * @param buffer a direct buffer in native byte order, which keeps the memory from being freed
     * @param address where its byte 0 lies
     */
    protected NativeMemory(ByteBuffer buffer, long address) {
        this.buffer = buffer;
        this.address = address;
    }

    /** All of it, in native byte order; position and limit are not to be moved. */
    public final ByteBuffer buffer() {
        return buffer;
    }

    public final long address() {
        return address;
    }

    /** A part of this memory, for a call that takes its address. Made once: a call allocates nothing then. */
    public abstract NativeMemory at(int offset);
}
