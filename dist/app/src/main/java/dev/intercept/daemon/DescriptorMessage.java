package dev.intercept.daemon;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with file descriptors for sendmsg(2) and recvmsg(2), SCM_RIGHTS of unix(7), in one piece of memory. P is the size of a pointer and of a
 * {@code size_t}:
 *
 * <pre>
 *   msghdr    0  name, its length       2P  iovec, 1       4P  cmsghdr, its length       6P  flags
 *   iovec     7P text, its length
 *   cmsghdr   9P length, level (4), type (4), descriptors (4 each)
 *   text      behind
 * </pre>
 */
final class DescriptorMessage {

    /** Of Linux, SCM_MAX_FD. */
    static final int MAX_DESCRIPTORS = 253;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int P = Native.POINTER_SIZE;
    private static final int IOVEC = 7 * P;
    private static final int CONTROL = 9 * P;
    private static final int DESCRIPTORS = CONTROL + P + 2 * Integer.BYTES;

    private final Memory memory;

    DescriptorMessage(String text, List<Integer> descriptors) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int controlEnd = DESCRIPTORS + Integer.BYTES * descriptors.size();
        int textOffset = (controlEnd + P - 1) / P * P;
        memory = new Memory(textOffset + bytes.length);
        memory.clear();
        memory.setPointer(2L * P, memory.share(IOVEC));
        setSize(3 * P, 1);
        memory.setPointer(4L * P, memory.share(CONTROL));
        setSize(5 * P, textOffset - CONTROL);
        memory.setPointer(IOVEC, memory.share(textOffset));
        setSize(IOVEC + P, bytes.length);
        setSize(CONTROL, controlEnd - CONTROL);
        memory.setInt(CONTROL + P, SOL_SOCKET);
        memory.setInt(CONTROL + P + Integer.BYTES, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++) {
            memory.setInt(DESCRIPTORS + Integer.BYTES * i, descriptors.get(i));
        }
        memory.write(textOffset, bytes, 0, bytes.length);
    }

    private void setSize(int offset, int value) {
        if (P == Long.BYTES) {
            memory.setLong(offset, value);
        } else {
            memory.setInt(offset, value);
        }
    }

    /** After recvmsg(2) into it: the text that came. */
    String text(int bytes) {
        byte[] text = new byte[bytes];
        memory.getPointer(IOVEC).read(0, text, 0, bytes);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** After recvmsg(2) into it: the descriptors that came. */
    List<Integer> descriptors() {
        long control = size(5 * P) == 0 ? DESCRIPTORS : CONTROL + size(CONTROL);
        List<Integer> descriptors = new ArrayList<>();
        for (long at = DESCRIPTORS; at < control; at += Integer.BYTES) {
            descriptors.add(memory.getInt(at));
        }
        return descriptors;
    }

    private long size(int offset) {
        return P == Long.BYTES ? memory.getLong(offset) : memory.getInt(offset);
    }

    /** The {@code struct msghdr}; the memory lives as long as this object is used. */
    Pointer header() {
        return memory;
    }
}
