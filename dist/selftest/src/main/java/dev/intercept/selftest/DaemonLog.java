package dev.intercept.selftest;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last lines that intercept logged, and its final statistics. Any thread. */
final class DaemonLog {

    private static final int KEPT_LINES = 15;
    private static final String WARNING = "[warn] ";
    private static final String CAPTURING = "capturing with ";

    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private @Nullable DaemonStatistics statistics;

    synchronized void add(String line) {
        if (lines.size() == KEPT_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
        DaemonStatistics.parseFinal(line).ifPresent(read -> statistics = read);
    }

    /** Oldest first, at most 15. */
    synchronized List<String> lastLines() {
        return List.copyOf(lines);
    }

    /** What it warned of, and with what it captures, without the time; oldest first. */
    synchronized List<String> announcements() {
        return lines.stream()
                .filter(line -> line.contains(WARNING) || line.contains(CAPTURING))
                .map(line -> line.substring(line.indexOf("] ") + 2))
                .toList();
    }

    /** The name of the backend in use; "intercept" while it is not known. */
    synchronized String backend() {
        return lines.stream()
                .filter(line -> line.contains(CAPTURING))
                .map(line -> line.substring(line.indexOf(CAPTURING) + CAPTURING.length())
                        .split(" ", 2)[0])
                .findFirst()
                .orElse("intercept");
    }

    /** What intercept counted, once it has stopped. */
    synchronized Optional<DaemonStatistics> statistics() {
        return Optional.ofNullable(statistics);
    }
}
