package dev.intercept.bpf;

import static dev.intercept.bpf.Register.R0;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a program instruction by instruction; labels may be used before they are placed. Arithmetic is of 64 bits, comparisons
 * are unsigned. Codes are those of linux/bpf.h and linux/bpf_common.h.
 */
public final class Assembler {

    /** Width of a load or a store. */
    public enum Size {
        U8(0x10),
        U16(0x08),
        U32(0x00),
        U64(0x18);

        private final int code;

        Size(int code) {
            this.code = code;
        }
    }

    /** Comparison of a jump. */
    public enum Test {
        EQUAL(0x10, "=="),
        GREATER(0x20, ">"),
        NOT_EQUAL(0x50, "!="),
        LESS(0xa0, "<");

        private final int code;
        private final String sign;

        Test(int code, String sign) {
            this.code = code;
            this.sign = sign;
        }
    }

    /** Arithmetic with a register and a number or a second register. */
    public enum Operation {
        ADD(0x00, "+="),
        SUBTRACT(0x10, "-="),
        MULTIPLY(0x20, "*="),
        AND(0x50, "&="),
        SHIFT_LEFT(0x60, "<<="),
        SHIFT_RIGHT(0x70, ">>="),
        MODULO(0x90, "%="),
        MOVE(0xb0, "=");

        private final int code;
        private final String sign;

        Operation(int code, String sign) {
            this.code = code;
            this.sign = sign;
        }
    }

    private static final int LDX_MEM = 0x61;
    private static final int ST_MEM = 0x62;
    private static final int STX_MEM = 0x63;
    private static final int STX_ATOMIC = 0xc3;
    private static final int LD_IMM64 = 0x18;
    private static final int JMP = 0x05;
    private static final int ALU64 = 0x07;
    private static final int X = 0x08;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    /** BPF_ALU | BPF_END | BPF_TO_BE: does nothing on a big-endian machine. */
    private static final int TO_NETWORK_ORDER = 0xdc;

    private static final int PSEUDO_MAP_FD = 1;
    private static final int PSEUDO_MAP_VALUE = 2;

    private record Jump(int at, String label) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final List<Jump> jumps = new ArrayList<>();

    private Assembler add(int code, int dst, int src, int off, int imm, String text) {
        instructions.add(new Instruction(code, dst, src, off, imm, text));
        return this;
    }

    /** Places a label before the next instruction. */
    public Assembler label(String name) {
        if (labels.putIfAbsent(name, instructions.size()) != null) {
            throw new IllegalArgumentException("label " + name + " is placed twice");
        }
        return this;
    }

    public Assembler compute(Operation operation, Register dst, int imm) {
        return add(ALU64 | operation.code, dst.ordinal(), 0, 0, imm, dst + " " + operation.sign + " " + immediate(imm));
    }

    public Assembler compute(Operation operation, Register dst, Register src) {
        return add(
                ALU64 | X | operation.code, dst.ordinal(), src.ordinal(), 0, 0, dst + " " + operation.sign + " " + src);
    }

    public Assembler move(Register dst, int imm) {
        return compute(Operation.MOVE, dst, imm);
    }

    public Assembler move(Register dst, Register src) {
        return compute(Operation.MOVE, dst, src);
    }

    /** Swaps the bytes of a field in network order where the machine's order is another. @param bits 16 or 32 */
    public Assembler fromNetworkOrder(Register dst, int bits) {
        return add(TO_NETWORK_ORDER, dst.ordinal(), 0, 0, bits, dst + " = be" + bits + " " + dst);
    }

    public Assembler load(Size size, Register dst, Register base, int off) {
        return add(LDX_MEM | size.code, dst.ordinal(), base.ordinal(), off, 0, dst + " = " + memory(size, base, off));
    }

    public Assembler store(Size size, Register base, int off, Register src) {
        return add(STX_MEM | size.code, base.ordinal(), src.ordinal(), off, 0, memory(size, base, off) + " = " + src);
    }

    public Assembler store(Size size, Register base, int off, int imm) {
        return add(ST_MEM | size.code, base.ordinal(), 0, off, imm, memory(size, base, off) + " = " + immediate(imm));
    }

    /** Adds to 8 bytes of memory, while others do so at the same time. */
    public Assembler addAtomically(Register base, int off, Register src) {
        return add(
                STX_ATOMIC | Size.U64.code,
                base.ordinal(),
                src.ordinal(),
                off,
                0,
                "lock " + memory(Size.U64, base, off) + " += " + src);
    }

    /** Loads a map, for a call that takes one. */
    public Assembler loadMap(Register dst, BpfMap map) {
        return loadWide(dst, PSEUDO_MAP_FD, map.fd(), 0, "map " + map.name());
    }

    /** Loads the address of a byte in the only value of an array. */
    public Assembler loadValue(Register dst, BpfMap array, int off) {
        return loadWide(dst, PSEUDO_MAP_VALUE, array.fd(), off, "map " + array.name() + " + " + off);
    }

    private Assembler loadWide(Register dst, int kind, int low, int high, String text) {
        add(LD_IMM64, dst.ordinal(), kind, 0, low, dst + " = " + text);
        return add(0, 0, 0, 0, high, "");
    }

    /** Calls one of the kernel's functions. */
    public Assembler call(Helper helper) {
        return add(CALL, 0, 0, 0, helper.number(), R0 + " = " + helper.label() + "(…)");
    }

    public Assembler jump(String label) {
        return jump(JMP, 0, 0, 0, "", label);
    }

    public Assembler jumpIf(Register dst, Test test, int imm, String label) {
        return jump(JMP | test.code, dst.ordinal(), 0, imm, condition(dst, test, immediate(imm)), label);
    }

    public Assembler jumpIf(Register dst, Test test, Register src, String label) {
        return jump(JMP | X | test.code, dst.ordinal(), src.ordinal(), 0, condition(dst, test, src.toString()), label);
    }

    private Assembler jump(int code, int dst, int src, int imm, String condition, String label) {
        jumps.add(new Jump(instructions.size(), label));
        return add(code, dst, src, 0, imm, condition + "goto ");
    }

    public Assembler exit() {
        return add(EXIT, 0, 0, 0, 0, "exit");
    }

    /** The program, each jump with its distance. */
    public Program build() {
        List<Instruction> resolved = new ArrayList<>(instructions);
        for (Jump jump : jumps) {
            Integer to = labels.get(jump.label());
            if (to == null || to <= jump.at()) {
                throw new IllegalArgumentException(
                        "label " + jump.label() + " is not placed behind instruction " + jump.at());
            }
            Instruction open = resolved.get(jump.at());
            resolved.set(
                    jump.at(),
                    new Instruction(
                            open.code(), open.dst(), open.src(), to - jump.at() - 1, open.imm(), open.text() + to));
        }
        return new Program(resolved);
    }

    private static String condition(Register dst, Test test, String operand) {
        return "if " + dst + " " + test.sign + " " + operand + " ";
    }

    private static String immediate(int imm) {
        return Math.abs((long) imm) < 256 ? Integer.toString(imm) : "0x" + Integer.toHexString(imm);
    }

    private static String memory(Size size, Register base, int off) {
        return size.name().toLowerCase(java.util.Locale.ROOT) + " [" + base + (off < 0 ? " - " + -off : " + " + off)
                + "]";
    }
}
