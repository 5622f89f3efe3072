package dev.intercept.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RefusedProgramExceptionTest {

    /** As Linux 6.18 leaves its buffer: what it said of ways that were in order stands behind the end. */
    @Test
    void shouldGiveTheReasonThatStandsBeforeTheStatistics() {
        assertEquals(
                "invalid read from stack R10 off=-64 size=8",
                RefusedProgramException.verdictOf("180: (79) r1 = *(u64 *)(r10 -64)\n"
                        + "invalid read from stack R10 off=-64 size=8\n"
                        + "processed 679 insns (limit 1000000)\n\0" + "220: (b7) r0 = 4\n221: (95) exit\n\0\0"));
    }

    @Test
    void shouldGiveNoneWhereTheLogIsEmpty() {
        assertEquals("", RefusedProgramException.verdictOf("\0\0"));
    }
}
