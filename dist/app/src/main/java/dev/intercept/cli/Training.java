package dev.intercept.cli;

import dev.intercept.Rehearsal;
import dev.intercept.capture.BackendRegistry;
import java.io.PrintWriter;
import java.io.Writer;

/** What the Java runtime learns from besides the start itself, see bin/intercept-archive: subcommands and the path of a packet. */
final class Training {

    /** How long the start then runs: the diagnosis looks each second, and what it loads and links shall be in the archive too. */
    static final int RUN_S = 3;

    private Training() {}

    static void run(BackendRegistry registry) {
        CommandLines.create("--help").getUsageMessage();
        new BackendListing(registry).print(new PrintWriter(Writer.nullWriter()));
        Rehearsal.learn();
    }
}
