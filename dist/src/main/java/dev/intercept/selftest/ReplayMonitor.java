package dev.intercept.selftest;

/** Who watches a replay while it runs. Called on the replay's thread, after each event. */
interface ReplayMonitor {

    /**
     * @param answered requests whose answer is complete
     * @param open connections under way
     */
    void progress(int answered, int open);

    /**
     * Asked after each event and when a tunnel broke.
     *
     * @throws SelftestException when going on is useless: intercept has ended, or answers escape
     */
    void check() throws SelftestException;
}
