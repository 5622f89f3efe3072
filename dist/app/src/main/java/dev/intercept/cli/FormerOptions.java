package dev.intercept.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the original servers that mean nothing here: taken, so that a command line works as it is, and reported at start. */
final class FormerOptions {

    @Option(names = "-c", hidden = true, description = "of builds with --single: protect connections")
    boolean connectionsProtected;

    @Option(names = "-f", hidden = true, paramLabel = "FILTER", description = "of some 0.9 with pcap: the filter")
    @Nullable
    String filter;

    @Option(
            names = "-o",
            hidden = true,
            paramLabel = "TARGET",
            description = "of 0.9 with pcap: capture what this sends")
    @Nullable
    String target;

    /** One line for each that was given, with what to use instead. */
    List<String> notices() {
        List<String> notices = new ArrayList<>();
        if (connectionsProtected) {
            notices.add("-c is ignored: each tunnel has a buffer of its own here, see --tunnel-buffer");
        }
        if (filter != null) {
            notices.add("-f " + filter + " is ignored: say --filter='" + filter + "'");
        }
        if (target != null) {
            notices.add("-o " + target
                    + " is ignored: say what to capture with --filter, as in --filter='tcp and src host IP"
                    + " and src port PORT'");
        }
        return notices;
    }
}
