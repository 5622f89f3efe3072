package dev.intercept.bpf;

import static dev.intercept.bpf.Register.R0;
import static dev.intercept.bpf.Register.R1;
import static dev.intercept.bpf.Register.R10;
import static dev.intercept.bpf.Register.R2;
import static dev.intercept.bpf.Register.R6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.intercept.bpf.Assembler.Operation;
import dev.intercept.bpf.Assembler.Size;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The encoding of linux/bpf.h; what llvm-mc and the kernel's own disassembler say was compared by hand. */
class AssemblerTest {

    private static final BpfMap MAP = new BpfMap("numbers", 7);

    private static Program allKinds() {
        return new Assembler()
                .move(R6, R1)
                .load(Size.U32, R2, R6, 16)
                .fromNetworkOrder(R2, 16)
                .compute(Operation.ADD, R2, -2)
                .compute(Operation.SHIFT_RIGHT, R2, R1)
                .jumpIf(R2, Assembler.Test.NOT_EQUAL, 0x0800, "end")
                .jumpIf(R2, Assembler.Test.LESS, R1, "end")
                .store(Size.U64, R10, -56, R0)
                .store(Size.U8, R10, -1, 3)
                .loadMap(R1, MAP)
                .loadValue(R1, MAP, 8192)
                .addAtomically(R1, 64, R2)
                .call(Helper.RINGBUF_RESERVE)
                .jump("end")
                .label("end")
                .move(R0, 4)
                .exit()
                .build();
    }

    private static String hex(Program program, ByteOrder order) {
        return HexFormat.of().formatHex(program.bytes(order)).replaceAll("(.{16})", "$1\n");
    }

    /** x86-64 and arm64 alike. */
    @Test
    void shouldEncodeForLittleEndianMachines() {
        assertEquals("""
                bf16000000000000
                6162100000000000
                dc02000010000000
                07020000feffffff
                7f12000000000000
                55020a0000080000
                ad12090000000000
                7b0ac8ff00000000
                720affff03000000
                1811000007000000
                0000000000000000
                1821000007000000
                0000000000200000
                db21400000000000
                8500000083000000
                0500000000000000
                b700000004000000
                9500000000000000
                """, hex(allKinds(), ByteOrder.LITTLE_ENDIAN));
    }

    /** Registers change places, and numbers their bytes. */
    @Test
    void shouldEncodeForBigEndianMachines() {
        assertEquals("""
                bf61000000000000
                6126001000000000
                dc20000000000010
                07200000fffffffe
                7f21000000000000
                5520000a00000800
                ad21000900000000
                7ba0ffc800000000
                72a0ffff00000003
                1811000000000007
                0000000000000000
                1812000000000007
                0000000000002000
                db12004000000000
                8500000000000083
                0500000000000000
                b700000000000004
                9500000000000000
                """, hex(allKinds(), ByteOrder.BIG_ENDIAN));
    }

    @Test
    void shouldListWhatAPersonCanRead() {
        assertEquals("""
                   0: r6 = r1
                   1: r2 = u32 [r6 + 16]
                   2: r2 = be16 r2
                   3: r2 += -2
                   4: r2 >>= r1
                   5: if r2 != 0x800 goto 16
                   6: if r2 < r1 goto 16
                   7: u64 [r10 - 56] = r0
                   8: u8 [r10 - 1] = 3
                   9: r1 = map numbers
                  11: r1 = map numbers + 8192
                  13: lock u64 [r1 + 64] += r2
                  14: r0 = ringbuf_reserve(…)
                  15: goto 16
                  16: r0 = 4
                  17: exit
                """, allKinds().listing());
    }

    @Test
    void shouldRefuseLabelsThatLeadNowhere() {
        Assembler open = new Assembler().jump("nowhere").exit();
        assertEquals(
                "label nowhere is not placed behind instruction 0",
                assertThrows(IllegalArgumentException.class, open::build).getMessage());
        Assembler twice = new Assembler().label("here");
        assertEquals(
                "label here is placed twice",
                assertThrows(IllegalArgumentException.class, () -> twice.label("here"))
                        .getMessage());
    }

    @Test
    void shouldKnowTheNumberOfTheSystemCall() {
        assertEquals(321, Architecture.bpfNumber("amd64").orElseThrow());
        assertEquals(280, Architecture.bpfNumber("aarch64").orElseThrow());
        assertEquals(true, Architecture.bpfNumber("vax").isEmpty());
    }
}
