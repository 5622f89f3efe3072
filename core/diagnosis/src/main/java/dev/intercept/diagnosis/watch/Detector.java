package dev.intercept.diagnosis.watch;

import dev.intercept.diagnosis.FindingBoard;

/** Watches for one sign. Called about once a second, always by the same thread. */
interface Detector {

    /** How far back the window reaches. */
    int WINDOW_S = 10;

    /**
     * @param windowStart the reading of {@link #WINDOW_S} seconds ago, or the first one
     * @param board where it raises and clears its findings
     */
    void look(Reading now, Reading windowStart, FindingBoard board);
}
