package dev.intercept.selftest;

/** Watches nothing: the replay ends by itself, or by its deadline. */
final class Patience implements ReplayMonitor {
    @Override
    public void progress(int answered, int open) {
        // Nobody looks.
    }

    @Override
    public void check() {
        // Nothing can go wrong that the replay does not notice.
    }

    @Override
    public SelftestException broken(Exception failure) {
        throw new AssertionError("a tunnel or the raw socket failed", failure);
    }
}
