package dev.intercept.restart;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;

/** dup(2) and close(2). */
final class Copies {

    interface Libc extends Library {
        int dup(int fd) throws LastErrorException;

        int close(int fd) throws LastErrorException;
    }

    private static final Libc LIBC = Native.load("c", Libc.class);

    private Copies() {}

    static int of(int descriptor) {
        return LIBC.dup(descriptor);
    }

    static void close(int descriptor) {
        LIBC.close(descriptor);
    }
}
