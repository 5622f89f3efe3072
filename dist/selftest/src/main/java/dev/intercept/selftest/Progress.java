package dev.intercept.selftest;

import java.io.PrintWriter;

/**
 * Reports to the user what goes on: one line for each step that is done, and how far the replay is. On a terminal that line is
 * written over and over, elsewhere it comes at each quarter. One thread.
 */
final class Progress {

    private static final String STEP_FORMAT = "  %-16s %s%n";
    private static final int BAR_WIDTH = 24;
    private static final int LINE_WIDTH = 78;
    private static final int QUARTERS = 4;

    /** Between two lines on a terminal: fast enough to look alive. */
    private static final long LINE_INTERVAL_NS = 100_000_000L;

    private final PrintWriter out;
    private final boolean overwrites;
    private final int requests;
    private int toldQuarters;
    private long nextLineNs;
    private boolean lineIsOpen;

    /** @param overwrites whether {@code out} is a terminal */
    Progress(PrintWriter out, boolean overwrites, int requests) {
        this.out = out;
        this.overwrites = overwrites;
        this.requests = requests;
    }

    void heading(String text) {
        out.println(text);
        out.flush();
    }

    /** A step is done; further lines of {@code details} stand below its first. */
    void done(Step step, String details) {
        closeLine();
        out.printf(STEP_FORMAT, step.label(), details.replace("\n", "\n" + " ".repeat(19)));
        out.flush();
    }

    /** @param elapsedNs since the replay began */
    void replay(int answered, int open, long elapsedNs) {
        if (overwrites && elapsedNs >= nextLineNs) {
            nextLineNs = elapsedNs + LINE_INTERVAL_NS;
            int filled = (int) ((long) answered * BAR_WIDTH / requests);
            String bar = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
            out.printf("\r  %-" + LINE_WIDTH + "s", bar + replayText(answered, open, elapsedNs));
            lineIsOpen = true;
            out.flush();
        }
        int quarters = (int) ((long) answered * QUARTERS / requests);
        if (!overwrites && quarters > toldQuarters) {
            toldQuarters = quarters;
            out.printf("    %s%n", replayText(answered, open, elapsedNs));
            out.flush();
        }
    }

    private String replayText(int answered, int open, long elapsedNs) {
        return answered + " of " + requests + " answered, " + Units.count(open, "connection") + " open, "
                + Units.seconds(elapsedNs);
    }

    /** Wipes the line that was written over, so that what follows begins on a clean one. */
    void closeLine() {
        if (lineIsOpen) {
            out.printf("\r%s\r", " ".repeat(LINE_WIDTH + 2));
            lineIsOpen = false;
        }
    }
}
