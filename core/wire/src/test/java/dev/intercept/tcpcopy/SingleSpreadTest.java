package dev.intercept.tcpcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The spreading itself is shown by the recording 1.x-single; here its edges. */
class SingleSpreadTest {

    @Test
    void shouldAddTheFirstByteOfEachField() {
        assertEquals(
                (10 + 0xe7 + 10 + 0x1f & 0xff) % 7, SingleSpread.tunnelOf(0x0a4e0001, 0xe716, 0x0a4d0003, 0x1f90, 7));
    }

    @Test
    void shouldKeepTheSumToOneByteBeforeItDivides() {
        assertEquals(1, SingleSpread.tunnelOf(0xff000000, 0x0200, 0, 0, 3));
        assertEquals(252 % 5, SingleSpread.tunnelOf(0xffffffff, 0xffff, 0xffffffff, 0xffff, 5));
    }

    @Test
    void shouldGiveEverythingToAnOnlyTunnel() {
        assertEquals(0, SingleSpread.tunnelOf(0xc0a80001, 0xabcd, 0x7f000001, 80, 1));
    }
}
