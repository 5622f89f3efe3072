package dev.intercept.session;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * A hash of sessions that nobody outside can foresee, so that nobody can choose clients that meet in one place of the table.
 *
 * <p>SipHash-1-3 (Aumasson and Bernstein, 2012) of one 64-bit block. The hash of the client's end is the key for the
 * target's, so that each can be read separately: the first chooses the segment, the second the slot in it.
 */
class SessionHash {

    private static final int FINAL_ROUNDS = 3;

    private static final String KERNEL_RANDOM = "/dev/urandom";

    private final long key0;
    private final long key1;

    SessionHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** With a key that the kernel gives. Read straight from it: the first SecureRandom of a JVM takes 20 to 60 ms of a start. */
    static SessionHash random() {
        try (InputStream kernel = new FileInputStream(KERNEL_RANDOM)) {
            ByteBuffer key = ByteBuffer.wrap(kernel.readNBytes(2 * Long.BYTES));
            return new SessionHash(key.getLong(), key.getLong());
        } catch (IOException | BufferUnderflowException e) {
            SecureRandom random = new SecureRandom();
            return new SessionHash(random.nextLong(), random.nextLong());
        }
    }

    long ofClient(long client) {
        return hash(key1, client);
    }

    long ofSession(long clientHash, long target) {
        return hash(clientHash, target);
    }

    private long hash(long secondKey, long block) {
        long v0 = key0 ^ 0x736f6d6570736575L;
        long v1 = secondKey ^ 0x646f72616e646f6dL;
        long v2 = key0 ^ 0x6c7967656e657261L;
        long v3 = secondKey ^ 0x7465646279746573L ^ block;
        for (int round = 0; round <= FINAL_ROUNDS; round++) {
            if (round == 1) {
                v0 ^= block;
                v2 ^= 0xff;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
