package dev.intercept.session;

/**
 * How the two ends of a session are packed into one number each: the address above its port, 48 bits.
 *
 * <pre>
 *   63       48 47                              16 15             0
 *   |    0     |             address              |     port      |
 * </pre>
 */
final class SessionKey {

    /** The target of an old client's route, {@code 0:0}: whichever target answers. */
    static final long ANY_TARGET = 0;

    private static final int ADDRESS_SHIFT = 16;

    private SessionKey() {}

    static long end(int address, int port) {
        return Integer.toUnsignedLong(address) << ADDRESS_SHIFT | port & 0xffff;
    }

    static int address(long end) {
        return (int) (end >>> ADDRESS_SHIFT);
    }

    static int port(long end) {
        return (int) end & 0xffff;
    }
}
