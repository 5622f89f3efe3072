package dev.intercept.bpf;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code union bpf_attr}, linux/bpf.h: the argument of one call of bpf(2), zeroed. Native byte order. */
public final class Attributes {

    /** Of the commands used here; the kernel takes what is short of its own for zeroes. */
    static final int BYTES = 120;

    private static final int NAME_BYTES = 15;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());

    /** Keeps what pointers lead to. */
    private final List<ByteBuffer> pointed = new ArrayList<>();

    public Attributes int32(int at, int value) {
        bytes.putInt(at, value);
        return this;
    }

    /** The address of a direct buffer. */
    public Attributes pointer(int at, ByteBuffer to) {
        pointed.add(to);
        bytes.putLong(at, Pointer.nativeValue(Native.getDirectBufferPointer(to)));
        return this;
    }

    /** A name, cut to 15 bytes. */
    Attributes name(int at, String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        bytes.put(at, text, 0, Math.min(NAME_BYTES, text.length));
        return this;
    }

    /** What the kernel wrote there. */
    public int int32(int at) {
        return bytes.getInt(at);
    }

    Pointer address() {
        return Native.getDirectBufferPointer(bytes);
    }

    /** Memory for a pointer, with these bytes in it. */
    public static ByteBuffer memory(byte[] content) {
        ByteBuffer memory =
                ByteBuffer.allocateDirect(Math.max(1, content.length)).order(ByteOrder.nativeOrder());
        memory.put(0, content);
        return memory;
    }
}
