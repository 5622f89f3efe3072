package dev.intercept.cli;

import dev.intercept.ExitCode;
import dev.intercept.StartException;
import dev.intercept.daemon.PidFile;
import dev.intercept.daemon.Privileges;
import dev.intercept.diagnosis.Finding;
import dev.intercept.diagnosis.FindingId;
import dev.intercept.diagnosis.Processes;
import dev.intercept.diagnosis.Severity;
import dev.intercept.diagnosis.Sockets;
import dev.intercept.logging.Log;
import dev.intercept.logging.LogFormat;
import dev.intercept.logging.LogLevel;
import dev.intercept.monitor.Monitors;
import dev.intercept.spi.BackendException;
import dev.intercept.spi.Host;
import dev.intercept.summary.SummaryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds out what a start with these options would be refused, by trying: it opens what a start opens, by the same code, and
 * closes it again. Where an intercept listens on the port already it is that one that is looked at, and nothing is tried.
 */
final class StartTrial {

    /** The start's own words end with what to do. */
    private static final String REMEDY = "as it says, then check again";

    private final InterceptStart start;
    private final RunOptions options;
    private final int port;

    StartTrial(InterceptStart start, RunOptions options, int port) {
        this.start = start;
        this.options = options;
        this.port = port;
    }

    /**
     * What the start would say, at most one of the port and the backend and one of the files.
     *
     * @throws StartException with USAGE when a start would end with that
     */
    List<Finding> refusals(Host host) throws StartException {
        if (isRunning(host)) {
            return List.of();
        }
        Log.toStderr(LogLevel.ERROR, LogFormat.TEXT); // What a start would warn of has findings of its own.
        return Stream.concat(openPortAndBackend().stream(), openFiles().stream())
                .toList();
    }

    /** What was seen, with the start's words where it refuses for the same cause, and its other refusals. */
    static List<Finding> together(List<Finding> seen, List<Finding> refusals) {
        List<Finding> all = new ArrayList<>(seen);
        for (Finding refusal : refusals) {
            boolean hasQueue = seen.stream().anyMatch(finding -> finding.id() == FindingId.QUEUE_OWNER);
            boolean isOfQueue = refusal.id() == FindingId.QUEUE_OWNER;
            add(isOfQueue && !hasQueue ? Finding.fail(FindingId.BACKEND, refusal.fact(), REMEDY) : refusal, all);
        }
        return all;
    }

    private boolean isRunning(Host host) {
        Sockets sockets = new Sockets(host);
        return sockets.listeningOn(port).stream()
                .flatMapToLong(inode -> sockets.holder(inode).stream())
                .anyMatch(new Processes(host)::isIntercept);
    }

    private static void add(Finding refusal, List<Finding> all) {
        for (int i = 0; i < all.size(); i++) {
            Finding known = all.get(i);
            if (known.id() == refusal.id() && known.severity() == Severity.FAIL) {
                all.set(
                        i,
                        Finding.fail(known.id(), refusal.fact(), known.remedy()).about(known.subject()));
                return;
            }
        }
        all.add(refusal);
    }

    private Optional<Finding> openPortAndBackend() throws StartException {
        try {
            if (options.user != null) {
                Privileges.futureUser(options.user);
            }
            start.attempt();
            return Optional.empty();
        } catch (StartException e) {
            if (e.exitCode() == ExitCode.USAGE) {
                throw e;
            }
            return Optional.of(Finding.fail(id(e), e.getMessage(), REMEDY));
        }
    }

    private static FindingId id(StartException e) {
        if (e.getCause() instanceof BackendException refused) {
            return switch (refused.kind()) {
                case NO_PERMISSION -> FindingId.PRIVILEGES;
                case REFUSED -> FindingId.QUEUE_OWNER;
                default -> FindingId.BACKEND;
            };
        }
        return e.exitCode() == ExitCode.OS_REFUSED ? FindingId.PORT : FindingId.START;
    }

    private Optional<Finding> openFiles() {
        try {
            Path log = options.log == null && options.daemon ? DefaultLog.choose() : options.log;
            if (log != null) {
                open(log);
            }
            if (options.pidFile != null) {
                PidFile.take(options.pidFile).remove();
            }
            if (options.summary != null) {
                SummaryFile.attempt(options.summary);
            }
            Monitors.attempt(Optional.ofNullable(options.metrics));
            return Optional.empty();
        } catch (StartException e) {
            return Optional.of(Finding.fail(FindingId.START, e.getMessage(), REMEDY));
        }
    }

    private static void open(Path log) throws StartException {
        boolean isThere = Files.exists(log);
        Log.ofDaemon(log).close();
        if (!isThere) {
            try {
                Files.delete(log);
            } catch (IOException e) {
                // It stays, empty, as a start would leave it.
            }
        }
    }
}
