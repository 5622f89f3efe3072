package dev.intercept.selftest;

import java.io.PrintWriter;

/**
 * Tells the user what goes on: one line for each step that is done, and how far the replay is. On a terminal that line is
 * written over and over, elsewhere it comes at each quarter. One thread.
 */
final class Progress {

    private static final String STEP_FORMAT = "  %-16s %s%n";
    private static final int BAR_WIDTH = 24;
    private static final int LINE_WIDTH = 78;
    private static final int QUARTERS = 4;

    private final PrintWriter out;
    private final boolean overwrites;
    private final int requests;
    private int toldQuarters;
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

    void replay(int answered, int open, long elapsedNs) {
        String text = String.format(
                "%d of %d answered, %d connections open, %s", answered, requests, open, Units.seconds(elapsedNs));
        if (overwrites) {
            int filled = (int) ((long) answered * BAR_WIDTH / requests);
            String bar = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
            out.printf("\r  %-" + LINE_WIDTH + "s", bar + text);
            lineIsOpen = true;
        } else if ((long) answered * QUARTERS / requests > toldQuarters) {
            toldQuarters = (int) ((long) answered * QUARTERS / requests);
            out.printf("    %s%n", text);
        }
        out.flush();
    }

    /** Wipes the line that was written over, so that what follows begins on a clean one. */
    void closeLine() {
        if (lineIsOpen) {
            out.printf("\r%s\r", " ".repeat(LINE_WIDTH + 2));
            lineIsOpen = false;
        }
    }
}
