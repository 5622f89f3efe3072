package dev.intercept.spi;

/**
 * A packet source that stays open while the program of its process is started anew, so that the kernel keeps packets for it meanwhile.
 *
 * <p>Thread rule: one thread at a time.
 *
 * @since 2, added later
 */
public final class HeldSource {

    private final String settings;
    private final int descriptor;
    private boolean isTaken;

    /**
     * @param settings what the source is and how it was opened; another one that says the same goes on with it
     * @param descriptor number of the open file
     */
    public HeldSource(String settings, int descriptor) {
        this.settings = settings;
        this.descriptor = descriptor;
    }

    public String settings() {
        return settings;
    }

    public int descriptor() {
        return descriptor;
    }

    /** From now on the one who called this closes it. */
    public int take() {
        isTaken = true;
        return descriptor;
    }

    public boolean isTaken() {
        return isTaken;
    }
}
