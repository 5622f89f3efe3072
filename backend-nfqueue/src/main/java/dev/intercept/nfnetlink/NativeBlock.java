package dev.intercept.nfnetlink;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory that Java and the kernel both see: a direct buffer in native byte order and its address. Freed by the collector. */
public final class NativeBlock {

    private final ByteBuffer buffer;
    private final Pointer pointer;

    /** Zeroed memory. */
    public NativeBlock(int bytes) {
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        pointer = Native.getDirectBufferPointer(buffer);
    }

    /** All of it, in native byte order; position and limit are not to be moved. */
    public ByteBuffer buffer() {
        return buffer;
    }

    Pointer pointer() {
        return pointer;
    }

    long address() {
        return Pointer.nativeValue(pointer);
    }
}
