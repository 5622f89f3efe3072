package dev.intercept.selftest;

import java.util.Optional;

/** Who watches a replay while it runs. Called on the replay's thread, several times a second. */
interface ReplayMonitor {

    /**
     * @param answered requests whose answer is complete
     * @param open connections under way
     */
    void progress(int answered, int open);

    /** Why going on is useless: intercept has ended. Empty while it runs. */
    Optional<String> trouble();
}
