package dev.intercept.bpf;

import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;

/** Has the kernel run a program on a frame that a test brings, as if it came by a device: BPF_PROG_TEST_RUN. */
public final class TestRun {

    private TestRun() {}

    /** @return what the program returned */
    public static int of(int programFd, byte[] frame) throws SystemCallException {
        ByteBuffer after = ByteBuffer.allocateDirect(frame.length + 256);
        Attributes attributes = new Attributes()
                .int32(0, programFd)
                .int32(8, frame.length)
                .int32(12, after.capacity())
                .pointer(16, Attributes.memory(frame))
                .pointer(24, after)
                .int32(32, 1);
        Bpf.call("BPF_PROG_TEST_RUN", Bpf.BPF_PROG_TEST_RUN, attributes);
        return attributes.int32(4);
    }
}
