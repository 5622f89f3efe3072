package dev.intercept.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct bpf_insn}, linux/bpf.h, in the byte order of the machine.
 *
 * <pre>
 *    0   code   u8    class (3 bits), then size and mode, or source and operation
 *    1   dst    4 bits, src 4 bits: the first is the low half on little-endian machines, the high half on others
 *    2   off    s16   of memory, or of a jump, in instructions behind the next one
 *    4   imm    s32
 * </pre>
 *
 * @param text how a listing shows it
 */
public record Instruction(int code, int dst, int src, int off, int imm, String text) {

    public static final int BYTES = 8;

    void put(ByteBuffer out) {
        boolean isLittle = out.order() == ByteOrder.LITTLE_ENDIAN;
        out.put((byte) code);
        out.put((byte) (isLittle ? src << 4 | dst : dst << 4 | src));
        out.putShort((short) off);
        out.putInt(imm);
    }
}
