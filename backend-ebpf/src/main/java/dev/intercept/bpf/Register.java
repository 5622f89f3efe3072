package dev.intercept.bpf;

/**
 * The registers of a program, linux/bpf.h. A call takes its arguments in R1 to R5 and returns in R0; R6 to R9 outlive it; R10
 * points behind the stack.
 */
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10;

    @Override
    public String toString() {
        return "r" + ordinal();
    }
}
