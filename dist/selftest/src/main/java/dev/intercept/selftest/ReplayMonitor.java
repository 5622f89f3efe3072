package dev.intercept.selftest;

/** Who watches a replay while it runs. Called on the replay's thread, after each event. */
interface ReplayMonitor {

    /**
     * @param answered requests whose answer is complete
     * @param open connections in progress
     */
    void progress(int answered, int open);

    /**
     * Asked after each event.
     *
     * @throws SelftestException when going on is useless: intercept has ended, or answers escape
     */
    void check() throws SelftestException;

    /** A tunnel or the raw socket failed; the reason may lie in what the monitor watches. */
    SelftestException broken(Exception failure);
}
