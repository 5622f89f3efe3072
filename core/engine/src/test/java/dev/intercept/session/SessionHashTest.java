package dev.intercept.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class SessionHashTest {

    private static final int KEYS = 1 << 18;
    private static final int BUCKETS = 1 << 12;

    /** From a program in another language that also gives the paper's own example of SipHash-2-4, a129ca6149be45e5. */
    @Test
    void shouldBeSipHashOfOneBlock() {
        SessionHash hash = new SessionHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        long ofClient = hash.ofClient(0x0123456789abcdefL);

        assertEquals(0x73f68a8b97a20983L, ofClient);
        assertEquals(0x2ad32b9a014a8ea4L, hash.ofSession(ofClient, 0xc6336401_1f90L));
    }

    @Test
    void shouldDependOnItsKey() {
        assertNotEquals(new SessionHash(1, 2).ofClient(3), new SessionHash(1, 3).ofClient(3));
        assertNotEquals(new SessionHash(1, 2).ofClient(3), new SessionHash(2, 2).ofClient(3));
        assertNotEquals(SessionHash.random().ofClient(3), SessionHash.random().ofClient(3));
    }

    @Test
    void shouldDependOnBothEnds() {
        SessionHash hash = new SessionHash(1, 2);

        assertNotEquals(hash.ofSession(hash.ofClient(3), 4), hash.ofSession(hash.ofClient(4), 4));
        assertNotEquals(hash.ofSession(hash.ofClient(3), 4), hash.ofSession(hash.ofClient(3), 5));
        assertEquals(hash.ofSession(hash.ofClient(3), 4), hash.ofSession(hash.ofClient(3), 4));
    }

    @Test
    void shouldChangeHalfOfAllBitsWithAnyBitOfTheKey() {
        SessionHash hash = new SessionHash(1, 2);
        for (int bit = 0; bit < 48; bit++) {
            int changed = 0;
            for (long client = 0; client < 1000; client++) {
                changed += Long.bitCount(hash.ofClient(client) ^ hash.ofClient(client ^ 1L << bit));
            }
            assertEquals(32, changed / 1000.0, 1, "bit " + bit);
        }
    }

    @Test
    void shouldSpreadRegularClientsLikeRandomOnes() {
        SessionHash hash = new SessionHash(5, 6);
        assertSpread("ports in a row", number -> number, hash);
        assertSpread("addresses in a row", number -> number << 16, hash);
        assertSpread("every 256th address", number -> number << 24 & 0xffff_ffff_ffffL | number >>> 24, hash);
        assertSpread("the same port and address", number -> number << 16 | number & 0xffff, hash);
    }

    /** 64 in each bucket on the average, and by chance no bucket of 4096 below 30 or above 105: over 4 deviations of 8. */
    private static void assertSpread(String what, LongUnaryOperator client, SessionHash hash) {
        int[] low = new int[BUCKETS];
        int[] high = new int[BUCKETS];
        for (int number = 0; number < KEYS; number++) {
            long value = hash.ofClient(client.applyAsLong(number));
            low[(int) value & BUCKETS - 1]++;
            high[(int) (value >>> 52)]++;
        }
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            assertTrue(low[bucket] >= 30 && low[bucket] <= 105, what + ": low bits, " + low[bucket]);
            assertTrue(high[bucket] >= 30 && high[bucket] <= 105, what + ": high bits, " + high[bucket]);
        }
    }
}
