package dev.intercept.ipqueue;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes system calls away from the calling thread, as seccomp(2) filters do, so that the present kernel answers like an
 * older one. There is no way back: use a thread that ends.
 */
final class Seccomp {

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    static final int RECVMMSG = ARM ? 243 : 299;
    static final int SENDMMSG = ARM ? 269 : 307;
    static final int SETSOCKOPT = ARM ? 208 : 54;

    static final int ANY_ARGUMENT = -1;

    /** One call that fails from now on; {@code argument} -1 stands for any arguments. */
    record Denial(int call, int argument, int value, int errno) {}

    private static final int PR_SET_SECCOMP = 22;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x0005_0000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff_0000;
    private static final int BPF_LOAD_WORD = 0x20;
    private static final int BPF_JUMP_EQUAL = 0x15;
    private static final int BPF_RETURN = 0x06;
    private static final int ARGUMENTS_OFFSET = 16;
    private static final int INSTRUCTIONS_PER_DENIAL = 5;

    private Seccomp() {}

    static void deny(List<Denial> denials) {
        int instructions = denials.size() * INSTRUCTIONS_PER_DENIAL + 1;
        ByteBuffer program = Native.allocate(instructions * 8);
        for (Denial denial : denials) {
            boolean any = denial.argument == ANY_ARGUMENT;
            emit(program, BPF_LOAD_WORD, 0, 0, 0);
            emit(program, BPF_JUMP_EQUAL, 0, 3, denial.call);
            emit(program, BPF_LOAD_WORD, 0, 0, any ? 0 : ARGUMENTS_OFFSET + 8 * denial.argument);
            emit(program, BPF_JUMP_EQUAL, 0, 1, any ? denial.call : denial.value);
            emit(program, BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | denial.errno);
        }
        emit(program, BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW);
        install(program, instructions);
    }

    private static void emit(ByteBuffer program, int code, int ifTrue, int ifFalse, int operand) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }

    private static void install(ByteBuffer program, int instructions) {
        ByteBuffer descriptor = Native.allocate(16);
        descriptor.putShort(0, (short) instructions).putLong(8, Native.address(program));
        FakeLibc libc = FakeLibc.LOADED;
        if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                || libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, Native.address(descriptor), 0, 0) != 0) {
            throw new IllegalStateException("seccomp: " + Errno.describe(FakeLibc.errno()));
        }
    }
}
