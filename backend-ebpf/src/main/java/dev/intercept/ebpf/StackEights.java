package dev.intercept.ebpf;

import static dev.intercept.bpf.Assembler.Size.U16;
import static dev.intercept.bpf.Assembler.Size.U32;
import static dev.intercept.bpf.Assembler.Size.U64;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;

import dev.intercept.bpf.Assembler;

/**
 * Keys of maps on a program's stack, in eights of bytes. Where its owner lacks CAP_PERFMON, a kernel before 6.12 lets a program write no
 * part of such an eight after a register was stored at its beginning. So each is cleared as a whole, and then written from its end on.
 */
final class StackEights {

    private final Assembler out;

    StackEights(Assembler out) {
        this.out = out;
    }

    /** R1 and behind it R2, 4 bytes of each. @param at below R10, a multiple of 8 */
    void put(int at) {
        clear(at);
        out.store(U32, R10, at + Integer.BYTES, R2).store(U32, R10, at, R1);
    }

    /** Twice 4 bytes from elsewhere on the stack. Uses R1 and R2. */
    void copy(int at, int first, int second) {
        out.load(U32, R1, R10, first).load(U32, R2, R10, second);
        put(at);
    }

    /** 4 bytes from elsewhere on the stack, and 4 of 0. Uses R1. */
    void copy(int at, int first) {
        out.load(U32, R1, R10, first);
        clear(at);
        out.store(U32, R10, at, R1);
    }

    /** Twice 2 bytes, and 4 of 0. Uses R1 and R2. */
    void copyPorts(int at, int first, int second) {
        out.load(U16, R1, R10, first).load(U16, R2, R10, second);
        clear(at);
        out.store(U16, R10, at + Short.BYTES, R2).store(U16, R10, at, R1);
    }

    void clear(int at) {
        out.store(U64, R10, at, 0);
    }
}
