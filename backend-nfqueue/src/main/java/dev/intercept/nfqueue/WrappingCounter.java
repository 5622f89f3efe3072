package dev.intercept.nfqueue;

/** Goes on counting where a 32-bit counter of the kernel begins again. Right as long as it is read within 2^32 steps. */
final class WrappingCounter {

    private int last;
    private long total;

    /** @param value what the kernel's counter shows; counted from 0 */
    void advanceTo(long value) {
        total += Integer.toUnsignedLong((int) value - last);
        last = (int) value;
    }

    long total() {
        return total;
    }
}
