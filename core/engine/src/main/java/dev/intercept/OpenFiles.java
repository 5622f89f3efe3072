package dev.intercept;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limit of open files, getrlimit(2), and what of it tunnels may take. */
final class OpenFiles {

    private static final Logger LOG = System.getLogger(OpenFiles.class.getName());

    /** For the captures, the metrics server and its clients, status, log, commands, and jars that are not open yet. */
    private static final int RESERVE = 48;

    private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\d+) ");

    private OpenFiles() {}

    /**
     * So many tunnels, or as many as leave the rest of this process files to open: a metrics server that cannot accept would spin.
     * Fewer are warned of.
     *
     * @param alreadyOpen of them already
     */
    static int tunnels(int wanted, int alreadyOpen) {
        try {
            Matcher limit = SOFT_LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            String[] open = new File("/proc/self/fd").list();
            return limit.find() && open != null
                    ? bounded(wanted, Long.parseLong(limit.group(1)), open.length - alreadyOpen)
                    : wanted;
        } catch (IOException e) { // No proc(5): as it was wished for.
            return wanted;
        }
    }

    private static int bounded(int wanted, long limit, int open) {
        long room = Math.max(1, limit - open - RESERVE);
        if (room >= wanted) {
            return wanted;
        }
        LOG.log(
                Level.WARNING,
                "the limit of open files, " + limit + ", leaves room for " + room + " tunnels, not for --max-tunnels "
                        + wanted + "; do: ulimit -n " + (limit + wanted - room) + "  # LimitNOFILE= in a unit");
        return (int) room;
    }
}
