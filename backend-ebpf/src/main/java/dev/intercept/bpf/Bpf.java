package dev.intercept.bpf;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.intercept.netlink.Errno;
import dev.intercept.netlink.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** bpf(2). Any thread. */
public final class Bpf {

    /** linux/bpf.h */
    static final int BPF_MAP_CREATE = 0;

    static final int BPF_MAP_LOOKUP_ELEM = 1;
    static final int BPF_MAP_UPDATE_ELEM = 2;
    static final int BPF_MAP_DELETE_ELEM = 3;
    static final int BPF_PROG_LOAD = 5;

    /** For tests: runs a program on bytes that the caller brings. */
    public static final int BPF_PROG_TEST_RUN = 10;

    private static final int BPF_PROG_TYPE_SCHED_CLS = 3;
    private static final int LOG_BYTES = 1 << 20;

    /** How often a call is made whose error passes by itself. */
    private static final int TRIES = 16;

    /** Nothing of the kernel's that is used here asks for a GPL-compatible one. */
    private static final String LICENCE = "Apache-2.0\0";

    private static final int NUMBER =
            Architecture.bpfNumber(System.getProperty("os.arch")).orElse(-1);

    private Bpf() {}

    /**
     * Makes the call.
     *
     * @param operation for the error text
     * @return what it returned, 0 or more
     */
    public static int call(String operation, int command, Attributes attributes) throws SystemCallException {
        return SystemCallException.checked(operation, attempt(command, attributes));
    }

    /** @return what the call returned, 0 or more; below 0 the error's number, negated */
    static int attempt(int command, Attributes attributes) {
        int result;
        int tries = 0;
        do {
            result = attemptOnce(command, attributes);
        } while (canPass(-result) && ++tries < TRIES);
        boolean isCharged = command == BPF_MAP_CREATE || command == BPF_PROG_LOAD;
        return isCharged && result == -Errno.EPERM && LockedMemory.raise() ? attemptOnce(command, attributes) : result;
    }

    private static int attemptOnce(int command, Attributes attributes) {
        NativeLong result = Libc.calls.syscall(
                new NativeLong(NUMBER),
                new NativeLong(command),
                attributes.address(),
                new NativeLong(Attributes.BYTES));
        return result.longValue() < 0 ? -Native.getLastError() : result.intValue();
    }

    /** A signal, also while a program is verified, or another processor at the same element. */
    private static boolean canPass(int errno) {
        return errno == Errno.EINTR || errno == Errno.EAGAIN || errno == Errno.EBUSY;
    }

    /**
     * Has the kernel verify a classifier of traffic control and returns its descriptor.
     *
     * @throws RefusedProgramException with the verifier's last line, when it was the verifier
     */
    public static int load(String name, Program program) throws SystemCallException, RefusedProgramException {
        try {
            return call("BPF_PROG_LOAD", BPF_PROG_LOAD, loading(name, program));
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.EACCES) {
                throw e;
            }
            throw new RefusedProgramException(lastLine(name, program), e);
        }
    }

    private static Attributes loading(String name, Program program) {
        return new Attributes()
                .int32(0, BPF_PROG_TYPE_SCHED_CLS)
                .int32(4, program.instructions().size())
                .pointer(8, Attributes.memory(program.bytes(ByteOrder.nativeOrder())))
                .pointer(16, Attributes.memory(LICENCE.getBytes(StandardCharsets.US_ASCII)))
                .name(48, name);
    }

    /** Loads it once more, to hear why not. */
    private static String lastLine(String name, Program program) {
        ByteBuffer log = ByteBuffer.allocateDirect(LOG_BYTES);
        try {
            close(call(
                    "BPF_PROG_LOAD",
                    BPF_PROG_LOAD,
                    loading(name, program).int32(24, 1).int32(28, LOG_BYTES).pointer(32, log)));
        } catch (SystemCallException e) {
            byte[] text = new byte[LOG_BYTES];
            log.get(text);
            return RefusedProgramException.verdictOf(new String(text, StandardCharsets.US_ASCII));
        }
        return "";
    }

    /** The page size, in which memory is mapped. */
    static int pageBytes() {
        return Libc.calls.getpagesize();
    }

    public static void close(int fd) {
        Libc.calls.close(fd);
    }
}
